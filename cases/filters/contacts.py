"""Filters of contacts: a client's, whatever their age, or the unit's over a month at most."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet

from cases.enums import (
    Channel,
    ExclusionCode,
    VerdictValue,
)
from cases.forms.filtering import FilterForm, midnight, until
from cases.models import Client, Contact, RepeatVerdict
from cases.search import identified, understand

from .base import Choice, Day, ListFilter

#: A period of contacts, where no client is named.
USUAL_DAYS, MOST_DAYS = 7, 31
MONTH = timedelta(days=MOST_DAYS - 1)  # from its first day to its last


class ContactForm(FilterForm):
    """A period of a month at most, unless a client is named: ten million contacts are never read through.

    One end alone makes a month of it, and the form shows the other.
    """

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        start, end = data.get("arrived_from"), data.get("arrived_to")
        if self.errors or not (start or end):
            return data
        if start and end:
            if end < start:
                self.add_error("arrived_to", "Cette fin est avant le début de la période.")
            elif not data.get("client") and end - start > MONTH:
                self.add_error(
                    "arrived_to",
                    f"Au plus {MOST_DAYS} jours à la fois, ou nommez un client pour voir au-delà.",
                )
        elif not data.get("client"):
            self.data = self.data.copy()
            for name, day in (("arrived_from", start or end - MONTH), ("arrived_to", end or start + MONTH)):
                data[name], self.data[name] = day, day.isoformat()
        return data


class ContactFilter(ListFilter):
    together = ("arrived_from", "arrived_to")
    main = ("client", "arrived_from", "arrived_to", "channel", "counted")

    client = django_filters.CharFilter(
        label="Client (référence ou téléphone)",
        method="by_client",
        max_length=60,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    arrived_from = Day(label="Arrivés du", field_name="arrived_at", method="by_period")
    arrived_to = Day(label="au", field_name="arrived_at", method="by_period")
    channel = Choice("Canal", Channel.choices)
    counted = Choice(
        "Décompte",
        [("rd3plus", "RD3+"), ("yes", "Comptés"), ("no", "Non comptés"), *ExclusionCode.choices],
        method="by_count",
    )

    class Meta:
        model = Contact
        fields = ()
        form = ContactForm

    def base(self) -> QuerySet:
        """A client's contacts, those of any client one sees; else the unit's, within a period."""
        text = self.form.cleaned_data.get("client")
        if text:
            clients = Client.objects.visible_to(self.user, now=self.now)
            self.clients = sorted(identified(understand(text), clients).clients)
            found = Contact.objects.filter(client__in=self.clients)
            first, last = self.form.cleaned_data.get("arrived_from"), self.form.cleaned_data.get("arrived_to")
            if first:
                found = found.filter(arrived_at__gte=midnight(first))
            return found.filter(arrived_at__lt=until(last)) if last else found
        start, end = self.period
        return super().base().filter(arrived_at__gte=start, arrived_at__lt=end)

    @property
    def period(self) -> tuple[datetime, datetime]:
        """Both ends, as the form tells them; a week when none is asked."""
        first, last = self.form.cleaned_data.get("arrived_from"), self.form.cleaned_data.get("arrived_to")
        if first and last:
            return midnight(first), until(last)
        return self.now - timedelta(days=USUAL_DAYS), self.now + timedelta(days=1)

    @property
    def described(self) -> list[str]:
        said = super().described
        if told := self._period_told:
            said.insert(0, told)
        return said

    @property
    def _period_told(self) -> str:
        """« arrivés du 20/10 au 19/11/2026 »; of a named client, an end may be open."""
        cleaned = self.form.cleaned_data
        first, last = cleaned.get("arrived_from"), cleaned.get("arrived_to")
        if first and last:
            since = f"{first:%d/%m}" if first.year == last.year else f"{first:%d/%m/%Y}"
            return f"arrivés du {since} au {last:%d/%m/%Y}"
        if first:
            return f"arrivés depuis le {first:%d/%m/%Y}"
        if last:
            return f"arrivés jusqu’au {last:%d/%m/%Y}"
        return "" if cleaned.get("client") else f"arrivés depuis {USUAL_DAYS}\u00a0jours"

    def by_client(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        return qs  # `base` has begun with it

    def by_period(self, qs: QuerySet, name: str, value: Any) -> QuerySet:
        return qs  # `base` has begun with it

    def by_count(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        if value == "rd3plus":
            verdicts = RepeatVerdict.objects.filter(
                contact=OuterRef("pk"), verdict=VerdictValue.RD3PLUS, superseded_at__isnull=True
            )
            return qs.filter(Exists(verdicts))
        if value in ("yes", "no"):
            return qs.filter(exclusion_code="") if value == "yes" else qs.exclude(exclusion_code="")
        return qs.filter(exclusion_code=value)
