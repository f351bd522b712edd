"""A client's data after their term, or at the client's own request (domain.md §2.9)."""

from .pseudonymise import objections, pseudonymise
from .terms import KEPT, KINDS, due

__all__ = ["KEPT", "KINDS", "due", "objections", "pseudonymise"]
