from django.db import migrations

from routing.triggers import GUARD


class Migration(migrations.Migration):
    """A version of the policy that has begun is never rewritten; the triggers' text lives in `routing.triggers`."""

    dependencies = [("routing", "0002_reference")]

    operations = [
        migrations.RunPython(
            lambda apps, editor: GUARD.install(editor.connection),
            lambda apps, editor: GUARD.remove(editor.connection),
        )
    ]
