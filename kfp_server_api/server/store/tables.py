# SPDX-License-Identifier: Apache-2.0
"""Tables of the server."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kfp_server_api.server.store.folding import fold

metadata: sa.MetaData = sa.MetaData()

ASCII = "ascii"
"""Key in the `info` of columns of such texts, for which `lower` is the same as `fold`."""

CHUNKED = "chunked"
"""Key in the `info` of a column whose texts stand in chunks, too: the SQL of a condition on a pattern of LIKE, which is
true of all rows of a chunk that has such a text somewhere, and is found out without a look at each row."""


def _text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, default="", **options)


def _ascii(name: str) -> sa.Column[str]:
    """A column for texts that the server alone makes; the database itself can fold them."""
    return _text(name, info={ASCII: True})


def _added_text(name: str, **options: Any) -> sa.Column[str]:
    """A text column that a later revision added: rows from before it have the default."""
    return _text(name, server_default="", **options)


def _key_of(name: str) -> sa.Column[str]:
    """A column for the folded form of a text column, filled with new rows; a change of the text changes it, too."""

    def folded(context: Any) -> str:
        return fold(context.get_current_parameters().get(name))

    return sa.Column(f"{name}_key", sa.Text, nullable=False, default=folded, server_default="")


def _time(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, default=0)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(none_as_null=True))


def _id(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


alembic_version: sa.Table = sa.Table(
    "alembic_version",
    metadata,
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table: the revision of the schema that the file has."""

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
    _key_of("display_name"),
    sa.Index("experiments_by_name", "display_name_key"),
    sa.Index("experiments_by_time", "created_at", "experiment_id"),
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
    _key_of("name"),
    _key_of("display_name"),
    sa.Index("pipelines_by_name", "name_key"),
    sa.Index("pipelines_by_time", "created_at", "pipeline_id"),
    sa.Index("pipelines_by_display_name", "display_name_key"),
    sa.UniqueConstraint("namespace", "name"),
)


def _next_version(context: Any) -> int:
    """Return the place of a new version among those of its pipeline. No time: clocks are set back."""
    of_pipeline = pipeline_versions.c.pipeline_id == context.get_current_parameters()["pipeline_id"]
    latest: int | None = context.connection.scalar(
        sa.select(sa.func.max(pipeline_versions.c.arrival)).where(of_pipeline)
    )
    return (latest or 0) + 1


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
    _key_of("name"),
    _key_of("display_name"),
    sa.Index("pipeline_versions_by_name", "pipeline_id", "name_key", "pipeline_version_id"),
    sa.Index("pipeline_versions_by_display_name", "pipeline_id", "display_name_key", "pipeline_version_id"),
    sa.Column("arrival", sa.BigInteger, nullable=False, default=_next_version, server_default="0"),
    sa.Index("versions_by_arrival", "pipeline_id", "arrival"),
    sa.ForeignKeyConstraint(["pipeline_id"], ["pipelines.pipeline_id"], ondelete="CASCADE"),
    sa.UniqueConstraint("pipeline_id", "name"),
    sa.Index("versions_by_time", "pipeline_id", "created_at", "pipeline_version_id"),
)

pipeline_specs: sa.Table = sa.Table("pipeline_specs", metadata, _id("digest"), _text("pipeline_spec"))
"""The pipeline specs of runs, as JSON, once each; `pipeline_specs.py` reads and writes them."""

_SORTED = ("description_key", "scheduled_at", "finished_at")
_SORTED_ASCII = ("storage_state", "state", "experiment_id", "recurring_run_id")
"""Columns that lists of runs are sorted by, besides those with an index of another purpose."""

MADE_OF_RUNS = {
    "status": "CASE state WHEN 'PENDING' THEN 'Pending' WHEN 'RUNNING' THEN 'Running' WHEN 'SUCCEEDED' THEN 'Succeeded'"
    " WHEN 'SKIPPED' THEN 'Skipped' WHEN 'FAILED' THEN 'Failed' WHEN 'CANCELING' THEN 'Terminating' ELSE '' END",
    "state_history": "ifnull(state_history, '')",
}
"""What runs are listed by that is made of columns, by its name in the API; an index must have the same words."""

_OF_EXPERIMENT = (
    *("experiment_id", "created_at", "run_id", "display_name_key", "storage_state", "state"),
    *("finished_at", "scheduled_at", "description_key", "recurring_run_id"),
)
"""What the runs of one experiment are listed and filtered by, in one index, so that no row is read for nothing."""

_SHARED = ("storage_state", "state", "recurring_run_id")
"""Columns with values that many runs have, in one experiment or another."""


