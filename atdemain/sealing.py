"""What the site must read again but the database alone must not tell: sealed with a key drawn from the site's.

Each use (`info`) has a key of its own: the same secret signs cookies. `SECRET_KEY_FALLBACKS` still read what
earlier keys sealed.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """No key of the site reads it: SECRET_KEY changed without SECRET_KEY_FALLBACKS."""


def seal(text: str, info: str) -> str:
    return _box(info).encrypt(text.encode()).decode()


def unseal(sealed: str, info: str) -> str:
    """Raises `Unreadable`."""
    try:
        return _box(info).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def _box(info: str) -> MultiFernet:
    return _boxes((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS), info)


@lru_cache(maxsize=8)
def _boxes(secrets: tuple[str, ...], info: str) -> MultiFernet:
    return MultiFernet([Fernet(_key(secret, info)) for secret in secrets])


def _key(secret: str, info: str) -> bytes:
    drawn = HKDF(SHA256(), length=32, salt=None, info=info.encode()).derive(secret.encode())
    return base64.urlsafe_b64encode(drawn)
