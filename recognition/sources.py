"""The closed list of evidence sources of a criterion, and what a criterion may never look at (domain.md §6.1, §6.2).

Pure. A criterion names one of `SOURCES`; whatever else it names is refused, the ones of `FORBIDDEN` with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from atdemain.organisation.enums import Role
from recognition.enums import PARTICIPANT_ROLES, Comparator, Unit

ALL = tuple(role.value for role in PARTICIPANT_ROLES)
_MANAGER = (Role.MANAGER.value,)


@dataclass(frozen=True, slots=True)
class Source:
    """`unit`: what its facts are counted in; `noun`: what is counted, after the number (« 60 jours d’activité »).

    `kind`: « number », « boolean » or « share » (a value out of a total, in per cent). `roles`: whom it speaks of.
    """

    code: str
    label: str
    unit: str
    kind: str
    roles: tuple[str, ...]
    noun: str
    proof: str  # what it is read from, for the conditions page

    @property
    def comparators(self) -> tuple[str, ...]:
        if self.kind == "boolean":
            return (Comparator.IS_TRUE.value,)
        return (Comparator.AT_LEAST.value, Comparator.AT_MOST.value)


def _number(code: str, label: str, unit: Unit, roles: tuple[str, ...], noun: str, proof: str) -> Source:
    kind = "share" if unit == Unit.PERCENT else "number"
    return Source(code, label, unit.value, kind, roles, noun, proof)


def _boolean(code: str, label: str, roles: tuple[str, ...], noun: str, proof: str) -> Source:
    return Source(code, label, Unit.YES_NO.value, "boolean", roles, noun, proof)


_LIST = (
    _number(
        "active_days", "Jours de participation", Unit.DAYS, ALL, "jours de participation",
        "les dates de la participation, jours neutralisés compris",
    ),
    _boolean(
        "base_training", "Formation de base valide", ALL, "formation de base valide pendant la période",
        "le registre des compétences",
    ),
    _number(
        "suggestions", "Propositions d’amélioration", Unit.COUNT, ALL, "propositions d’amélioration",
        "les propositions déposées, refusées comprises, hors doublons et retraits",
    ),
    _number(
        "mutual_help_minutes", "Temps d’entraide", Unit.MINUTES, ALL, "d’entraide",
        "les demandes d’entraide acceptées et closes",
    ),
    _number(
        "mutual_help_answers", "Réponses d’entraide", Unit.COUNT, ALL, "réponses à une demande d’entraide",
        "les demandes d’entraide acceptées et closes",
    ),
    _boolean(
        "in_project_at_end", "Présence au dernier jour", ALL, "toujours dans le projet au dernier jour de la période",
        "les dates de la participation",
    ),
    _boolean(
        "just_cause_exit", "Sortie pour un juste motif", ALL, "sortie du projet pour un juste motif",
        "le motif de sortie et la décision des RH",
    ),
    _number(
        "mentoring_minutes", "Accompagnement co-signé", Unit.MINUTES, ALL, "d’accompagnement co-signées",
        "les séances signées par l’accompagnant et par l’accompagné dans les 14 jours",
    ),
    _number(
        "distinct_trainees", "Personnes accompagnées", Unit.COUNT, ALL, "personnes différentes accompagnées",
        "les collègues qui ont signé la séance dans les 14 jours",
    ),
    _number(
        "sessions_given", "Séances données", Unit.COUNT, ALL, "séances données",
        "les séances signées par l’accompagnant et par l’accompagné dans les 14 jours",
    ),
    _number(
        "script_evolutions", "Évolutions de script", Unit.COUNT, ALL, "évolutions de script écrites ou proposées",
        "les versions de script écrites, et celles issues d’une proposition",
    ),
    _number(
        "briefing_weeks", "Semaines avec un briefing", Unit.PERCENT, _MANAGER, "des semaines avec un briefing de l’équipe",
        "les briefings tenus",
    ),
    _number(
        "alerts_answered", "Alertes de charge traitées", Unit.PERCENT, _MANAGER,
        "des alertes de charge de l’équipe traitées en un jour",
        "les alertes de dépassement et leur réponse",
    ),
    _number(
        "named_contacts", "Contacts nommés tenus", Unit.COUNT, (Role.BACK_OFFICE.value,),
        "créneaux de contact nommé dans l’annuaire",
        "l’annuaire des entités, contacts vérifiés dans la période ou les 90 jours d’avant",
    ),
    _boolean(
        "pilot_participation", "Participation au pilote", ALL, "participation à la phase pilote",
        "les dates de la participation et de la phase",
    ),
    _boolean(
        "front_role", "Conseiller du front", ALL, "rôle de conseiller du front office", "le rôle de la participation"
    ),
    _boolean(
        "trains_colleagues", "Forme des collègues", ALL, "a formé au moins un collègue",
        "les séances signées par l’accompagnant et par l’accompagné dans les 14 jours",
    ),
)  # fmt: skip

SOURCES: dict[str, Source] = {one.code: one for one in _LIST}

_ABSENCE = (
    "L’absence, quelle qu’en soit la cause, n’entre jamais dans le calcul : retirez ce critère, les jours neutralisés "
    "comptent déjà comme actifs."
)
_PRODUCTIVITY = (
    "La productivité individuelle n’est jamais un critère : choisissez une source de participation, "
    "de formation ou d’accompagnement."
)
_TIME = (
    "Le taux de temps de travail n’entre pas dans le calcul : la mission est reconnue, pas les heures. "
    "Retirez ce critère."
)

#: code → (French name, why, and what to do).
FORBIDDEN: dict[str, tuple[str, str]] = {
    "contract_type": (
        "Type de contrat",
        "Un alternant, un CDD ou un intérimaire ne peut être écarté pour son contrat : retirez ce critère et posez une "
        "condition que chacun peut remplir.",
    ),
    "mode": (
        "Volontaire ou désigné",
        "Un salarié désigné est traité comme un volontaire : retirez ce critère.",
    ),
    "working_time": ("Taux de temps de travail", _TIME),
    "absence": ("Absence", _ABSENCE),
    "gender": ("Sexe", "Le sexe ne peut être un critère : retirez-le."),
    "age": ("Âge", "L’âge ne peut être un critère : retirez-le."),
    "union_mandate": (
        "Mandat syndical ou de représentation",
        "Un mandat ne donne ni ne retire rien : retirez ce critère, les heures de mandat comptent comme actives.",
    ),
    "calls_per_hour": ("Appels par heure", _PRODUCTIVITY),
    "talk_time": ("Durée de communication", _PRODUCTIVITY),
    "individual_productivity": ("Productivité individuelle", _PRODUCTIVITY),
}

#: Other names under which the same may be asked for.
_ALIASES = {
    "contract": "contract_type",
    "participation_mode": "mode",
    "volunteer": "mode",
    "designated": "mode",
    "working_time_pct": "working_time",
    "part_time": "working_time",
    "sickness": "absence",
    "absences": "absence",
    "absence_days": "absence",
    "absence_cause": "absence",
    "sex": "gender",
    "birth_date": "age",
    "seniority": "age",
    "mandate": "union_mandate",
    "union": "union_mandate",
    "strike": "absence",
    "health": "absence",
    "calls": "calls_per_hour",
    "handled_calls": "calls_per_hour",
    "average_handling_time": "talk_time",
    "aht": "talk_time",
    "productivity": "individual_productivity",
    "sales": "individual_productivity",
}


def refusal(code: str) -> tuple[str, str]:
    """Why a criterion may not read `code`: (code of the refusal, French sentence); ("", "") when it may."""
    if not code:
        return (
            "no_source",
            "Choisissez une source de preuve : un critère qui ne se vérifie pas n’est pas publiable.",
        )
    if code in SOURCES:
        return "", ""
    named = FORBIDDEN.get(_ALIASES.get(code.strip().lower(), code.strip().lower()))
    if named is not None:
        return "forbidden_source", f"« {named[0]} » : {named[1]}"
    return "unknown_source", f"Source inconnue : « {code[:40]} ». Choisissez-en une dans la liste."