def _of_experiment_by(name: str) -> tuple[Any, ...]:
    """Return what leads to the runs of an experiment with a value; without the column itself, rows would be read."""
    return "experiment_id", sa.text(f"lower({name})"), "created_at", "run_id", name


_CHUNK = 100
"""Runs whose names are in one chunk: many, so that few are searched; few, so that one is soon made anew."""

_IN_CHUNKS = "name_chunk IN (SELECT chunk FROM run_names WHERE names LIKE ? ESCAPE '\\')"

_NEXT_CHUNK = sa.text(f"(SELECT ifnull(max(rowid), 0) / {_CHUNK} FROM runs)")

runs: sa.Table = sa.Table(
    "runs",
    metadata,
    _id("run_id"),
    _ascii("experiment_id"),
    _text("display_name", info={CHUNKED: _IN_CHUNKS}),
    _text("description"),
    _ascii("storage_state"),
    _ascii("state"),
    _time("created_at"),
    _time("scheduled_at"),
    _time("finished_at"),
    _text("service_account"),
    _text("pipeline_id"),
    _text("pipeline_version_id"),
    _ascii("recurring_run_id"),
    _json("runtime_config"),
    _json("state_history"),
    _json("plugins_input"),
    _json("plugins_output"),
    _added_text("spec_digest", index=True),
    _added_text("end_reason"),
    _key_of("display_name"),
    _key_of("description"),
    sa.Column("arrival", sa.BigInteger, nullable=False, default=0, server_default="0"),
    sa.Column("name_chunk", sa.BigInteger, nullable=False, default=_NEXT_CHUNK, server_default="0"),
    sa.Index("runs_by_time", "created_at", "run_id"),
    sa.Index("runs_by_state", "state", "arrival"),
    sa.Index("runs_by_name", "display_name_key", "run_id"),
    sa.Index("runs_by_experiment", *_OF_EXPERIMENT),
    sa.Index("runs_by_name_chunk", "name_chunk", "display_name_key", "experiment_id", "run_id"),
    *(sa.Index(f"runs_of_experiment_by_{name}", *_of_experiment_by(name)) for name in _SHARED),
    *(sa.Index(f"runs_sorted_by_{name}", name, "run_id") for name in _SORTED),
    *(sa.Index(f"runs_sorted_by_{name}", sa.text(f"lower({name})"), "run_id") for name in _SORTED_ASCII),
    *(sa.Index(f"runs_sorted_by_{name}", sa.text(f"lower({made})"), "run_id") for name, made in MADE_OF_RUNS.items()),
)
"""Runs. Those that are PENDING are the queue, in the order of `arrival`; `recorder` alone writes their state."""

run_names: sa.Table = sa.Table("run_names", metadata, sa.Column("chunk", sa.Integer, primary_key=True), _text("names"))
"""The folded names of runs, many in one text: to search it costs a fraction of a look at each run."""


def _keep_names(_: object, connection: sa.Connection, **__: object) -> None:
    """Have the names in chunks follow the runs, whoever writes them."""
    # `substr` ends a text where LIKE does, at a zero character, behind which other names would be lost.
    connection.exec_driver_sql(
        "CREATE TRIGGER run_names_after_insert AFTER INSERT ON runs BEGIN "
        "INSERT INTO run_names VALUES (new.name_chunk, substr(new.display_name_key, 1)) "
        "ON CONFLICT (chunk) DO UPDATE SET names = names || char(10) || excluded.names; END"
    )
    for name, change in {"delete": "DELETE", "update": "UPDATE OF display_name_key"}.items():
        connection.exec_driver_sql(
            f"CREATE TRIGGER run_names_after_{name} AFTER {change} ON runs BEGIN "
            "DELETE FROM run_names WHERE chunk = old.name_chunk; "
            "INSERT INTO run_names SELECT name_chunk, group_concat(substr(display_name_key, 1), char(10)) FROM runs "
            "WHERE name_chunk = old.name_chunk GROUP BY name_chunk; END"
        )


sa.event.listen(runs, "after_create", _keep_names)

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
    _json("state_history"),
    _json("output_values"),
    _json("input_values"),
    _added_text("log"),
    _added_text("end_reason"),
)
"""Tasks of runs; `log` is a path in the run's folder."""

run_values: sa.Table = sa.Table(
    "run_values",
    metadata,
    sa.Column("run_id", sa.ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
    _id("digest"),
    _text("value"),
)
"""Large inputs and outputs of runs and tasks, as JSON; `run_values.py` reads and writes them."""
