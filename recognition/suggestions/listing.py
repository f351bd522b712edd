"""The list of suggestions: its columns, its filters, its order, as the other lists (`cases.listing`)."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.db.models import Count, QuerySet

from atdemain.organisation.enums import Role
from atdemain.organisation.models import Entity
from cases.filters.base import Choice, Day, ListFilter, Words
from cases.forms.fields import number_in
from cases.forms.filtering import FilterForm
from cases.listing import Listing, Selection
from cases.tables import Column, worded
from recognition.models import Suggestion, SuggestionSupport
from recognition.suggestions.enums import OPEN, TO_DO, SuggestionState, Topic
from recognition.suggestions.querysets import ANSWERERS, AUTHORS, READERS
from recognition.suggestions.similarity import words

UNANSWERED, TO_BE_DONE = "unanswered", "to_do"


class SuggestionFilter(ListFilter):
    main = ("q", "state", "topic", "entity", "signal")

    q = Words("Mots ou n°", method="by_words")
    state = Choice(
        "État",
        [(UNANSWERED, "Sans réponse"), (TO_BE_DONE, "À réaliser"), *SuggestionState.choices],
        method="by_state",
    )
    topic = Choice("Thème", Topic.choices)
    entity = Choice("Entité", names=True, field_name="owner_entity", empty="Toutes")
    signal = Choice("À regarder", method="by_signal", empty="Toutes")
    posted_from = Day(label="Déposées du", field_name="submitted_at")
    posted_to = Day(label="au", field_name="submitted_at", lookup_expr="lt")

    class Meta:
        model = Suggestion
        fields = ()
        form = FilterForm

    def prepare(self) -> None:
        has = self.user.has_role
        signals = [("overdue", "Sans réponse après 20 jours ouvrés")]
        if has(*ANSWERERS):
            signals.append(("mine", "À traiter par mon entité"))
        if has(*AUTHORS):
            signals.append(("posted", "Les miennes"))
            signals.append(("supported", "Celles que je soutiens"))
        self.filters["signal"].offer(signals)
        known = Entity.objects.filter(pk=self.user.entity_id or 0) if has(Role.PARTNER) else Entity.objects
        named = known.filter(suggestions__isnull=False).distinct().order_by("name")
        self.filters["entity"].offer([(str(pk), name) for pk, name in named.values_list("pk", "name")])

    def by_words(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        if number := number_in(value.lstrip("#").removeprefix("n°").strip()):
            return qs.filter(pk=number)
        asked = words(value)
        if not asked:
            return qs.filter(title__icontains=value)
        for word in sorted(asked):
            qs = qs.filter(search_key__contains=word)
        return qs

    def by_state(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        groups = {UNANSWERED: OPEN, TO_BE_DONE: TO_DO}
        return qs.filter(state__in=groups.get(value, (value,)))

    def by_signal(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        if value == "overdue":
            return qs.overdue(self.now)
        if value == "posted":
            return qs.filter(author=self.user.pk)
        if value == "supported":
            mine = SuggestionSupport.objects.filter(user=self.user.pk).values("suggestion")
            return qs.filter(pk__in=mine)  # a join would count one's own support alone
        return qs.answerable_by(self.user).unanswered().exclude(author=self.user.pk)


def _who(one: Suggestion) -> str:
    """As any reader may know it: whoever posted it anonymously reads « anonyme » in a file too."""
    return one.author_words(None)


class SuggestionTable(tables.Table):
    number = Column("N°", lambda one: one.pk)
    title = Column("Proposition", lambda one: one.title)
    topic = Column("Thème", worded("topic", Topic))
    entity = Column("Entité", lambda one: one.owner_entity.name)
    state = Column("État", worded("state", SuggestionState))
    supports = Column("Soutiens", lambda one: one.supporters)
    author = Column("Auteur", _who)
    posted = Column("Déposée", lambda one: one.submitted_at, sort="submitted_at")
    due = Column("Réponse attendue", lambda one: one.answer_due if one.is_open else None, sort="answer_due")
    answered = Column("Répondue le", lambda one: one.answered_at)
    deployed = Column("Déployée le", lambda one: f"{one.deployed_on:%d/%m/%Y}" if one.deployed_on else "")


#: On the page, one column tells when the answer is due or was given; what is deployed is a state.
OF_FILES = ("answered", "deployed")


class SuggestionSelection(Selection):
    """With how many support each."""

    def _ready(self, found: QuerySet) -> QuerySet:
        return super()._ready(found).annotate(supporters=Count("supports", distinct=True))


class SuggestionListing(Listing):
    def select(self, user: Any, query: Any, now: Any) -> SuggestionSelection:
        return SuggestionSelection(self, user, query, now)


LISTING = SuggestionListing(
    key="suggestions",
    title="Propositions",
    roles=READERS,
    table=SuggestionTable,
    filterset=SuggestionFilter,
    reads=(
        "title", "topic", "state", "anonymous", "submitted_at", "answer_due", "answered_at", "deployed_on",
        "author", "author__first_name", "author__last_name", "author__username",
        "owner_entity", "owner_entity__name",
    ),
    sort="-posted",
    noun=("proposition", "propositions"),
    of_cases=False,
)  # fmt: skip
