"""What advisors wrote, invented: summaries of contacts, what the client was told, escalation texts."""

from cases.enums import ReasonFamily

SUMMARIES: dict[str, list[str]] = {
    ReasonFamily.NO_SYNC: [
        "Voyant éteint depuis le matin, redémarrage sans effet.",
        "Aucune connexion depuis hier soir, ligne testée.",
        "La box ne retrouve plus la ligne après l’orage.",
    ],
    ReasonFamily.SLOW: [
        "Moins de 2 Mb/s mesurés, 30 attendus.",
        "Visioconférence impossible, débit divisé par dix.",
        "Lenteur le soir seulement, test refait avec le client.",
    ],
    ReasonFamily.INTERMITTENT: [
        "Coupures toutes les dix minutes environ.",
        "Connexion perdue plusieurs fois par jour, journal de la box relevé.",
        "Coupures quand le téléphone sonne, filtre à vérifier.",
    ],
    ReasonFamily.VOICE_FAULT: [
        "Plus de tonalité, le mobile seul permet d’appeler.",
        "Grésillements forts à chaque appel.",
        "Les appels entrants n’arrivent plus.",
    ],
    ReasonFamily.TV: ["Image figée sur toutes les chaînes.", "Décodeur bloqué au démarrage."],
    ReasonFamily.WIFI: ["Pas de Wi-Fi à l’étage.", "Tablette refusée par le Wi-Fi, clé ressaisie."],
    ReasonFamily.MAIL: ["Mot de passe de messagerie refusé.", "Courriels bloqués dans la boîte d’envoi."],
    ReasonFamily.EQUIPMENT: ["La box ne s’allume plus.", "Bloc d’alimentation très chaud, à remplacer."],
    ReasonFamily.APPOINTMENT: [
        "Technicien attendu hier, personne n’est venu.",
        "Demande à déplacer l’intervention de vendredi.",
    ],
    ReasonFamily.OTHER_TECHNICAL: ["Panne à préciser, tests en cours.", "Message d’erreur relevé."],
    ReasonFamily.NON_TECHNICAL: ["Explication de la facture du mois.", "Renseignement sur l’offre fibre."],
}

TOLD_PROGRESS = [
    "La ligne a été testée : le défaut est sur le réseau, une équipe s’en occupe.",
    "Le remplacement de la box est lancé, livraison en point relais.",
    "Le diagnostic continue, le client sait quand il sera rappelé.",
]
TOLD_WAITING = [
    "Travaux en cours sur le câble, la réparation est annoncée pour la semaine.",
    "Le technicien attend une pièce ; le client préfère être tenu au courant en fin de journée.",
    "Défaut localisé entre deux chambres : ouverture demandée, pas encore de date.",
]
TOLD_SOLVED = [
    "Service rétabli, vérifié ensemble au téléphone.",
    "Débit retrouvé, test concluant avec le client.",
    "Tout fonctionne, le client le confirme.",
]
TOLD_MESSAGE = "Message laissé avec le numéro de dossier et le prochain créneau."
ESCALATION_SUMMARIES = [
    "Désynchronisations répétées malgré le changement de box ; atténuation élevée mesurée ce jour.",
    "Plus de tonalité depuis trois jours ; prise testée avec le client, défaut confirmé en amont.",
    "Débit instable aux heures chargées ; demande de contrôle du raccordement au point de concentration.",
]
ANSWERS_FIXED = [
    "Reprise d’une jonction au point de concentration, ligne testée correcte.",
    "Paire changée au sous-répartiteur, synchronisation stable depuis une heure.",
]
PROMISE_NOTES = ["Préfère être appelé sur son mobile.", "À rappeler après l’école.", ""]
