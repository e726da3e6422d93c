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


def role_exists(role: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        return cursor.fetchone() is not None
