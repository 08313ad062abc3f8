"""What a run is made of: its config, frames and recording, how it is looked into, and the verdict over many."""
