from django.db.models import TextChoices


class Status(TextChoices):
    PREVIEW = "preview", "À confirmer"
    QUEUED = "queued", "En attente"
    RUNNING = "running", "En cours"
    FINISHED = "finished", "Terminé"
    STOPPED = "stopped", "Arrêté"
    FAILED = "failed", "En échec"


class Outcome(TextChoices):
    PENDING = "pending", "À faire"
    DONE = "done", "Fait"
    ALREADY = "already", "Déjà fait"
    REFUSED = "refused", "Refusé"


#: Somebody works on it, or soon will.
MOVING = (Status.QUEUED, Status.RUNNING)
#: Nothing happens to it any more unless its owner says so.
AT_REST = (Status.FINISHED, Status.STOPPED, Status.FAILED)
