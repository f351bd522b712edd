"""What every site starts from: the programme, the default repeat rules and the contact reasons.

Set by `manage.py init_reference`, then kept by the administrator; running it again changes nothing.
"""

from __future__ import annotations

from django.db import transaction

from atdemain.organisation.models import Programme
from cases.enums import IdentityScope, Mode, ReasonFamily, Segment
from cases.models import Reason, RepeatRule

PROGRAMME_CODE = "at-demain"

REASONS: dict[str, tuple[str, ReasonFamily]] = {
    "pas-de-synchro": ("Box sans connexion", ReasonFamily.NO_SYNC),
    "coupure-totale": ("Plus aucun service", ReasonFamily.NO_SYNC),
    "debit-lent": ("Débit lent", ReasonFamily.SLOW),
    "debit-soir": ("Débit lent le soir", ReasonFamily.SLOW),
    "coupures": ("Coupures répétées", ReasonFamily.INTERMITTENT),
    "desynchro": ("Désynchronisations", ReasonFamily.INTERMITTENT),
    "tonalite": ("Pas de tonalité", ReasonFamily.VOICE_FAULT),
    "gresillement": ("Grésillements sur la ligne", ReasonFamily.VOICE_FAULT),
    "tv-image": ("Image figée ou absente", ReasonFamily.TV),
    "tv-decodeur": ("Décodeur bloqué", ReasonFamily.TV),
    "wifi-portee": ("Wi-Fi faible", ReasonFamily.WIFI),
    "wifi-connexion": ("Appareil non connecté au Wi-Fi", ReasonFamily.WIFI),
    "mail-acces": ("Accès à la messagerie", ReasonFamily.MAIL),
    "mail-reglage": ("Réglage de la messagerie", ReasonFamily.MAIL),
    "box-panne": ("Box en panne", ReasonFamily.EQUIPMENT),
    "alimentation": ("Alimentation ou câble", ReasonFamily.EQUIPMENT),
    "rdv-non-tenu": ("Technicien non venu", ReasonFamily.APPOINTMENT),
    "rdv-deplacer": ("Rendez-vous à déplacer", ReasonFamily.APPOINTMENT),
    "autre-technique": ("Autre panne", ReasonFamily.OTHER_TECHNICAL),
    "facture": ("Question de facture", ReasonFamily.NON_TECHNICAL),
    "offre": ("Question sur l’offre", ReasonFamily.NON_TECHNICAL),
}

RULES: dict[str, dict[str, str]] = {
    "R1": {"segment": "", "identity_scope": IdentityScope.CLIENT},
    "R1-PRO": {"segment": Segment.PRO, "identity_scope": IdentityScope.LINE},
}


@transaction.atomic
def ensure_reference(*, mode: Mode = Mode.SHADOW) -> tuple[Programme, list[str]]:
    """Create what is missing; answers the programme and the codes created.

    `mode` is that of the rules created: `shadow` counts and opens nothing (domain.md §4.6: threshold 3,
    168 rolling hours, every channel, no start date).
    """
    created = []
    programme, is_new = Programme.objects.get_or_create(code=PROGRAMME_CODE, defaults={"name": "AT Demain"})
    if is_new:
        created.append(programme.code)
    known = set(Reason.objects.values_list("code", flat=True))
    missing = [
        Reason(code=code, label=label, family=family)
        for code, (label, family) in REASONS.items()
        if code not in known
    ]
    Reason.objects.bulk_create(missing, ignore_conflicts=True)
    created += [reason.code for reason in missing]
    ruled = set(RepeatRule.objects.values_list("code", flat=True))
    for code in [code for code in RULES if code not in ruled]:
        RepeatRule.objects.create(code=code, version=1, programme=programme, mode=mode, **RULES[code])
        created.append(code)
    return programme, created
