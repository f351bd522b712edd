"""The directory of entities (domain.md §5.6, L35–L37): who can be called, verified when, waiting how long."""
