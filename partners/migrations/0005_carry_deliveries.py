from django.db import migrations

AT_ONCE = 500
COLUMNS = ("state", "attempts", "due_at", "error")


def carry(apps, schema_editor):
    """Each mail that was wanted becomes a row of its own."""
    Notification = apps.get_model("partners", "Notification")
    Delivery = apps.get_model("partners", "Delivery")
    mailed = Notification.objects.exclude(email_state="none").order_by("pk")
    mailed = mailed.values("pk", *(f"email_{name}" for name in COLUMNS))
    last = 0
    while rows := list(mailed.filter(pk__gt=last)[:AT_ONCE]):
        last = rows[-1]["pk"]
        Delivery.objects.bulk_create(
            Delivery(
                notification_id=row["pk"],
                channel="email",
                **{name: row[f"email_{name}"] for name in COLUMNS},
            )
            for row in rows
        )


def carry_back(apps, schema_editor):
    """What waits for the evening had no name before: it is due."""
    Notification = apps.get_model("partners", "Notification")
    Delivery = apps.get_model("partners", "Delivery")
    Delivery.objects.filter(channel="email", state="digest").update(state="due")
    for row in Delivery.objects.filter(channel="email").iterator():
        Notification.objects.filter(pk=row.notification_id).update(
            **{f"email_{name}": getattr(row, name) for name in COLUMNS}
        )


class Migration(migrations.Migration):
    dependencies = [("partners", "0004_deliveries")]

    operations = [migrations.RunPython(carry, carry_back)]
