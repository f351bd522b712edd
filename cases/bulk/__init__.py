"""One action on many cases: chosen, shown before, done by a job through the one door, and undone."""
