"""What the product knows of each participant, source by source, as the rules read it (domain.md §6.5)."""
