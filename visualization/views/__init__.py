"""One file a view; each draws from the state and the run directory, and holds nothing of its own."""
