"""Controls: settings as widgets."""
