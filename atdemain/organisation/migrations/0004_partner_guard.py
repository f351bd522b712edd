from django.db import migrations

from atdemain.organisation.triggers import GUARD


class Migration(migrations.Migration):
    """A partner never has an advisor's profile; the triggers' text lives in `organisation.triggers`."""

    dependencies = [("organisation", "0003_cache_table"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [
        migrations.RunPython(
            lambda apps, editor: GUARD.install(editor.connection),
            lambda apps, editor: GUARD.remove(editor.connection),
        )
    ]
