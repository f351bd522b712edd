import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0007_cancel_requests'),
    ]

    operations = [
        migrations.AlterField(
            model_name='timer',
            name='kind',
            field=models.CharField(choices=[('promise_entity', 'Nouvelles demandées à l’entité, 1 heure avant le rappel'), ('promise_before', '30 minutes avant le rappel'), ('promise_start', 'Heure du rappel'), ('promise_missed', 'Fin de la fenêtre sans appel'), ('promise_window_end', 'Fin de la fenêtre dite au client, sans appel'), ('promise_plus_30', '30 minutes après la fenêtre'), ('promise_plus_120', '2 heures après la fenêtre'), ('promise_red_list', 'Liste rouge du matin'), ('unassigned_manager', 'Sans conseiller, manager'), ('unassigned_head', 'Sans conseiller, direction de l’unité'), ('first_action_owner', 'Première action, conseiller'), ('first_action_manager', 'Première action, manager'), ('silent_case', 'Dossier silencieux'), ('satisfaction', 'Question de satisfaction à poser'), ('confirm', 'Fin d’observation'), ('entity_ack', 'Accusé de réception attendu de l’entité'), ('entity_ack_head', 'Toujours sans accusé, direction et manager'), ('entity_answer', 'Réponse attendue de l’entité'), ('entity_answer_head', 'Toujours sans réponse, direction et manager')], max_length=25, verbose_name='type'),
        ),
        migrations.CreateModel(
            name='SatisfactionAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('resolved_at', models.DateTimeField(verbose_name='résolution jugée')),
                ('at', models.DateTimeField(verbose_name='répondu le')),
                ('score', models.PositiveSmallIntegerField(verbose_name='note')),
                ('dissatisfied', models.GeneratedField(db_persist=True, expression=models.Q(('score__lte', 6)), output_field=models.BooleanField())),
                ('cause', models.CharField(blank=True, choices=[('technical_unresolved', 'Problème technique non résolu'), ('delay', 'Délai'), ('attitude', 'Accueil, relation'), ('price', 'Prix'), ('other', 'Autre')], max_length=20, verbose_name='cause')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='satisfaction_answers', to='cases.case', verbose_name='dossier')),
            ],
            options={
                'verbose_name': 'réponse de satisfaction',
                'verbose_name_plural': 'réponses de satisfaction',
                'ordering': ['-at', '-pk'],
                'constraints': [models.UniqueConstraint(fields=('case', 'resolved_at'), name='satisfaction_once_per_resolution'), models.CheckConstraint(condition=models.Q(('score__gte', 0), ('score__lte', 10)), name='satisfaction_score_0_to_10'), models.CheckConstraint(condition=models.Q(models.Q(('score__lte', 6), models.Q(('cause', ''), _negated=True)), models.Q(('cause', ''), ('score__gt', 6)), _connector='OR'), name='satisfaction_cause_when_dissatisfied'), models.CheckConstraint(condition=models.Q(('at__gte', models.F('resolved_at'))), name='satisfaction_after_resolution')],
            },
        ),
    ]
