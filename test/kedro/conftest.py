# SPDX-License-Identifier: Apache-2.0
"""Kedro servers for the tests of this folder, which are skipped without Kedro."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import pytest
from fixtures.kedro_server import Running, copy_to, serving

from kfp_server_api.kedro import KedroServer


@pytest.fixture(autouse=True, scope="session")
def _kedro() -> None:
    if find_spec("kedro") is None:
        pytest.skip("kedro is not installed")


@pytest.fixture(scope="session")
def running(_kedro: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for all tests that leave it as it is."""
    with serving(copy_to(tmp_path_factory.mktemp("kedro"))) as server:
        yield server


@pytest.fixture(scope="session")
def kedro(running: Running) -> KedroServer:
    return running.client


@pytest.fixture(scope="session")
def with_places(_kedro: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KedroServer]:
    """A client of a server whose catalog depends on a parameter."""
    project = copy_to(tmp_path_factory.mktemp("places"))
    catalog = project / "conf/base/catalog.yml"
    catalog.write_text(catalog.read_text().replace("data/echoed", "data/${runtime_params:place,echoed}"))
    with serving(project) as server:
        yield server.client


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Return a function that starts a server of its own, over a project that `change` may have altered."""
    with ExitStack() as servers:

        def start(change: Callable[[Path], object] = lambda project: None) -> Running:
            project = copy_to(tmp_path)
            change(project)
            return servers.enter_context(serving(project))

        yield start
