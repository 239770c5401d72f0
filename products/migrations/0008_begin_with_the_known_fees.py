import json
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import migrations


def begin(apps, schema_editor=None):
    """The rows of data/fees.json; from now on they are changed in the table."""
    rows = apps.get_model("products", "FeeSchedule").objects
    path = settings.BASE_DIR / "data" / "fees.json"
    for row in json.loads(path.read_text(encoding="utf-8"))["fees"]:
        rows.get_or_create(
            marketplace=row["marketplace"],
            step=row["step"],
            terms=row["terms"],
            valid_from=date.fromisoformat(row["valid_from"]),
            defaults={
                "valid_to": row["valid_to"] and date.fromisoformat(row["valid_to"]),
                "basis_points": int(Decimal(row["percent"]) * 100),
                "is_default": row["is_default"],
                "source": row["source"],
                "as_of": date.fromisoformat(row["as_of"]),
            },
        )


class Migration(migrations.Migration):
    dependencies = [("products", "0007_rates_as_rows")]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
