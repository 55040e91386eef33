# SPDX-License-Identifier: Apache-2.0
"""The layout of the tables in a file: made new, or brought up to date by alembic."""

from __future__ import annotations

import secrets
import sqlite3

import sqlalchemy as sa

from kfp_server_api.server.store.tables import alembic_version, metadata

HEAD = "6"
"""Revision of `tables.py`, the last of `migrations/versions`."""

_BEFORE_ALEMBIC = 1
_WITH_ALEMBIC = 2
"""`PRAGMA user_version` of release 2.17.3.post1, whose files are revision 1, and of all files since."""


_CAN_DROP_COLUMNS = (3, 35)
_LARGEST_ID = 2**31 - 1
"""Of `PRAGMA application_id`, a number by which a database is told from others whose bytes are put into its file."""


class StoreError(RuntimeError):
    """The database file cannot be used."""


def prepare(connection: sa.Connection) -> None:
    """Make the tables of a new file, or bring those of an older release up to date; all or nothing.

    Raises:
        StoreError: the tables are another program's or a newer release's.
    """
    found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if not found:
        _create(connection)
    elif found == _BEFORE_ALEMBIC:
        alembic_version.create(connection)
        _set_revision(connection, "1")
        upgrade(connection)
    elif found == _WITH_ALEMBIC:
        _bring_up_to_date(connection)
    else:
        raise StoreError(f"it has table layout {found}, this server writes {_WITH_ALEMBIC}")
    connection.exec_driver_sql(f"PRAGMA user_version = {_WITH_ALEMBIC}")
    if not connection.exec_driver_sql("PRAGMA application_id").scalar_one():
        connection.exec_driver_sql(f"PRAGMA application_id = {secrets.randbelow(_LARGEST_ID) + 1}")


def _create(connection: sa.Connection) -> None:
    """Make all tables at once, which takes a tenth of the time of importing alembic."""
    if sa.inspect(connection).get_table_names():
        raise StoreError("it holds tables of another program")
    metadata.create_all(connection)
    _set_revision(connection, HEAD)


def _set_revision(connection: sa.Connection, revision: str) -> None:
    connection.execute(alembic_version.insert().values(version_num=revision))


def _bring_up_to_date(connection: sa.Connection) -> None:
    revision = connection.scalar(sa.select(alembic_version.c.version_num)) or ""
    if revision == HEAD:
        return
    if not (revision.isdigit() and int(revision) < int(HEAD)):
        raise StoreError(f"its tables have revision {revision!r}, which is newer than {HEAD}, this server's")
    upgrade(connection)


def upgrade(connection: sa.Connection, revision: str = HEAD) -> None:
    """Bring tables up to a revision, inside the transaction of the connection."""
    if sqlite3.sqlite_version_info < _CAN_DROP_COLUMNS:
        raise StoreError(f"its upgrade needs SQLite 3.35 or newer, this Python has {sqlite3.sqlite_version}")
    from alembic import command  # imported where a file needs it: it costs a tenth of a second
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "kfp_server_api.server.store:migrations")
    command.upgrade(config, revision)
