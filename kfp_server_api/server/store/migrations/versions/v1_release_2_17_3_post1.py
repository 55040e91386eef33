# SPDX-License-Identifier: Apache-2.0
"""Make the tables of release 2.17.3.post1, the first one. Its files are stamped with this revision unseen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table("settings", _id("name"), _text("value"))
    op.create_table(
        "experiments",
        _id("experiment_id"),
        *map(_text, ("display_name", "description")),
        _time("created_at"),
        *map(_text, ("namespace", "storage_state")),
        _time("last_run_created_at"),
        sa.UniqueConstraint("namespace", "display_name"),
    )
    op.create_table(
        "pipelines",
        _id("pipeline_id"),
        *map(_text, ("name", "display_name", "description")),
        _time("created_at"),
        _text("namespace"),
        _json("tags"),
        sa.UniqueConstraint("namespace", "name"),
    )
    op.create_table(
        "pipeline_versions",
        _id("pipeline_version_id"),
        *map(_text, ("pipeline_id", "name", "display_name", "description")),
        _time("created_at"),
        *map(_text, ("package_url", "code_source_url")),
        *map(_json, ("pipeline_spec", "platform_spec", "tags")),
        sa.ForeignKeyConstraint(["pipeline_id"], ["pipelines.pipeline_id"], ondelete="CASCADE"),
        sa.UniqueConstraint("pipeline_id", "name"),
    )
    _make_runs_and_tasks()


def _make_runs_and_tasks() -> None:
    op.create_table(
        "runs",
        _id("run_id"),
        *map(_text, ("experiment_id", "display_name", "description", "storage_state", "state")),
        *map(_time, ("created_at", "scheduled_at", "finished_at")),
        *map(_text, ("service_account", "pipeline_id", "pipeline_version_id", "recurring_run_id")),
        *map(_json, ("pipeline_spec", "runtime_config", "error", "state_history", "plugins_input", "plugins_output")),
    )
    op.create_index("ix_runs_experiment_id", "runs", ["experiment_id"])
    op.create_index("runs_by_time", "runs", ["created_at", "run_id"])
    op.create_table(
        "tasks",
        sa.Column("run_id", sa.Text, sa.ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
        _id("task_id"),
        sa.Column("position", sa.Integer, nullable=False),
        *map(_text, ("display_name", "parent_task_id")),
        *map(_time, ("create_time", "start_time", "end_time")),
        _text("state"),
        *map(_json, ("error", "state_history", "output_values")),
    )


def _id(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _time(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON)
