"""Decides how a revision's plain SQL reaches the database: unparsed, so that % and : are safe."""

from alembic import op


def run(sql: str) -> None:
    """Execute `sql` (one or more statements) exactly as written."""
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)
