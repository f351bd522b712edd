from django.db import migrations

COMPETENCIES = (
    ("end_to_end", "Suivre un problème de bout en bout"),
    ("diagnosis", "Diagnostiquer un dérangement complexe"),
    ("bad_news", "Annoncer une mauvaise nouvelle et tenir un engagement"),
    ("conflict", "Conduire un échange difficile"),
    ("coordination", "Coordonner plusieurs entités"),
    ("passing_on", "Accompagner un collègue"),
    ("improvement", "Améliorer une méthode ou un script"),
)


def add(apps, editor):
    model = apps.get_model("recognition", "Competency")
    for rank, (code, label) in enumerate(COMPETENCIES, 1):
        model.objects.get_or_create(code=code, defaults={"label": label, "rank": rank})


def remove(apps, editor):
    """Those of this list that nobody was assessed on."""
    model = apps.get_model("recognition", "Competency")
    model.objects.filter(code__in=[code for code, _ in COMPETENCIES], records=None).delete()


class Migration(migrations.Migration):
    """The competencies that AT Demain builds; an administrator may add others."""

    dependencies = [("recognition", "0002_guards")]

    operations = [migrations.RunPython(add, remove)]
