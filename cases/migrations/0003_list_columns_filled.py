from django.db import migrations

from cases.copies import FILL, GUARD


class Migration(migrations.Migration):
    """What was there before the copies; `post_migrate` sets the triggers that keep them."""

    dependencies = [("cases", "0002_list_columns")]

    operations = [
        *(migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in FILL),
        migrations.RunPython(migrations.RunPython.noop, lambda apps, editor: GUARD.remove(editor.connection)),
    ]
