from django.db import migrations

from recognition.campaigns.triggers import GUARD as CAMPAIGNS
from recognition.mentoring.triggers import MENTORING
from recognition.participation.triggers import NEUTRALISED
from recognition.scheme.triggers import GUARD as SCHEME
from recognition.suggestions.triggers import GUARD as SCRIPTS

GUARDS = (CAMPAIGNS, MENTORING, NEUTRALISED, SCHEME, SCRIPTS)


def install(apps, editor):
    for guard in GUARDS:
        guard.install(editor.connection)


def remove(apps, editor):
    for guard in GUARDS:
        guard.remove(editor.connection)


class Migration(migrations.Migration):
    """What the database itself keeps; the triggers' text lives with each theme."""

    dependencies = [("recognition", "0001_initial")]

    operations = [migrations.RunPython(install, remove)]
