
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0008_filter_indexes'),
        ('organisation', '0008_api_clients'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='escalation',
            name='updated_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changée le'),
        ),
        migrations.AddIndex(
            model_name='escalation',
            index=models.Index(fields=['target_entity', 'updated_at', 'id'], name='escalation_entity_updated'),
        ),
    ]
