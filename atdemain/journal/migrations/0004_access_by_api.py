
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0003_access_purposes_and_questions'),
    ]

    operations = [
        migrations.AddField(
            model_name='accesslog',
            name='api_client_id',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='client d’API'),
        ),
    ]
