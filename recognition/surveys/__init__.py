"""Surveys, anonymous by construction (domain.md L53, L54, M16)."""
