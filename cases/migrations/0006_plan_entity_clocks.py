"""The escalations still open when the clocks came: their steps to come are planned, what is past is not told."""

from django.db import migrations
from django.utils import timezone

from atdemain.organisation.calendar import BusinessCalendar, NeverOpen
from cases.deadlines import entity_steps


def plan(apps, schema_editor):
    Escalation = apps.get_model("cases", "Escalation")
    Timer = apps.get_model("cases", "Timer")
    now = timezone.now()
    planned = []
    open_ones = Escalation.objects.filter(status__in=["sent", "acknowledged"]).select_related("target_entity")
    for escalation in open_ones.order_by("pk").iterator(chunk_size=500):
        entity = escalation.target_entity
        calendar = BusinessCalendar.build(
            tz=entity.tz, holiday_zone=entity.holiday_zone, weekly_hours=entity.weekly_hours
        )
        try:
            steps = entity_steps(calendar, escalation.sent_at, escalation.colour)
        except NeverOpen:
            continue
        acknowledged = escalation.ack_at is not None
        planned += [
            Timer(
                case_id=escalation.case_id, escalation=escalation, epoch=1, kind=step.kind, due_at=step.due_at
            )
            for step in steps
            if step.due_at > now and not (acknowledged and step.kind.startswith("entity_ack"))
        ]
    Timer.objects.bulk_create(planned, batch_size=500)


def unplan(apps, schema_editor):
    apps.get_model("cases", "Timer").objects.filter(escalation__isnull=False).delete()


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_entity_clocks")]
    operations = [migrations.RunPython(plan, unplan)]
