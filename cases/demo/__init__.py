"""Demonstration data: invented people, deterministic, relative to today (`manage.py seed_demo`)."""
