# SPDX-License-Identifier: Apache-2.0
"""Pipeline versions: the order in which they came, which tells the latest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "4"
down_revision = "3"


def upgrade() -> None:
    """Add the column and its index; rows stand in the order in which they came."""
    op.add_column("pipeline_versions", sa.Column("arrival", sa.BigInteger, nullable=False, server_default="0"))
    op.execute("UPDATE pipeline_versions SET arrival = rowid")
    op.create_index("versions_by_arrival", "pipeline_versions", ["pipeline_id", "arrival"])
