# SPDX-License-Identifier: Apache-2.0
"""A queue without a server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kfp_server_api.server.orchestration.run_files import RunFiles
from kfp_server_api.server.orchestration.run_queue import RunQueue
from kfp_server_api.server.store.database import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store of its own."""
    with closing(Store(tmp_path / "kfp.db")) as store:
        yield store


@pytest.fixture
def queue(store: Store, tmp_path: Path) -> Iterator[RunQueue]:
    """A queue that starts nothing by itself."""
    with closing(RunQueue(store, RunFiles(tmp_path / "kfp.db.runs"), 1)) as queue:
        yield queue
