# SPDX-License-Identifier: Apache-2.0
"""A run that was taken from the queue, and how what its process reports comes into the store."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kfp_server_api.server.json_safe import json_safe
from kfp_server_api.server.orchestration import recorder
from kfp_server_api.server.orchestration.run_process import RunProcess
from kfp_server_api.server.store.database import Store, StoreUnavailable, reason_of

if TYPE_CHECKING:
    from kfp_server_api.server.engine.events import RunEvent

_log = logging.getLogger(__name__)

AGAIN = 1.0
"""Seconds after which a store that did not answer is asked again."""

_LONGEST = 2000


class Slot:
    """A run that was taken from the queue, until its end is recorded.

    Args:
        run_id: of the run.
        store: where it is.
        closed: set when the server stops.

    Attributes:
        process: None while it is being made.
        reason: why the server ends the run, "" as long as it does not.
        begun: whether RUNNING is in its row.
        deleted: whether its row is gone, so that one of the same id is another run's.
        ended: set when nothing of it is left.
    """

    def __init__(self, run_id: str, store: Store, closed: threading.Event) -> None:
        self.run_id = run_id
        self.process: RunProcess | None = None
        self.reason = ""
        self.begun = False
        self.deleted = False
        self.ended: threading.Event = threading.Event()
        self._store = store
        self._closed = closed

    def keep(self, change: Callable[[sa.Connection, str], None]) -> bool:
        """Change what the store has of the run, unless that was deleted.

        A store that takes nothing, as on a full disk, is asked again until it does, so that nothing is lost of what a
        process reports.

        Returns:
            False where the server was stopped before that.
        """
        for attempt in itertools.count():
            try:
                with self._store.write() as connection:
                    if not self.deleted:
                        change(connection, self.run_id)
                return True
            except StoreUnavailable as cause:
                if not attempt:
                    _log.error("run %s waits for the store to take what it reports: %s", self.run_id, reason_of(cause))
                if self._closed.wait(AGAIN):
                    break
        return False

    def record_end(self, last: RunEvent) -> None:
        """Record the end of the run; where its results cannot be stored, that, so that it does not seem to go on."""
        try:
            self.keep(partial(_end, last=last))
        except Exception as cause:
            _log.exception("the end of run %s could not be stored: %s", self.run_id, last["state"])
            reason = f"the run ended as {last['state']}, but its results could not be stored: {reason_of(cause)}"
            failed: RunEvent = {**last, "state": "FAILED", "error": json_safe(reason[:_LONGEST]), "outputs": None}
            self.keep(partial(_end, last=failed))


def _end(connection: sa.Connection, run_id: str, last: RunEvent) -> None:
    recorder.end_run(connection, run_id, last["state"], last["time"], last["error"] or "", last["outputs"])
