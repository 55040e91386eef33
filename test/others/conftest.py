# SPDX-License-Identifier: Apache-2.0
"""A local server, and each of the clients that others make, to call it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from fixtures.others import MADE_BY

from kfp_server_api.server import LocalServer


@pytest.fixture(scope="session")
def server() -> Iterator[LocalServer]:
    with LocalServer() as running:
        yield running


@pytest.fixture(scope="session", params=list(MADE_BY))
def call(request: Any, server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if request.param == "openapi-generator" and not shutil.which("java"):
        pytest.skip("openapi-generator needs java, which is not installed")
    with ExitStack() as cleanup:
        yield MADE_BY[request.param](tmp_path_factory.mktemp("made"), server.url, cleanup)
