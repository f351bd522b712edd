"""Vocabulary of the organisation (domain.md §2.1, §2.3, §2.4, §2.7)."""

from django.db.models import TextChoices


class Role(TextChoices):
    """What an account may do; an account holds a *set* of roles."""

    ADVISOR = "advisor", "Conseiller client"
    SUPPORT = "support", "Soutien"
    TRAINER = "trainer", "Formateur"
    BACK_OFFICE = "back_office", "Spécialiste back-office"
    MANAGER = "manager", "Manager"
    HR = "hr", "RH"
    STAFF_REP = "staff_rep", "Représentant du personnel"
    PARTNER = "partner", "Client partenaire"
    ADMIN = "admin", "Administrateur"


#: The group of the data-protection officers: a right that an administrator gives beside the roles, not a role.
DPO = "dpo"


class ContractType(TextChoices):
    PERMANENT = "permanent", "CDI"
    CIVIL_SERVANT = "civil_servant", "Fonctionnaire"
    FIXED_TERM = "fixed_term", "CDD"
    APPRENTICESHIP = "apprenticeship", "Contrat d’apprentissage"
    PROFESSIONALISATION = "professionalisation", "Contrat de professionnalisation"
    TEMP = "temp", "Intérim"
    EXTERNAL = "external", "Externe"


class HolidayZone(TextChoices):
    METROPOLE = "metropole", "Métropole"
    ALSACE_MOSELLE = "alsace_moselle", "Alsace-Moselle"
    GUADELOUPE = "guadeloupe", "Guadeloupe"
    MARTINIQUE = "martinique", "Martinique"
    GUYANE = "guyane", "Guyane"
    REUNION = "reunion", "La Réunion"
    MAYOTTE = "mayotte", "Mayotte"


class EntityKind(TextChoices):
    UAT = "uat", "UAT"
    BACK_OFFICE = "back_office", "Back-office"
    UI = "ui", "Unité d’intervention"
    AGPRO = "agpro", "Agence Pro/PME"
    AD = "ad", "Agence distribution"
    PARTNER_CONTACT_CENTRE = "partner_contact_centre", "Partenaire, centre de contact"
    PARTNER_FIELD = "partner_field", "Partenaire, intervention"
    OTHER = "other", "Autre"


class PhaseKind(TextChoices):
    PILOT = "pilot", "Pilote"
    ROLLOUT = "rollout", "Déploiement"
    RUN = "run", "Régime courant"


class ParticipationMode(TextChoices):
    VOLUNTEER = "volunteer", "Volontaire"
    DESIGNATED = "designated", "Désigné"


class ConsentAnswer(TextChoices):
    ACCEPTED = "accepted", "Accepté"
    DECLINED = "declined", "Refusé"
    WITHDRAWN = "withdrawn", "Retiré"
