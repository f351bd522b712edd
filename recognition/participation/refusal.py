"""What the services of participation answer when they cannot do what is asked."""

from __future__ import annotations


class Refused(Exception):
    """French, says what to do; `field` for the form, "" for the whole of it. Nothing was written."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field
