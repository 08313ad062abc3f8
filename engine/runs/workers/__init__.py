"""Workers: processes that train, and how they are spoken to."""
