"""The second factor: who must have one, how its secret is kept, and the way back for who lost a device.

A manager, an HR, an administrator or a data-protection officer proves a code of an application after the
password. Demonstration
accounts are not asked (their password is public), nor is anybody where a single sign-on already asks:
`SECOND_FACTOR=0`. Anybody else may add one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.db import transaction

from atdemain.journal.actors import Actor
from atdemain.journal.record import record
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from atdemain.organisation.models.demo import demo_seeded_at
from atdemain.organisation.open_sessions import end_sessions
from atdemain.sealing import Unreadable, seal, unseal

log = structlog.get_logger(__name__)

SEALED_FOR = "organisation.second_factor"
NEED = (Role.MANAGER, Role.HR, Role.ADMIN)


def required(user: User) -> bool:
    """Whether this account may do nothing before a second factor; no query for the account of a request."""
    if not settings.SECOND_FACTOR or not (user.is_superuser or user.has_role(*NEED) or user.is_dpo):
        return False
    return demo_seeded_at(user) is None


def enrolled_since(user: User) -> datetime | None:
    """When the application of this account was added; no query for the account of a request."""
    if hasattr(user, "second_factor_since"):
        return user.second_factor_since
    found = Authenticator.objects.filter(user=user.pk, type=Authenticator.Type.TOTP)
    return found.values_list("created_at", flat=True).first()


def reset(user: User, *, actor: Actor, at: datetime, reason: str) -> bool:
    """The device is lost: the next log-in adds another. Every session of the account ends.

    False when there was nothing to take away.
    """
    with transaction.atomic():
        taken, _ = Authenticator.objects.filter(user=user.pk).delete()
        if not taken:
            return False
        record("user", user.pk, "second_factor_reset", actor=actor, at=at, personal={"reason": ["", reason]})
        end_sessions(user)
    return True


class SecondFactorAdapter(DefaultMFAAdapter):
    """allauth's second factor, its secrets encrypted and its sentences ours."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant.",
        "cannot_delete_authenticator": "Votre rôle demande la vérification en deux temps : elle reste active.",
    }

    def get_totp_issuer(self) -> str:
        return "AT Demain"

    def get_totp_label(self, user: Any) -> str:
        return user.username

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not required(authenticator.user)

    def encrypt(self, text: str) -> str:
        return seal(text, SEALED_FOR)

    def decrypt(self, encrypted_text: str) -> str:
        """A secret that no key of the site reads is replaced by one that no code fits: nobody gets in by it."""
        try:
            return unseal(encrypted_text, SEALED_FOR)
        except Unreadable:
            log.warning("second_factor_unreadable")  # SECRET_KEY changed without SECRET_KEY_FALLBACKS
            return generate_totp_secret()
