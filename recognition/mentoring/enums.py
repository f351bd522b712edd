"""Vocabulary of mentoring (domain.md §2.4, §2.7, §6.4)."""

from __future__ import annotations

from django.db.models import TextChoices


class SessionState(TextChoices):
    """`co_signed`: the mentor and at least one trainee signed in time; that alone counts."""

    DRAFT = "draft", "À signer"
    MENTOR_SIGNED = "mentor_signed", "Signée par le tuteur"
    CO_SIGNED = "co_signed", "Double émargement"
    DISPUTED = "disputed", "Contestée"
    EXPIRED = "expired", "Non signée à temps"
    CANCELLED = "cancelled", "Annulée"


#: It takes the time of its people: no other session of theirs may overlap it.
LIVE = (SessionState.DRAFT, SessionState.MENTOR_SIGNED, SessionState.CO_SIGNED, SessionState.DISPUTED)
#: It may be edited, cancelled, signed or disputed.
OPEN = (SessionState.DRAFT, SessionState.MENTOR_SIGNED, SessionState.CO_SIGNED)


class DisputeOutcome(TextChoices):
    UPHELD = "upheld", "Contestation retenue : la séance est annulée"
    REJECTED = "rejected", "Contestation écartée : la séance est maintenue"
