"""Whatever changes one of these tables, and however, gives all of them another mark."""

from django.db import migrations

TABLES = (
    *("calendarday", "department", "informationitem", "organisation", "policy", "policyversion"),
    *("reading", "right", "workingcalendar"),
)

# A random mark: one that counts would come again after a rollback, or from a backup, for other
# rows. The row is locked until the commit, so whoever sees a mark sees all that led to it.
FUNCTION = """
CREATE FUNCTION policies_next_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO policies_edition (id, mark) VALUES (1, gen_random_uuid())
        ON CONFLICT (id) DO UPDATE SET mark = EXCLUDED.mark;
    RETURN NULL;
END $$;
"""

TRIGGER = """
CREATE TRIGGER policies_next_edition
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON policies_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION policies_next_edition();
"""

DROP = "DROP TRIGGER policies_next_edition ON policies_{table};"


def _each(statement: str) -> str:
    return "\n".join(statement.format(table=table) for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("policies", "0002_locks")]
    operations = [
        migrations.RunSQL(
            FUNCTION + _each(TRIGGER), _each(DROP) + "DROP FUNCTION policies_next_edition();"
        )
    ]
