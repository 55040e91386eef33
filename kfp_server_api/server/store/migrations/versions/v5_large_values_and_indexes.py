# SPDX-License-Identifier: Apache-2.0
"""Large values of runs in a table of their own; indexes, so that lists of many runs and versions stay fast."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5"
down_revision = "4"

_OF_EXPERIMENT = ["experiment_id", "created_at", "run_id", "display_name_key", "storage_state", "state"]
_SORTED = ("description_key", "scheduled_at", "finished_at")
_SORTED_ASCII = ("storage_state", "state", "experiment_id", "recurring_run_id")
_OF_VERSIONS = {
    "versions_by_time": ["pipeline_id", "created_at", "pipeline_version_id"],
    "pipeline_versions_by_display_name": ["pipeline_id", "display_name_key", "pipeline_version_id"],
}


def upgrade() -> None:
    """Add the table and the indexes; values that are stored already stay where they are. `fold` is the store's."""
    op.create_table(
        "run_values",
        sa.Column("run_id", sa.Text, sa.ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.drop_index("ix_runs_experiment_id", "runs")
    op.create_index("runs_by_experiment", "runs", _OF_EXPERIMENT)
    op.add_column("runs", sa.Column("description_key", sa.Text, nullable=False, server_default=""))
    op.execute("UPDATE runs SET description_key = fold(description)")
    for name in _SORTED:
        op.create_index(f"runs_sorted_by_{name}", "runs", [name, "run_id"])
    for name in _SORTED_ASCII:
        op.create_index(f"runs_sorted_by_{name}", "runs", [sa.text(f"lower({name})"), "run_id"])
    op.drop_index("pipeline_versions_by_display_name", "pipeline_versions")
    for index, columns in _OF_VERSIONS.items():
        op.create_index(index, "pipeline_versions", columns)
