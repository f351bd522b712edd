"""The file of an exit: the answer, the opinion, the decision."""

from __future__ import annotations

from django import forms

from recognition.enums import JustCause, Opinion

from .fields import NO_CAUSE, KeepsDays, day, radio, text


class AnswerForm(forms.Form):
    prefix = "answer"
    answer = text(
        "Votre réponse",
        rows=5,
        minimum=20,
        help_text="Les RH et votre manager la lisent. Vous pouvez la compléter jusqu’à la décision.",
    )


class OpinionForm(forms.Form):
    prefix = "opinion"
    opinion = radio("Votre avis", Opinion.choices, ask="Donnez votre avis.")
    opinion_text = text("Pourquoi", rows=4, minimum=20, help_text=NO_CAUSE)


class DecideForm(KeepsDays):
    prefix = "decide"
    heard_on = day("Salarié entendu le", help_text="La décision suit l’entretien.")
    hearing_notes = text("Ce que le salarié a dit", rows=4, required=False, help_text=NO_CAUSE)
    just_cause = radio(
        "Décision",
        [(JustCause.YES.value, JustCause.YES.label), (JustCause.NO.value, JustCause.NO.label)],
        ask="Choisissez la décision.",
    )
    decision_text = text("Motif de la décision", rows=4, minimum=20, help_text=NO_CAUSE)
