# SPDX-License-Identifier: Apache-2.0
"""Indexes for the orders of lists that had none, so that long ones stay fast."""

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
