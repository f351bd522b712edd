"""Mentoring (domain.md §6.4): sessions planned, held, signed by both sides, disputed and counted."""
