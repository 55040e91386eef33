# SPDX-License-Identifier: Apache-2.0
"""Names: their folded forms, by which they are compared. Rows whose names have become one are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"

_INDEXES = {
    "experiments": {"experiments_by_name": ["display_name_key"]},
    "pipelines": {"pipelines_by_name": ["name_key"], "pipelines_by_display_name": ["display_name_key"]},
    "pipeline_versions": {
        "pipeline_versions_by_name": ["pipeline_id", "name_key"],
        "pipeline_versions_by_display_name": ["pipeline_id", "display_name_key"],
    },
    "runs": {"runs_by_name": ["display_name_key", "run_id"]},
}


def upgrade() -> None:
    """Add the columns, fill them and make their indexes; `fold` is a function of the store's connections."""
    for table, indexes in _INDEXES.items():
        for key in sorted({column for columns in indexes.values() for column in columns if column.endswith("_key")}):
            op.add_column(table, sa.Column(key, sa.Text, nullable=False, server_default=""))
            op.execute(f"UPDATE {table} SET {key} = fold({key[: -len('_key')]})")
        for index, columns in indexes.items():
            op.create_index(index, table, columns)
