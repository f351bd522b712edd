
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisation', '0007_periods_in_order'),
    ]

    operations = [
        migrations.CreateModel(
            name='IdempotentAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=255)),
                ('fingerprint', models.CharField(max_length=64)),
                ('token', models.CharField(max_length=32)),
                ('claimed_at', models.DateTimeField()),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('headers', models.JSONField(default=dict)),
                ('body', models.TextField(blank=True)),
            ],
            options={
                'verbose_name': 'réponse gardée d’un client d’API',
                'verbose_name_plural': 'réponses gardées des clients d’API',
            },
        ),
        migrations.CreateModel(
            name='RequestCount',
            fields=[
                ('key', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('minute', models.BigIntegerField()),
                ('used', models.PositiveIntegerField()),
                ('last_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'compte de requêtes',
                'verbose_name_plural': 'comptes de requêtes',
            },
        ),
        migrations.AlterModelOptions(
            name='apiclient',
            options={'ordering': ['entity__name', '-created', '-pk'], 'verbose_name': 'client d’API', 'verbose_name_plural': 'clients d’API'},
        ),
        migrations.AddField(
            model_name='apiclient',
            name='created_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='créé par'),
        ),
        migrations.AddField(
            model_name='apiclient',
            name='requests_per_minute',
            field=models.PositiveIntegerField(default=600, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60000)], verbose_name='requêtes par minute'),
        ),
        migrations.AddField(
            model_name='apiclient',
            name='revoked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='révoqué le'),
        ),
        migrations.AddField(
            model_name='apiclient',
            name='scopes',
            field=models.CharField(blank=True, default='', max_length=400, verbose_name='droits'),
        ),
        migrations.AddField(
            model_name='apiclient',
            name='slot',
            field=models.PositiveSmallIntegerField(default=1, editable=False),
        ),
        migrations.AlterField(
            model_name='apiclient',
            name='entity',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='api_clients', to='organisation.entity', verbose_name='entité'),
        ),
        migrations.AddConstraint(
            model_name='apiclient',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('entity', 'slot'), name='api_client_two_live_per_entity', violation_error_message='Cette entité a déjà deux clients en service.'),
        ),
        migrations.AddConstraint(
            model_name='apiclient',
            constraint=models.CheckConstraint(condition=models.Q(('slot__range', (1, 2))), name='api_client_slot'),
        ),
        migrations.AddField(
            model_name='idempotentanswer',
            name='client',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
        ),
        migrations.AddIndex(
            model_name='idempotentanswer',
            index=models.Index(fields=['claimed_at'], name='idempotent_answer_age'),
        ),
        migrations.AddConstraint(
            model_name='idempotentanswer',
            constraint=models.UniqueConstraint(fields=('client', 'key'), name='idempotent_answer_once'),
        ),
    ]
