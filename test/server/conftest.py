# SPDX-License-Identifier: Apache-2.0
"""A server for each test module."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from fixtures.calling import Caller

MISSING = [name for name in ("starlette", "uvicorn", "sqlalchemy", "yaml") if not find_spec(name)]
if MISSING:
    collect_ignore_glob = ["**/test_*.py", "test_*.py"]
else:
    from kfp_server_api.server import LocalServer


def pytest_report_header() -> str:
    """Say why the tests of this folder are left out, if they are."""
    return f"test/server: left out, since {', '.join(MISSING)} are missing" if MISSING else "test/server: taken"


@pytest.fixture(scope="module")
def parallel_runs() -> int:
    """How many runs the module's server executes at one time; a module whose runs are to end has its own of this."""
    return 0


@pytest.fixture(scope="module")
def server(parallel_runs: int) -> Iterator[LocalServer]:
    """A running server with an empty database."""
    with LocalServer(parallel_runs=parallel_runs) as running:
        yield running


@pytest.fixture(scope="module")
def call(server: LocalServer) -> Caller:
    """Calls the module's server."""
    return Caller(server.url)
