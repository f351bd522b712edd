"""What changed between two states of a row, as the journal keeps it: codes apart from names and free text."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import models

#: Never told: secrets, what logging in moves, and the counter that only says that something moved.
UNTOLD = frozenset({"password", "last_login", "version"})


def differences(
    before: models.Model | None, after: models.Model | None
) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """Old and new of each field that differs: codes, ids and dates apart from names and free text."""
    changes: dict[str, list[Any]] = {}
    personal: dict[str, list[Any]] = {}
    known = after if after is not None else before
    if known is None:
        return changes, personal
    for field in known._meta.concrete_fields:
        if field.primary_key or field.name in UNTOLD:
            continue
        old, new = _plain(before, field), _plain(after, field)
        if old != new:
            (personal if _is_text(field) else changes)[field.name] = [old, new]
    return changes, personal


def _plain(obj: models.Model | None, field: models.Field[Any, Any]) -> Any:
    value = None if obj is None else getattr(obj, field.attname)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _is_text(field: models.Field[Any, Any]) -> bool:
    return (
        isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, models.SlugField)
        and not field.choices
    )
