"""Many requests at once: rows copied in the database from one that came in through the service."""

from __future__ import annotations

from collections.abc import Mapping

from tests.faults.world import World

# What every copy needs of its own; `n` is the number of the copy.
FRESH = {"id": "nextval(pg_get_serial_sequence('{table}', 'id'))", "row_key": "gen_random_uuid()"}


def multiply(world: World, request_id: int, times: int) -> None:
    """So many further requests like this one, each with its safe, receipts and deadlines.

    They have no keys, people or history: whoever only looks at dates needs none.
    """
    world.sql("CREATE TABLE copies AS SELECT n FROM generate_series(1, %s) AS n", times)
    world.sql("ALTER TABLE copies ADD safe bigint, ADD request bigint")
    world.sql(
        "UPDATE copies SET safe = nextval(pg_get_serial_sequence('vault_safe', 'id')),"
        " request = nextval(pg_get_serial_sequence('requests_subjectrequest', 'id'))"
    )
    world.sql(
        "INSERT INTO vault_safe (id, kind, created_at) SELECT safe, 'request', now() FROM copies"
    )
    _copy(
        world,
        "requests_subjectrequest",
        f"id = {request_id}",
        {
            "id": "request",
            "safe_id": "safe",
            "reference": "lpad(to_hex(n), 8, '0')",
            "submission_key": "NULL",
        },
    )
    for table in ("requests_receipt", "requests_deadline"):
        _copy(
            world,
            table,
            f"subject_request_id = {request_id}",
            {"safe_id": "safe", "subject_request_id": "request"},
        )
    world.sql("DROP TABLE copies")
    world.sql("VACUUM ANALYZE")


def _copy(world: World, table: str, which: str, changed: Mapping[str, str]) -> None:
    columns = [
        name
        for (name,) in world.sql(
            "SELECT column_name::text FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position",
            table,
        )
    ]
    fresh = {name: how.format(table=table) for name, how in FRESH.items()} | dict(changed)
    values = [fresh.get(name, f'old."{name}"') for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    world.sql(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)}"
        f" FROM copies, (SELECT * FROM {table} WHERE {which}) AS old"
    )
