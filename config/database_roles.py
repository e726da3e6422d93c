"""What the application's database role may do: read and write rows, never change tables.

History can be added to and read, and that is all: whoever takes over the web process cannot
rewrite it.
"""

from __future__ import annotations

from django.db import connection, transaction
from psycopg import sql

# Rows of these tables are added and read, never changed.
APPEND_ONLY = ("audit_entry",)


def grant_to(role: str) -> list[str]:
    """Give `role` its rights on every table of the schema; run by the owner after migrating."""
    with transaction.atomic(), connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for statement in _statements(role, tables):
            cursor.execute(statement.as_string(cursor.connection))
    return sorted(tables)


def _statements(role: str, tables: list[str]) -> list[sql.Composed]:
    name = sql.Identifier(role)
    statements = [
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name),
        sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(name),
    ]
    for table in sorted(tables):
        target = sql.SQL(" ON TABLE {} ").format(sql.Identifier(table))
        rights = "SELECT, INSERT" if table in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        # First everything is taken: a right given by mistake does not outlive the next migration.
        statements.append(sql.SQL("REVOKE ALL") + target + sql.SQL("FROM {}").format(name))
        statements.append(sql.SQL(f"GRANT {rights}") + target + sql.SQL("TO {}").format(name))
    return statements


# Members of the owning role count as owners: they can take its name at any time.
MIGHT = """
SELECT role.rolsuper,
       EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
                 AND pg_has_role(current_user, c.relowner, 'MEMBER')),
       to_regclass(%(table)s) IS NOT NULL AND (
           has_table_privilege(to_regclass(%(table)s), 'UPDATE')
           OR has_table_privilege(to_regclass(%(table)s), 'DELETE')
           OR has_table_privilege(to_regclass(%(table)s), 'TRUNCATE')
       )
FROM pg_roles role WHERE role.rolname = current_user
"""


def too_mighty() -> str:
    """Why this process must not serve with the database role it has; empty where it may."""
    with connection.cursor() as cursor:
        cursor.execute(MIGHT, {"table": f"public.{APPEND_ONLY[0]}"})
        superuser, owner, may_rewrite = cursor.fetchone()
    role = connection.settings_dict["USER"] or "of this process"
    advice = "name one in DATABASE_URL that owns nothing, and let `prepare` give it its rights."
    if superuser:
        return f"The database role {role} is a superuser and could rewrite history: {advice}"
    if owner:
        return f"The database role {role} owns the tables and could rewrite history: {advice}"
    if may_rewrite:
        return f"The database role {role} may change history: run `manage.py prepare` once more."
    return ""


def role_exists(role: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        return cursor.fetchone() is not None
