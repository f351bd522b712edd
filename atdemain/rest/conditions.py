"""ETag, If-None-Match and If-Match (RFC 9110 §13). Pure."""

from __future__ import annotations

import re
from hashlib import blake2b

from atdemain.rest.problems import Problem

_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


def of_body(body: bytes) -> str:
    """The ETag of a reading that has no version of its own."""
    return f'"{blake2b(body, digest_size=12).hexdigest()}"'


def of_version(version: int) -> str:
    return f'"{version}"'


def names(header: str, etag: str) -> bool:
    """Whether the header (a list of ETags, or « * ») names this one; a weak one is what compression makes of it."""
    if header.strip() == "*":
        return True
    return etag.strip('"') in _TAG.findall(header)


def require_version(header: str | None, version: int, current: dict[str, object]) -> None:
    """A write to one object says which version it read. Raises Problem: 428 without, 412 with another one."""
    if not header:
        raise Problem("version_required", headers={"ETag": of_version(version)})
    if not names(header, of_version(version)):
        raise Problem("stale_version", more={"current": current}, headers={"ETag": of_version(version)})
