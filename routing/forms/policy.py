"""A new version of the policy: every setting by its name, refused by field when the whole makes no sense."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from routing.models import RoutingPolicy
from routing.policy import LABELS, Policy, PolicyRefused

#: A version may be said to begin at once: the minutes spent reading the form are forgiven.
FORGIVEN = timedelta(minutes=10)

#: The settings by theme, in the order of the page (every one is here: a test checks).
THEMES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Ce que pèse un dossier",
        ("opened", "callback_due", "escalated", "resolved", "red", "orange", "green"),
    ),
    ("Les rappels", ("due_this_shift", "overdue", "bad_news", "bad_news_limit")),
    (
        "Les contacts conflictuels et la récupération",
        ("conflictual", "conflictual_minutes", "hard_pair", "hard_gap_minutes", "recovery_minutes"),
    ),
    ("Le reste de la journée", ("scheduled_hour", "shift_left_minutes", "skill_level")),
    (
        "Le plafond et le choix",
        (
            "cap", "band_orange_pct", "band_red_pct", "tie_width_pct", "continuity_margin_pct", "continuity_days",
            "national_pool",
        ),
    ),
    ("L’équité", ("fairness_in_unit", "fairness_between_units", "compensation_ratio")),
)  # fmt: skip


class PolicyForm(forms.ModelForm):
    """Starts from the latest version."""

    class Meta:
        model = RoutingPolicy
        fields = ["valid_from", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "reason" not in self.fields:
            return  # a version already written is only read
        self.fields["reason"].required = True
        latest = RoutingPolicy.objects.order_by("-version").first()
        for name, value in (latest.policy() if latest else Policy()).to_json().items():
            self.fields[name].initial = value

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        begins = data.get("valid_from")
        if begins and begins < timezone.now() - FORGIVEN:
            self.add_error("valid_from", "Une version commence maintenant ou plus tard.")
        asked = {name: data[name] for name in LABELS if data.get(name) is not None}
        try:
            self.instance.settings_json = Policy.from_json(asked).to_json()
        except PolicyRefused as refused:
            for name, message in refused.errors.items():
                self.add_error(name, message)
        return data


for _name, _value in Policy().to_json().items():
    PolicyForm.base_fields[_name] = (
        forms.BooleanField(label=LABELS[_name], required=False)
        if isinstance(_value, bool)
        else forms.FloatField(label=LABELS[_name], localize=True)
    )
    PolicyForm.declared_fields[_name] = PolicyForm.base_fields[_name]


class PolicyPageForm(PolicyForm):
    """The same on the administrator's page; `based_on`: the version that was read when it was filled in."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)

    class Meta(PolicyForm.Meta):
        labels = {"valid_from": "En vigueur à partir du", "reason": "Motif du changement"}
        widgets = {
            "valid_from": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "reason": forms.TextInput(attrs={"maxlength": 300}),
        }
        error_messages = {
            "valid_from": {
                "required": "Dites quand cette version commence.",
                "invalid": "Donnez un jour et une heure.",
            },
            "reason": {"required": "Dites pourquoi, en une phrase : les conseillers la liront."},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            kind = "form-check-input" if name == "national_pool" else "form-control"
            field.widget.attrs["class"] = kind
            if name in LABELS and name != "national_pool":
                field.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}
                field.error_messages |= {"required": "Donnez une valeur.", "invalid": "Donnez un nombre."}

    @property
    def themes(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in THEMES]
