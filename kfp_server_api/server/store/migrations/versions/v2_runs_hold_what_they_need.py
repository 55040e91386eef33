# SPDX-License-Identifier: Apache-2.0
"""Runs: the spec that they execute (kept once each), their place in the queue, and the reason of their end.

Tasks: the reason of their end, their inputs and their log. Specs and reasons of older runs move to the new columns.
"""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"

_SPECS = sa.table("pipeline_specs", sa.column("digest"), sa.column("pipeline_spec"))


def upgrade() -> None:
    """Change the tables and move what stood in columns that go."""
    op.create_table(
        "pipeline_specs",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("pipeline_spec", sa.Text, nullable=False),
    )
    op.add_column("runs", _text("spec_digest"))
    op.add_column("runs", _text("end_reason"))
    op.add_column("runs", sa.Column("arrival", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("tasks", sa.Column("input_values", sa.JSON))
    op.add_column("tasks", _text("log"))
    op.add_column("tasks", _text("end_reason"))
    _move_specs()
    for table in ("runs", "tasks"):
        op.execute(f"UPDATE {table} SET end_reason = coalesce(json_extract(error, '$.message'), '')")
        op.drop_column(table, "error")
    op.drop_column("runs", "pipeline_spec")
    op.execute("UPDATE runs SET arrival = rowid")
    op.create_index("ix_runs_spec_digest", "runs", ["spec_digest"])
    op.create_index("runs_by_state", "runs", ["state", "arrival"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _move_specs() -> None:
    """Keep the specs that came with runs, and those of the versions that runs were made from, where they still are."""
    connection = op.get_bind()
    inline = "SELECT run_id, pipeline_spec FROM runs WHERE pipeline_spec IS NOT NULL AND pipeline_version_id = ''"
    for run_id, text in connection.exec_driver_sql(inline).all():
        _refer(connection, "run_id", run_id, text)
    used = "SELECT pipeline_version_id FROM runs"
    by_version = (
        f"SELECT pipeline_version_id, pipeline_spec FROM pipeline_versions WHERE pipeline_version_id IN ({used})"
    )
    for version_id, text in connection.exec_driver_sql(by_version).all():
        _refer(connection, "pipeline_version_id", version_id, text)


def _refer(connection: sa.Connection, column: str, value: str, text: str) -> None:
    digest = hashlib.sha256(text.encode()).hexdigest()
    if connection.scalar(sa.select(_SPECS.c.digest).where(_SPECS.c.digest == digest)) is None:
        connection.execute(_SPECS.insert().values(digest=digest, pipeline_spec=text))
    connection.exec_driver_sql(f"UPDATE runs SET spec_digest = ? WHERE {column} = ?", (digest, value))
