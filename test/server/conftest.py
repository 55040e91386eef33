# SPDX-License-Identifier: Apache-2.0
"""A server for each test module, and what tests say to it over plain HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
import urllib3

MISSING = [name for name in ("starlette", "uvicorn", "sqlalchemy", "yaml") if not find_spec(name)]
if MISSING:
    collect_ignore_glob = ["test_*.py"]
else:
    from kfp_server_api.server import LocalServer

PREFIX = "/apis/v2beta1"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "pipelines"
FINAL = ("SUCCEEDED", "FAILED")


def pytest_report_header() -> str:
    """Say why the tests of this folder are left out, if they are."""
    return f"test/server: left out, since {', '.join(MISSING)} are missing" if MISSING else "test/server: taken"


class Reply(NamedTuple):
    """An answer: its status and its JSON."""

    status: int
    json: Any

    @property
    def message(self) -> str:
        """The text for people of an error."""
        return str(self.json["details"][0]["message"])


class Caller:
    """Calls one server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = urllib3.PoolManager(retries=False, timeout=30, maxsize=40)

    def __call__(self, method: str, path: str, body: Any = None, **query: Any) -> Reply:
        """Send a request; bytes go as they are, anything else as JSON."""
        if isinstance(query.get("filter"), list):
            query["filter"] = json.dumps({"predicates": query["filter"]})
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        url = f"{self.url}{PREFIX}{path}" + (f"?{urlencode(query)}" if query else "")
        answer = self.http.request(method, url, body=data)
        return Reply(answer.status, json.loads(answer.data))

    def upload(self, content: bytes, file_name: str = "pipeline.yaml", *, to: str = "upload", **query: Any) -> Reply:
        """Send a file to an upload endpoint."""
        url = f"{self.url}{PREFIX}/pipelines/{to}?{urlencode(query)}"
        answer = self.http.request("POST", url, fields={"uploadfile": (file_name, content)})
        return Reply(answer.status, json.loads(answer.data))

    def wait(self, run_id: str, *states: str, seconds: float = 60) -> dict[str, Any]:
        """Return a run when it has reached one of `states`."""
        deadline = time.monotonic() + seconds
        while True:
            run: dict[str, Any] = self("GET", f"/runs/{run_id}").json
            if run["state"] in (states or FINAL):
                return run
            assert time.monotonic() < deadline, f"run stayed {run['state']}"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    """A running server with an empty database."""
    with LocalServer() as running:
        yield running


@pytest.fixture(scope="module")
def call(server: LocalServer) -> Caller:
    """Calls the module's server."""
    return Caller(server.url)


def shared(name: str) -> bytes:
    """Return a file of the shared pipelines; without them the test is skipped."""
    if not SHARED.is_dir():
        pytest.skip("the folder of shared pipelines is missing")
    return (SHARED / name).read_bytes()


def pipeline(*script: str, name: str = "shell", **inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the IR of a pipeline with one task, `step`, that runs a shell script on this machine.

    Args:
        inputs: declarations of the pipeline's parameters, such as `n={"parameterType": "NUMBER_INTEGER"}`.
    """
    container = {"command": ["sh", "-c"], "args": ["\n".join(script)], "image": "none"}
    spec: dict[str, Any] = {
        "pipelineInfo": {"name": name},
        "schemaVersion": "2.1.0",
        "sdkVersion": "kfp-2.14.6",
        "components": {"comp-step": {"executorLabel": "exec-step"}},
        "deploymentSpec": {"executors": {"exec-step": {"container": container}}},
        "root": {"dag": {"tasks": {"step": {"componentRef": {"name": "comp-step"}, "taskInfo": {"name": "step"}}}}},
    }
    if inputs:
        spec["root"]["inputDefinitions"] = {"parameters": inputs}
    return spec
