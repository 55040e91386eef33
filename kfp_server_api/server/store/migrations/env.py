# SPDX-License-Identifier: Apache-2.0
"""Run by alembic's commands, with the connection that `schema.upgrade` puts at hand."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
