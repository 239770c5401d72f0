from django.db import migrations

# On SQLite the file belongs to whoever can write to it; there the models alone refuse.
KEEP = """
CREATE FUNCTION history_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME;
END $$;
CREATE TRIGGER audit_logs_are_kept BEFORE UPDATE OR DELETE ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION history_is_kept();
CREATE TRIGGER audit_seals_are_kept BEFORE UPDATE OR DELETE ON audit_seals
    FOR EACH ROW EXECUTE FUNCTION history_is_kept();
"""
LET_GO = """
DROP TRIGGER audit_logs_are_kept ON audit_logs;
DROP TRIGGER audit_seals_are_kept ON audit_seals;
DROP FUNCTION history_is_kept();
"""


def on_postgresql(statements):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statements, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial")]

    operations = [migrations.RunPython(on_postgresql(KEEP), on_postgresql(LET_GO))]
