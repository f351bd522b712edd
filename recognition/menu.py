"""What recognition adds to the menu: for everybody their own pages, for who answers for others the pages of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atdemain.organisation.enums import Role
from cases.navigation import Group, Item
from recognition.enums import INTERNAL_ROLES, PARTICIPANT_ROLES

if TYPE_CHECKING:
    from atdemain.organisation.models import User

#: Who posts a proposition, besides partners (domain.md §2.6).
EMPLOYEES = (*PARTICIPANT_ROLES, Role.HR, Role.STAFF_REP)


def groups(user: User) -> list[Group]:
    return [
        Group("Ma reconnaissance", _own(user)),
        Group("Amélioration", _improving(user)),
        Group("Attributions", _awards(user)),
        Group("Parcours", _careers(user)),
        Group("Dispositif", _scheme(user)),
    ]


def _own(user: User) -> list[Item]:
    if not user.has_role(*PARTICIPANT_ROLES):
        return []
    return [
        Item("my_recognition", "Ma reconnaissance", "medal", "recognition:my_recognition"),
        Item("my_participation", "Ma participation", "person", "account_participation"),
        Item("mentoring", "Accompagnements", "users", "recognition:mentoring"),
        Item("dossier", "Mon dossier ARCQ", "doc", "recognition:dossier"),
    ]


def _improving(user: User) -> list[Item]:
    if not user.has_role(*EMPLOYEES, Role.PARTNER):
        return []
    items = [Item("suggestions", "Propositions", "bulb", "recognition:suggestions")]
    if user.has_role(*EMPLOYEES):
        items.append(Item("scripts", "Scripts", "note", "recognition:scripts"))
        items.append(Item("surveys", "Enquêtes", "chart", "recognition:surveys"))
    return items


def _awards(user: User) -> list[Item]:
    """HR's work on what is paid. Appeals are not shown to whoever is a manager too."""
    appeals = () if user.has_role(Role.MANAGER, Role.ADMIN) else (Role.HR,)
    return _opened(
        user,
        ("campaigns", "Campagnes", "euro", (Role.HR,)),
        ("appeals", "Recours", "undo", appeals),
        ("eligibility", "Éligibilité", "check", (Role.HR,)),
        ("schemes", "Versions du dispositif", "copy", (Role.HR,)),
    )


def _careers(user: User) -> list[Item]:
    """Of others: who takes part, what they learnt, whom they mentored."""
    return _opened(
        user,
        ("participants", "Participants", "users", (Role.MANAGER, Role.HR)),
        ("just_causes", "Justes motifs", "scale", (Role.HR,)),
        ("neutralised", "Jours neutralisés", "cal", (Role.HR,)),
        ("skills", "Compétences validées", "okc", (Role.TRAINER, Role.SUPPORT, Role.MANAGER, Role.HR)),
        ("competencies", "Compétences évaluées", "medal", (Role.TRAINER, Role.HR)),
        ("mentoring_follow_up", "Suivi des séances", "eye", (Role.SUPPORT, Role.HR)),
        ("dossier_people", "Dossiers ARCQ", "folder", (Role.HR,)),
    )


def _scheme(user: User) -> list[Item]:
    """The programme, its rules and its figures, for everybody inside."""
    return _opened(
        user,
        ("programme", "Programme", "list", INTERNAL_ROLES),
        ("conditions", "Conditions", "doc", INTERNAL_ROLES),
        ("transparency", "Transparence", "gauge", INTERNAL_ROLES),
        ("simulations", "Simulations", "chart", (Role.HR, Role.STAFF_REP)),
        ("exit_figures", "Sorties du programme", "door", (Role.HR, Role.STAFF_REP)),
        ("arcq", "Modalités ARCQ", "book", INTERNAL_ROLES),
    )


def _opened(user: User, *pages: tuple[str, str, str, tuple[Role, ...]]) -> list[Item]:
    """(route, label, icon, roles) → those that this account opens."""
    return [
        Item(key, label, icon, f"recognition:{key}")
        for key, label, icon, roles in pages
        if roles and user.has_role(*roles)
    ]
