# SPDX-License-Identifier: Apache-2.0
"""Indexes for the orders of lists that had none, and the names of runs in chunks, so that long lists stay fast."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "6"
down_revision = "5"

_MADE_OF_RUNS = {
    "status": "CASE state WHEN 'PENDING' THEN 'Pending' WHEN 'RUNNING' THEN 'Running' WHEN 'SUCCEEDED' THEN 'Succeeded'"
    " WHEN 'SKIPPED' THEN 'Skipped' WHEN 'FAILED' THEN 'Failed' WHEN 'CANCELING' THEN 'Terminating' ELSE '' END",
    "state_history": "ifnull(state_history, '')",
}
_NAMES = "SELECT name_chunk, group_concat(substr(display_name_key, 1), char(10)) FROM runs {where} GROUP BY name_chunk"
_OF_EXPERIMENT = (
    *("experiment_id", "created_at", "run_id", "display_name_key", "storage_state", "state"),
    *("finished_at", "scheduled_at", "description_key", "recurring_run_id"),
)


def upgrade() -> None:
    """Add the indexes, and to that of the runs of an experiment all that they are filtered by."""
    op.drop_index("runs_by_experiment", "runs")
    op.create_index("runs_by_experiment", "runs", _OF_EXPERIMENT)
    for name, made in _MADE_OF_RUNS.items():
        op.create_index(f"runs_sorted_by_{name}", "runs", [sa.text(f"lower({made})"), "run_id"])
    op.create_index("experiments_by_time", "experiments", ["created_at", "experiment_id"])
    op.create_index("pipelines_by_time", "pipelines", ["created_at", "pipeline_id"])
    op.drop_index("pipeline_versions_by_name", "pipeline_versions")
    op.create_index(
        "pipeline_versions_by_name", "pipeline_versions", ["pipeline_id", "name_key", "pipeline_version_id"]
    )
    for name in ("storage_state", "state", "recurring_run_id"):
        columns = ("experiment_id", f"lower({name})", "created_at", "run_id", name)
        op.create_index(f"runs_of_experiment_by_{name}", "runs", [sa.text(each) for each in columns])
    _put_names_in_chunks()


def _put_names_in_chunks() -> None:
    """Make the chunks, and the triggers that keep them."""
    op.add_column("runs", sa.Column("name_chunk", sa.BigInteger, nullable=False, server_default="0"))
    op.execute("UPDATE runs SET name_chunk = rowid / 100")
    op.create_index("runs_by_name_chunk", "runs", ["name_chunk", "display_name_key", "experiment_id", "run_id"])
    op.create_table(
        "run_names", sa.Column("chunk", sa.Integer, primary_key=True), sa.Column("names", sa.Text, nullable=False)
    )
    op.execute(f"INSERT INTO run_names {_NAMES.format(where='')}")
    op.execute(
        "CREATE TRIGGER run_names_after_insert AFTER INSERT ON runs BEGIN "
        "INSERT INTO run_names VALUES (new.name_chunk, substr(new.display_name_key, 1)) "
        "ON CONFLICT (chunk) DO UPDATE SET names = names || char(10) || excluded.names; END"
    )
    for name, change in {"delete": "DELETE", "update": "UPDATE OF display_name_key"}.items():
        op.execute(
            f"CREATE TRIGGER run_names_after_{name} AFTER {change} ON runs BEGIN "
            "DELETE FROM run_names WHERE chunk = old.name_chunk; "
            f"INSERT INTO run_names {_NAMES.format(where='WHERE name_chunk = old.name_chunk')}; END"
        )
