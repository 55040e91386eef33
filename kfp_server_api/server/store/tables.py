# SPDX-License-Identifier: Apache-2.0
"""Tables of the server."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

metadata: sa.MetaData = sa.MetaData()


def _text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, default="", **options)


def _time(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, default=0)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(none_as_null=True))


def _id(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


settings: sa.Table = sa.Table("settings", metadata, _id("name"), _text("value"))

experiments: sa.Table = sa.Table(
    "experiments",
    metadata,
    _id("experiment_id"),
    _text("display_name"),
    _text("description"),
    _time("created_at"),
    _text("namespace"),
    _text("storage_state"),
    _time("last_run_created_at"),
    sa.UniqueConstraint("namespace", "display_name"),
)

pipelines: sa.Table = sa.Table(
    "pipelines",
    metadata,
    _id("pipeline_id"),
    _text("name"),
    _text("display_name"),
    _text("description"),
    _time("created_at"),
    _text("namespace"),
    _json("tags"),
    sa.UniqueConstraint("namespace", "name"),
)

pipeline_versions: sa.Table = sa.Table(
    "pipeline_versions",
    metadata,
    _id("pipeline_version_id"),
    _text("pipeline_id"),
    _text("name"),
    _text("display_name"),
    _text("description"),
    _time("created_at"),
    _text("package_url"),
    _text("code_source_url"),
    _json("pipeline_spec"),
    _json("platform_spec"),
    _json("tags"),
    sa.ForeignKeyConstraint(["pipeline_id"], ["pipelines.pipeline_id"], ondelete="CASCADE"),
    sa.UniqueConstraint("pipeline_id", "name"),
)

runs: sa.Table = sa.Table(
    "runs",
    metadata,
    _id("run_id"),
    _text("experiment_id", index=True),
    _text("display_name"),
    _text("description"),
    _text("storage_state"),
    _text("state"),
    _time("created_at"),
    _time("scheduled_at"),
    _time("finished_at"),
    _text("service_account"),
    _text("pipeline_id"),
    _text("pipeline_version_id"),
    _text("recurring_run_id"),
    _json("pipeline_spec"),
    _json("runtime_config"),
    _json("error"),
    _json("state_history"),
    _json("plugins_input"),
    _json("plugins_output"),
    sa.Index("runs_by_time", "created_at", "run_id"),
)

tasks: sa.Table = sa.Table(
    "tasks",
    metadata,
    sa.Column("run_id", sa.ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
    _id("task_id"),
    sa.Column("position", sa.Integer, nullable=False),
    _text("display_name"),
    _text("parent_task_id"),
    _time("create_time"),
    _time("start_time"),
    _time("end_time"),
    _text("state"),
    _json("error"),
    _json("state_history"),
    _json("output_values"),
)
