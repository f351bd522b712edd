"""What is said to the people an administrator's gesture is about: in their inbox, and by e-mail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from atdemain.notifications.deliveries import queue_email
from atdemain.notifications.inbox import Item, notify, notify_many
from atdemain.organisation.closing import Held
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User

#: A secret link would lie in the delivery's row: the person asks for theirs, which is sent and never stored.
INVITATION = """Bonjour {name},

Un compte vous est ouvert dans AT Demain, l’outil de l’assistance technique.

Votre identifiant : {username}

Choisissez votre mot de passe ici, en donnant cette adresse de messagerie :
{address}

Un lien à usage unique vous sera envoyé. Si vous n’attendiez pas ce compte, n’en faites rien et
prévenez votre responsable.
"""
RESET = """Bonjour {name},

Un administrateur a retiré la vérification en deux temps de votre compte AT Demain « {username} ».
À votre prochaine connexion, vous en ajouterez une autre.

Si vous ne l’avez pas demandé, prévenez votre responsable sans attendre.
"""


def invite(users: Iterable[User], address: str, at: datetime) -> int:
    """`address`: the whole address of the page of a forgotten password. How many were written to."""
    told = 0
    for user in users:
        if not user.email:
            continue
        body = INVITATION.format(name=user.first_name or user, username=user.username, address=address)
        queue_email(
            user.email,
            "Votre compte AT Demain est ouvert",
            body,
            f"invitation:{user.pk}:{at:%Y%m%d%H%M%S}",
            at,
        )
        told += 1
    return told


def tell_reset(user: User, at: datetime) -> None:
    title = "Un administrateur a retiré la vérification en deux temps de votre compte"
    key = f"second_factor_reset:{user.pk}:{at:%Y%m%d%H%M%S}"
    notify(user.pk, "second_factor_reset", title, dedupe_key=key, at=at, url=reverse("mfa_index"))
    if user.email:
        body = RESET.format(name=user.first_name or user, username=user.username)
        queue_email(user.email, "Vérification en deux temps retirée", body, key, at)


def ask_hand_over(user: User, held: list[Held], at: datetime) -> list[User]:
    """The managers who may take over what this account holds; who was told."""
    told = _takers(user, frozenset().union(*(one.units for one in held)))
    whole = any(one.kind == "owned" for one in held)
    notify_many(
        Item(
            manager.pk,
            "hand_over_asked",
            f"Départ de {user.short_name} : confiez ce que cette personne suit",
            f"hand_over:{user.pk}:{manager.pk}:{at:%Y%m%d}",
            at,
            body=" ".join(one.sentence for one in held if manager.unit_id in one.units),
            url=reverse("routing:leaving", args=[user.pk])
            if whole and manager.unit_id == user.unit_id
            else reverse("cases:team"),
        )
        for manager in told
    )
    return told


def _takers(user: User, units: frozenset[int]) -> list[User]:
    """In each unit its head and the manager of the account's team, or every manager where there is neither."""
    managers = list(
        User.objects.filter(is_active=True, groups__name=Role.MANAGER.value, unit__in=units)
        .exclude(pk=user.pk)
        .select_related("unit")
        .order_by("pk")
    )
    lead = user.team.manager_id if user.team else None
    first = [one for one in managers if one.pk in (lead, one.unit.head_id)]  # type: ignore[union-attr]
    served = {one.unit_id for one in first}
    return first + [one for one in managers if one.unit_id not in served]
