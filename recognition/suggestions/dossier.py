"""What somebody proposed and what became of it, in their « dossier ARCQ » (domain.md §6.7)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import prefetch_related_objects
from django.utils import timezone

from atdemain.organisation.models import User
from recognition.durable.sections import Section
from recognition.models import Suggestion
from recognition.suggestions.enums import SuggestionState

COLUMNS = ("Proposition", "Thème", "Déposée le", "Suite")
EMPTY = "Aucune proposition déposée pour l’instant."


def of_employee(employee: User, now: datetime, own: bool) -> Section:
    """Those that count, newest first; the anonymous ones for their author alone. Two statements."""
    posted = list(Suggestion.objects.counted().filter(author=employee.pk, submitted_at__lte=now))
    shown = [one for one in posted if own or not one.anonymous]
    prefetch_related_objects(shown, "script_versions")
    rows = [_row(one) for one in shown]
    return Section("Propositions et leurs suites", COLUMNS, rows, EMPTY, _note(posted, own))


def _row(one: Suggestion) -> tuple[str, ...]:
    title = f"{one.title} (anonyme)" if one.anonymous else one.title
    return title, one.get_topic_display(), _day(one.submitted_at), _outcome(one)


def _outcome(one: Suggestion) -> str:
    """« Déployée le 12/10/2026, script Numéro de série, v3 »: the state, its date, what came of it."""
    words = one.get_state_display()
    if one.state == SuggestionState.DEPLOYED and one.deployed_on:
        words = f"{words} le {one.deployed_on:%d/%m/%Y}"
    elif one.state == SuggestionState.IN_PROGRESS and one.answered_at:
        words = f"{words}, acceptée le {_day(one.answered_at)}"
    elif one.answered_at:
        words = f"{words} le {_day(one.answered_at)}"
    return ", ".join([words, *(f"script {script}" for script in one.script_versions.all())])


def _day(at: datetime) -> str:
    return f"{timezone.localtime(at):%d/%m/%Y}"


def _note(posted: list[Suggestion], own: bool) -> str:
    hidden = sum(one.anonymous for one in posted)
    if not hidden:
        return ""
    if own:
        return "Ce qui est anonyme n’est lu ici que de vous : les RH n’en voient que le nombre. Imprimé, il porte votre nom."
    many = "s" if hidden > 1 else ""
    return f"Et {hidden} proposition{many} anonyme{many}, que la personne est seule à pouvoir montrer."
