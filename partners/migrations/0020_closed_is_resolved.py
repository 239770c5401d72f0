from django.db import migrations
from django.db.models import F


def take_the_end_for_it(apps, schema_editor):
    """A ticket closed without having been resolved took until it was closed."""
    tickets = apps.get_model("partners", "SupportTicket").objects.using(schema_editor.connection.alias)
    tickets.filter(status="closed", resolved_at=None).update(resolved_at=F("closed_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0019_left_blocked"),
    ]

    operations = [
        # Back again nothing is lost: the time of closing stands beside it.
        migrations.RunPython(take_the_end_for_it, migrations.RunPython.noop, elidable=True),
    ]
