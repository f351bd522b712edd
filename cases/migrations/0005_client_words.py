from django.db import migrations, models
from django.db.models.functions import Upper

#: Every word of a client's name, and again after the number of the unit that looks after it (« martin », « 3:martin »),
#: as `cases.search.names` asks for them. No pending list (fastupdate): a search would read it from end to end.
WORDS = """
CREATE INDEX client_words ON cases_client USING gin (array_to_tsvector(array_remove(string_to_array(
  name_key || replace(' ' || name_key, ' ', ' ' || coalesce(unit_id, 0)::text || ':'), ' '), ''))
) WITH (fastupdate = off)
"""


def create(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(WORDS)


def drop(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX client_words")


class Migration(migrations.Migration):
    """What search looks clients and their working cases up by. SQLite has no such index, and reads every name."""

    dependencies = [("cases", "0004_list_indexes")]

    operations = [
        migrations.AddIndex("client", models.Index(Upper("client_ref"), name="client_ref_upper")),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["client", "unit", "owner", "delegate", "client_key"],
                condition=models.Q(state__in=["opened", "escalated", "callback_due"]),
                name="case_working",
            ),
        ),
        migrations.RunPython(create, drop),
    ]
