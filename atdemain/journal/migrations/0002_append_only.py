from django.db import migrations

from atdemain.journal.triggers import install, remove


class Migration(migrations.Migration):
    """The journal becomes append-only. The triggers' text lives in `journal.triggers`, which also puts
    them back after every migration."""

    dependencies = [("journal", "0001_initial")]

    operations = [
        migrations.RunPython(
            lambda apps, editor: install(editor.connection), lambda apps, editor: remove(editor.connection)
        )
    ]
