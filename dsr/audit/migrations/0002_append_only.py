"""Triggers that keep the history as it was written.

Only the owner of the tables or a superuser can silence them; the application's role is neither.
"""

from django.db import migrations

KEEP_ENTRIES = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""

KEEP_HEADS = """
CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

CREATE TRIGGER audit_head_moves_on BEFORE UPDATE ON audit_head FOR EACH ROW
    WHEN (NEW.chain <> OLD.chain OR NEW.seq <> OLD.seq + 1)
    EXECUTE FUNCTION audit_refuse();
"""

RELEASE = """
DROP TRIGGER audit_head_moves_on ON audit_head;
DROP TRIGGER audit_head_stays ON audit_head;
DROP TRIGGER audit_entry_append_only ON audit_entry;
DROP FUNCTION audit_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunSQL(KEEP_ENTRIES + KEEP_HEADS, RELEASE)]
