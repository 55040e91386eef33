# SPDX-License-Identifier: Apache-2.0
"""Large values of runs in a table of their own; indexes, so that lists of many runs and versions stay fast."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"

_OF_EXPERIMENT = ["experiment_id", "created_at", "run_id", "display_name", "storage_state", "state"]
_SORTED = (
    "display_name",
    "description",
    "storage_state",
    "state",
    "scheduled_at",
    "finished_at",
    "experiment_id",
    "recurring_run_id",
    "state_history",
)


def upgrade() -> None:
    """Add the table and the indexes; values that are stored already stay where they are."""
    op.create_table(
        "run_values",
        sa.Column("run_id", sa.Text, sa.ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.drop_index("ix_runs_experiment_id", "runs")
    op.create_index("runs_by_experiment", "runs", _OF_EXPERIMENT)
    for name in _SORTED:
        op.create_index(f"runs_sorted_by_{name}", "runs", [name, "run_id"])
    op.create_index("versions_by_time", "pipeline_versions", ["pipeline_id", "created_at", "pipeline_version_id"])
    op.create_index("versions_by_name", "pipeline_versions", ["pipeline_id", "display_name", "pipeline_version_id"])
