"""The audit of a case: every step in words, the time in each state, who looked at the file."""
