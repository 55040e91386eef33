# SPDX-License-Identifier: Apache-2.0
"""Cases with runs of pipelines on this machine, by the local server and by `kfp.local`.

No postponed annotations here: kfp reads those of components as types.
"""

import contextlib
import json
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

KFP_LOCAL = "kfp.local"
_TIMES = 7
_FINAL = ("SUCCEEDED", "FAILED")


def before_first_task(candidate: str, quick: bool) -> float:
    """Return the seconds from the request for a run to the start of its first task."""
    with _server() as call:
        return _median(lambda: _run(call, _compiled([]), until_task=True), quick)


def whole_run(candidate: str, quick: bool) -> float:
    """Return the seconds of a run of one task that does nothing."""
    if candidate == KFP_LOCAL:
        return _median(_by_kfp, quick)
    with _server() as call:
        return _median(lambda: _run(call, _compiled([])), quick)


def with_packages(candidate: str, quick: bool) -> float:
    """Return how many times as long a run takes whose task installs a package, when another has done so before."""
    with tempfile.TemporaryDirectory() as folder:
        package = _wheel(Path(folder))
        with _server() as call:
            longer = _median(lambda: _run(call, _compiled([package])), quick)
            return longer / _median(lambda: _run(call, _compiled([])), quick)


def _median(function: Callable[[], float], quick: bool) -> float:
    function()
    return median(function() for _ in range(3 if quick else _TIMES))


@contextlib.contextmanager
def _server() -> Iterator[Callable[..., Any]]:
    """Give a function that calls a local server."""
    import urllib3

    from kfp_server_api.server import LocalServer

    with LocalServer() as server, urllib3.PoolManager() as http:

        def call(method: str, path: str, body: Any = None) -> Any:
            reply = http.request(method, f"{server.url}/apis/v2beta1{path}", json=body)
            return json.loads(reply.data)

        yield call


def _run(call: Callable[..., Any], spec: Any, until_task: bool = False) -> float:
    began = time.perf_counter()
    run = call("POST", "/runs", {"display_name": "r", "pipeline_spec": spec})
    took = 0.0
    while run["state"] not in _FINAL:
        time.sleep(0.002)
        run = call("GET", f"/runs/{run['run_id']}")
        if not took and (run.get("run_details") or {}).get("task_details"):
            took = time.perf_counter() - began
    if run["state"] != "SUCCEEDED":
        raise RuntimeError(run["error"]["message"])
    return took if until_task else time.perf_counter() - began


def _component(packages: list[str]) -> Any:
    from kfp import dsl

    @dsl.component(base_image="python:3.11", packages_to_install=packages or None)
    def say(text: str) -> str:
        return text

    return say


def _compiled(packages: list[str]) -> Any:
    import yaml
    from kfp import compiler, dsl

    say = _component(packages)

    @dsl.pipeline(name="one-task")
    def one_task() -> None:
        say(text="x")

    with tempfile.TemporaryDirectory() as folder:
        compiler.Compiler().compile(one_task, f"{folder}/one.yaml")
        return yaml.safe_load(Path(folder, "one.yaml").read_text(encoding="utf-8"))


def _by_kfp() -> float:
    from kfp import local

    say = _component([])
    # Its default, a new environment for each task, would install kfp each time.
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        local.init(local.SubprocessRunner(use_venv=False), pipeline_root=folder)
        began = time.perf_counter()
        say(text="x")
        return time.perf_counter() - began


def _wheel(folder: Path) -> str:
    """Build a package of one module, without a build tool."""
    name = "benchmarked-1.0"
    file = folder / f"{name}-py3-none-any.whl"
    info = f"{name}.dist-info"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("benchmarked.py", "")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: benchmarked\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", f"benchmarked.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return str(file)
