"""Propositions and scripts: the improvement loop (domain.md L29, L32–L34, TM8, M13)."""
