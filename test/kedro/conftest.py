# SPDX-License-Identifier: Apache-2.0
"""A real Kedro server over a copy of the project beside this file; without Kedro all tests here are skipped."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from kfp_server_api import ApiClient, Configuration
from kfp_server_api.kedro import KedroServer

PROJECT = Path(__file__).with_name("project")
SECONDS_TO_START = 60
# Ends with the test process, however that ends: the pipe to it closes then. It is read without `sys.stdin`, whose lock
# would stop the processes that Kedro's ParallelRunner forks.
LAUNCH = """
import os, sys, threading
threading.Thread(target=lambda: (os.read(0, 1), os._exit(1)), daemon=True).start()
sys.argv = ["kedro", "server", "start", "--port", "0"]
from kedro.framework.cli import main
main()
"""


class Running:
    """A server process over its own copy of the project."""

    def __init__(self, project: Path, process: subprocess.Popen[bytes], host: str) -> None:
        self.project, self.process, self.host = project, process, host

    @property
    def client(self) -> KedroServer:
        return KedroServer(ApiClient(Configuration(host=self.host)))


@contextmanager
def serving(project: Path) -> Iterator[Running]:
    """Start a server and stop it in the end."""
    log = project / "server.log"
    environment = {**os.environ, "DO_NOT_TRACK": "1", "COLUMNS": "500"}
    with (
        log.open("wb") as out,
        subprocess.Popen(
            [sys.executable, "-c", LAUNCH], cwd=project, env=environment, stdin=subprocess.PIPE, stdout=out, stderr=out
        ) as process,
    ):
        try:
            yield Running(project, process, _address(process, log))
        finally:
            process.kill()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"running on (http://127\.0\.0\.1:\d+)", log.read_text(errors="replace"))
        if found:
            return found.group(1)
        time.sleep(0.05)
    raise RuntimeError(f"Kedro did not start:\n{log.read_text(errors='replace')}")


def copy_to(folder: Path) -> Path:
    return Path(shutil.copytree(PROJECT, folder / "project"))


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
