from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_fault_tickets")]

    operations = [
        migrations.AlterField(
            model_name="timer",
            name="kind",
            field=models.CharField(
                choices=[
                    ("promise_entity", "Nouvelles demandées à l’entité, 1 heure avant le rappel"),
                    ("promise_before", "30 minutes avant le rappel"),
                    ("promise_start", "Heure du rappel"),
                    ("promise_missed", "Fin de la fenêtre sans appel"),
                    ("promise_window_end", "Fin de la fenêtre dite au client, sans appel"),
                    ("promise_plus_30", "30 minutes après la fenêtre"),
                    ("promise_plus_120", "2 heures après la fenêtre"),
                    ("promise_red_list", "Liste rouge du matin"),
                    ("unassigned_manager", "Sans conseiller, manager"),
                    ("unassigned_head", "Sans conseiller, direction de l’unité"),
                    ("first_action_owner", "Première action, conseiller"),
                    ("first_action_manager", "Première action, manager"),
                    ("silent_case", "Dossier silencieux"),
                    ("confirm", "Fin d’observation"),
                ],
                max_length=25,
                verbose_name="type",
            ),
        ),
    ]
