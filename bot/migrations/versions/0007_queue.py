"""The queue: Procrastinate's own schema, in a PostgreSQL schema of its own."""

from procrastinate.schema import SchemaManager

from bot.migrations.sql import run

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    # Its SQL is unqualified, so it is run with its schema first on the path.
    run("create schema queue; set local search_path = queue, pg_catalog;")
    run(SchemaManager.get_schema())
    run("set local search_path = pg_catalog, queue, extensions;")
