"""Durable recognition (domain.md §6.7): assessed competencies, the « dossier ARCQ », the units' dated pages."""
