# SPDX-License-Identifier: Apache-2.0
"""Servers that misbehave, clients of them, and Pythons of their own."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fixtures import servers
from fixtures.certificates import Certificates

import kfp_server_api

INSTALLED = Path(kfp_server_api.__file__).resolve().parents[1]
"""The folder that the tested package was imported from."""


@pytest.fixture
def serve() -> Iterator[Callable[..., servers.Server]]:
    """Start servers that end with the test: `serve(answer, ...)`."""
    with ExitStack() as running:
        yield lambda *answers, tls=None: running.enter_context(servers.serving(*answers, tls=tls))


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates of an authority that nobody else knows."""
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def connect() -> Callable[..., kfp_server_api.ApiClient]:
    """Make clients of a server or URL: `connect(server, setting=value, ...)`."""

    def client(server: Any, **settings: Any) -> kfp_server_api.ApiClient:
        configuration = kfp_server_api.Configuration(host=getattr(server, "url", server))
        configuration.timeout = (10, 10)
        for name, value in settings.items():
            assert hasattr(configuration, name)
            setattr(configuration, name, value)
        return kfp_server_api.ApiClient(configuration)

    return client


@pytest.fixture
def runs(connect: Any) -> Callable[..., kfp_server_api.RunServiceApi]:
    """Make the run service of a server: `runs(server, setting=value, ...)`."""
    return lambda server, **settings: kfp_server_api.RunServiceApi(connect(server, **settings))


@pytest.fixture
def python(tmp_path: Path) -> Callable[..., str]:
    """Run code in a Python of its own and return what it printed; it must end well and soon."""

    def run(code: str, *arguments: str, options: tuple[str, ...] = (), timeout: float = 60) -> str:
        done = subprocess.run(
            [sys.executable, *options, "-c", code, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(INSTALLED), str(Path(servers.__file__).parents[1])])},
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return done.stdout

    return run


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with nothing in it, and no credentials in the environment."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("KF_PIPELINES_SA_TOKEN_PATH", "KUBECONFIG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def loggers_as_they_were() -> Iterator[None]:
    """Put back the levels and handlers of the loggers that a configuration can touch."""
    loggers = [logging.getLogger(name) for name in ("", "kfp_server_api", "urllib3", "http.client")]
    before = [(logger, logger.level, list(logger.handlers)) for logger in loggers]
    yield
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers


@pytest.fixture
def sent(serve: Callable[..., servers.Server], runs: Any) -> Callable[[Any], Any]:
    """Return the JSON that arrives for a run parameter: `sent(value)`."""
    server = serve(servers.reply({"run_id": "r1"}))
    service = runs(server)

    def send(value: Any) -> Any:
        config = kfp_server_api.V2beta1RuntimeConfig(parameters={"p": value})
        service.create_run(kfp_server_api.V2beta1Run(display_name="r", runtime_config=config))
        return server.requests[-1].json["runtime_config"]["parameters"]["p"]

    return send
