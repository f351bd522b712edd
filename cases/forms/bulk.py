"""What is asked once for many cases; `parameters()` is what the job keeps of it, as JSON."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms

from atdemain.organisation.models import InternalAdvisor, User
from cases import guards, hooks
from cases.enums import AssignmentReason, Colour
from cases.names import person_key

from .fields import MomentField, RowField, radios, select, text

ENGINE = "engine"


def _by_name(user: User) -> tuple[tuple[str, str], int]:
    return person_key(user.last_name, user.first_name), user.pk


class BulkForm(forms.Form):
    """`without`: whoever cannot be chosen, because the cases are theirs."""

    def __init__(
        self, *args: Any, manager: User, now: datetime, without: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.manager, self.now, self.without = manager, now, without

    def parameters(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class AssignManyForm(BulkForm):
    """`to` is « engine » or an advisor of the unit; alphabetical, each with the word of the band."""

    to = forms.ChoiceField(
        label="À qui",
        error_messages={"required": "Choisissez à qui.", "invalid_choice": "Choisissez à qui."},
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    reason_code = select("Motif", AssignmentReason.choices)
    reason_text = text(
        "Précision",
        rows=2,
        maximum=400,
        required=False,
        help_text="Nécessaire pour « Autre » et au-delà du plafond. Les conseillers la liront.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason_code"].error_messages["required"] = "Choisissez le motif."
        ask = hooks.providers.get("load_words")
        words = ask([one.pk for one in self.people], self.now) if ask and self.people else {}
        self.fields["to"].choices = [
            (ENGINE, "Selon le moteur, dossier par dossier"),
            *(
                (str(one.pk), f"{one} · {words[one.pk]}" if one.pk in words else str(one))
                for one in self.people
            ),
        ]

    @cached_property
    def people(self) -> list[InternalAdvisor]:
        found = (
            InternalAdvisor.objects.filter(
                active=True, user__is_active=True, user__unit=self.manager.unit_id or 0
            )
            .exclude(pk=self.without or 0)
            .select_related("user")
            .order_by("pk")
        )
        return sorted(found, key=lambda one: _by_name(one.user))

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("reason_code") == AssignmentReason.OTHER and "reason_text" in given:
            for reason in guards.reason_text(given["reason_text"], name="reason_text"):
                self.add_error("reason_text", reason.text)
        return given

    @property
    def chosen(self) -> int | None:
        """The advisor, or None for whoever the engine says."""
        to = self.cleaned_data["to"]
        return None if to == ENGINE else int(to)

    @property
    def reason(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("reason_code", "reason_text")}

    def parameters(self) -> dict[str, Any]:
        names = {one.pk: one.user.short_name for one in self.people}
        return {"advisor": self.chosen, "advisor_name": names.get(self.chosen, ""), **self.reason}


class DelegateManyForm(BulkForm):
    delegate = RowField(
        label="Suppléant",
        queryset=User.objects.none(),
        empty_label="Choisir…",
        error_messages={"required": "Choisissez le suppléant."},
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    until = MomentField(
        label="Jusqu’à",
        required=False,
        help_text="Laissez vide pour une suppléance sans fin prévue.",
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "class": "form-control"}, format="%Y-%m-%dT%H:%M"
        ),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    reason = text("Motif", rows=2, maximum=400, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["delegate"].queryset = (
            User.objects.filter(
                is_active=True, unit=self.manager.unit_id or 0, groups__name__in=["advisor", "support"]
            )
            .order_by("pk")
            .distinct()
        )
        field = self.fields["delegate"]
        people = sorted(field.queryset, key=_by_name)
        field.choices = [("", field.empty_label), *((one.pk, str(one)) for one in people)]

    def clean_until(self) -> datetime | None:
        until = self.cleaned_data["until"]
        if until and until <= self.now:
            raise forms.ValidationError("Cette fin est passée : donnez une date à venir.")
        return until

    def parameters(self) -> dict[str, Any]:
        who, until = self.cleaned_data["delegate"], self.cleaned_data["until"]
        return {
            "delegate": who.pk,
            "delegate_name": who.short_name,
            "until": until.isoformat() if until else "",
            "reason": self.cleaned_data["reason"],
        }


class ColourManyForm(BulkForm):
    colour = radios("Couleur", Colour.choices)
    reason = text("Pourquoi", rows=2, minimum=10, maximum=400)


class NoteManyForm(BulkForm):
    text = text("Note", rows=3, minimum=3, maximum=2000, help_text="La même sur chaque dossier.")


#: The form of each act of `cases.bulk.acts`.
BULK_FORMS: dict[str, type[BulkForm]] = {
    "assign": AssignManyForm,
    "delegate": DelegateManyForm,
    "set_colour": ColourManyForm,
    "add_note": NoteManyForm,
}
