import json
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import migrations

# What the admin's form checks holds here for two who change rows at once, too.
KEEP_APART = """
CREATE FUNCTION tax_regimes_are_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('tax_regimes'));
    IF EXISTS (
        SELECT 1 FROM tax_regimes beside
        WHERE beside.id <> NEW.id AND beside.legal_form = NEW.legal_form AND beside.base = NEW.base
        AND daterange(beside.valid_from, beside.valid_to, '[]')
            && daterange(NEW.valid_from, NEW.valid_to, '[]')
    ) THEN
        RAISE EXCEPTION 'two tax regimes on one day'
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'tax_regimes_do_not_overlap';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tax_regimes_do_not_overlap BEFORE INSERT OR UPDATE ON tax_regimes
    FOR EACH ROW EXECUTE FUNCTION tax_regimes_are_apart();
"""
LET_GO = """
DROP TRIGGER tax_regimes_do_not_overlap ON tax_regimes;
DROP FUNCTION tax_regimes_are_apart();
"""


def on_postgresql(statements):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statements, params=None)

    return run


def begin(apps, schema_editor=None):
    """The rows of data/tax_regimes.json; from now on they are changed in the table."""
    rows = apps.get_model("partners", "TaxRegime").objects
    path = settings.BASE_DIR / "data" / "tax_regimes.json"
    for row in json.loads(path.read_text(encoding="utf-8"))["regimes"]:
        limit = row["turnover_limit"]
        rows.get_or_create(
            legal_form=row["legal_form"],
            base=row["base"],
            valid_from=date.fromisoformat(row["valid_from"]),
            defaults={
                "valid_to": row["valid_to"] and date.fromisoformat(row["valid_to"]),
                "name": row["name"],
                "basis_points": int(Decimal(row["rate"]) * 100),
                "turnover_limit": None if limit is None else Decimal(limit),
                "source": row["source"],
                "as_of": date.fromisoformat(row["as_of"]),
            },
        )


class Migration(migrations.Migration):
    dependencies = [("partners", "0012_company_details_and_tax_regimes")]

    operations = [
        migrations.RunPython(on_postgresql(KEEP_APART), on_postgresql(LET_GO)),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
