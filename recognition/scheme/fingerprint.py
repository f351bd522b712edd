"""What binds in a version, and its hash (domain.md §6.1, INV-16): SHA-256 of canonical JSON, no float, no clock.

Everything a reader of the conditions may hold the employer to is in it. Left out: who wrote and published it and
when, its state, and the envelope, whose top-ups are journalled movements of their own.
"""

from __future__ import annotations

import hashlib
from typing import Any

from atdemain.journal.chain import canonical
from recognition.models import SchemeVersion
from recognition.scheme.draft import CONTENT

#: Lists whose order says nothing.
SETS = ("eligible_roles", "just_causes")
#: Fields as they are; criteria are written role by role.
PLAIN = ("number", *(name for name in CONTENT if name not in (*SETS, "criteria")), "renewal_rank")


def content(version: SchemeVersion, programme: str) -> dict[str, Any]:
    """`programme`: its code."""
    bound: dict[str, Any] = {name: getattr(version, name) for name in PLAIN}
    bound |= {name: sorted(getattr(version, name)) for name in SETS}
    bound["criteria"] = {
        code: {**one, "roles": sorted(one.get("roles", ()))} for code, one in version.criteria.items()
    }
    return {**bound, "programme": programme, "amends": version.amends_id, "renews": version.renews_id}


def content_hash(version: SchemeVersion, programme: str) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(canonical(content(version, programme))).hexdigest()


def fingerprint(version: SchemeVersion) -> str:
    """The same of a stored version; one query when the programme is not there yet."""
    return content_hash(version, version.programme.code)
