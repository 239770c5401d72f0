from django.db import migrations
from django.utils import timezone

NAMES = ("told_orders", "chats", "reviews", "questions", "returns")


def open_streams(apps, schema_editor):
    """Shops that are connected already read what buyers write, too."""
    Stream = apps.get_model("marketplaces", "Stream")
    connected = Stream.objects.filter(name="orders").values_list("connection_id", flat=True)
    now = timezone.now()
    Stream.objects.bulk_create(
        [
            Stream(connection_id=connection, name=name, due_at=now)
            for connection in connected.iterator()
            for name in NAMES
        ],
        batch_size=500,
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_buyers"), ("marketplaces", "0009_kinds_of_buyers")]

    operations = [migrations.RunPython(open_streams, migrations.RunPython.noop)]
