# SPDX-License-Identifier: Apache-2.0
"""The process of a run: its events, its end, and what it leaves alone.

No postponed annotations here: kfp reads those of components as types.
"""

import functools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("kfp")
dsl = pytest.importorskip("kfp.dsl")

from fixtures.calling import pipeline  # noqa: E402
from fixtures.running import Ran, alive, compiled, run, started, until  # noqa: E402

import kfp_server_api.server.orchestration.run_process as execution_module  # noqa: E402
from kfp_server_api.server.orchestration.run_process import RunProcess  # noqa: E402

if os.name == "nt":
    pytest.skip("compiled components need a POSIX shell", allow_module_level=True)

component = functools.partial(dsl.component, base_image="python:3.11")


@component
def add_one(value: int) -> int:
    return value + 1


@component
def sleeper(pid_file: str, ignore: bool) -> None:
    import os
    import signal
    import time

    if ignore:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with open(pid_file + ".new", "w", encoding="utf-8") as file:
        file.write(str(os.getpid()))
    os.rename(pid_file + ".new", pid_file)
    time.sleep(120)


@dsl.container_component
def stubborn(pid_file: str):
    script = 'trap \'\' TERM; echo $$ > "$0.new"; mv "$0.new" "$0"; while :; do sleep 0.1; done'
    return dsl.ContainerSpec(image="alpine", command=["sh", "-c", script, pid_file])


@component
def surroundings() -> dict:
    import os
    import stat

    def kind(descriptor: int) -> bool:
        try:
            return stat.S_ISSOCK(os.fstat(descriptor).st_mode)
        except OSError:
            return False

    return {
        "cwd": os.getcwd(),
        "home": os.environ.get("HOME", ""),
        "path": os.environ.get("PYTHONPATH", "none"),
        "sockets": [descriptor for descriptor in range(3, 200) if kind(descriptor)],
    }


@dsl.pipeline
def chain(value: int = 1) -> int:
    first = add_one(value=value)
    second = add_one(value=first.output)
    return add_one(value=second.output).output


@dsl.pipeline
def inner(pid_file: str, ignore: bool):
    sleeper(pid_file=pid_file, ignore=ignore)


@dsl.pipeline
def sleeping(pid_file: str, ignore: bool = False):
    task = inner(pid_file=pid_file, ignore=ignore)
    add_one(value=1).after(task)


@dsl.pipeline
def refusing(pid_file: str, ignore: bool):
    stubborn(pid_file=pid_file)


@dsl.pipeline
def looking_around() -> dict:
    return surroundings().output


class Sleep:
    """A run whose one component sleeps."""

    def __init__(self, folder: Path, ignore: bool = False, pipeline: Any = sleeping) -> None:
        self.events: list[dict[str, Any]] = []
        self._file = folder / "pid"
        spec = compiled(pipeline, folder)
        self.execution = started(spec, folder, self.events, pid_file=str(self._file), ignore=ignore)
        self.pid = int(until(self._file.exists) and self._file.read_text())

    @property
    def ran(self) -> Ran:
        return Ran(Path(), self.events)


def test_events_come_in_order_from_one_thread(tmp_path: Path) -> None:
    threads, events = set(), []

    def on_event(event: dict[str, Any]) -> None:
        threads.add(threading.get_ident())
        events.append(event)

    spec = compiled(chain, tmp_path)
    execution = RunProcess(spec=spec, parameters={}, directory=tmp_path / "r", on_event=on_event)
    execution.start()
    assert execution.wait(60)
    named = [(event.get("name"), event["state"]) for event in events]
    assert named == [
        (None, "RUNNING"),
        *[(n, s) for n in ("add-one", "add-one-2", "add-one-3") for s in ("RUNNING", "SUCCEEDED")],
        (None, "SUCCEEDED"),
    ]
    assert len(threads) == 1
    assert len({event["task_id"] for event in events if "name" in event}) == 3
    times = [event["time"] for event in events]
    assert times == sorted(times)


def test_outputs_and_inputs_are_on_the_events(tmp_path: Path) -> None:
    ran = run(compiled(chain, tmp_path), tmp_path, value=5)
    assert ran.outputs == {"Output": 8}
    assert [(e["inputs"], e["outputs"]) for e in ran.tasks("add-one-2")] == [
        ({"value": 6}, None),
        ({"value": 6}, {"Output": 7}),
    ]


def test_wait_gives_up_in_time(tmp_path: Path) -> None:
    sleep = Sleep(tmp_path)
    try:
        assert sleep.execution.wait(0.1) is False
    finally:
        sleep.execution.terminate()


def test_terminate_ends_a_sleeping_component(tmp_path: Path) -> None:
    sleep = Sleep(tmp_path)
    began = time.monotonic()
    sleep.execution.terminate()
    assert time.monotonic() - began < 5
    assert sleep.execution.wait(5)
    until(lambda: not alive(sleep.pid))


def test_the_last_events_say_that_a_run_was_terminated(tmp_path: Path) -> None:
    sleep = Sleep(tmp_path)
    sleep.execution.terminate()
    assert sleep.execution.wait(5)
    assert sleep.ran.last["state"] == "FAILED"
    assert sleep.ran.last["error"] == "terminated by request"
    assert sleep.ran.states("sleeper") == ["RUNNING", "CANCELED"]
    assert sleep.ran.states("inner") == ["RUNNING", "CANCELED"]
    assert sleep.ran.tasks("add-one") == []


@pytest.mark.parametrize("pipeline", [sleeping, refusing], ids=["python", "command"])
def test_terminate_ends_a_component_that_ignores_the_polite_signal(tmp_path: Path, pipeline: Any) -> None:
    sleep = Sleep(tmp_path, ignore=True, pipeline=pipeline)
    began = time.monotonic()
    sleep.execution.terminate(grace=0.5)
    assert time.monotonic() - began < 2.5
    until(lambda: not alive(sleep.pid))
    assert sleep.execution.wait(5)


def test_terminate_twice_is_as_good_as_once(tmp_path: Path) -> None:
    sleep = Sleep(tmp_path)
    sleep.execution.terminate()
    sleep.execution.terminate()
    assert sleep.execution.wait(5)
    assert [e["state"] for e in sleep.events if e["type"] == "run"] == ["RUNNING", "FAILED"]


def test_a_run_that_takes_longer_than_its_pipeline_allows_is_failed(tmp_path: Path) -> None:
    platform = {"platforms": {"kubernetes": {"pipelineConfig": {"activeDeadlineSeconds": 1}}}}
    spec = {"pipeline_spec": pipeline("sleep 60"), "platform_spec": platform}
    ran = run(spec, tmp_path)
    assert ran.last["error"] == "it took longer than the 1 s that its pipeline has for a run"
    assert ran.states("step") == ["RUNNING", "CANCELED"]


def test_terminate_after_the_end_changes_nothing(tmp_path: Path) -> None:
    events: list[dict[str, Any]] = []
    execution = started(compiled(chain, tmp_path), tmp_path, events)
    assert execution.wait(60)
    execution.terminate()
    assert events[-1]["state"] == "SUCCEEDED"


def test_a_killed_child_still_yields_the_last_event(tmp_path: Path) -> None:
    sleep = Sleep(tmp_path)
    os.kill(os.getpgid(sleep.pid), signal.SIGKILL)
    assert sleep.execution.wait(10)
    assert sleep.ran.last["state"] == "FAILED"
    assert "killed by signal SIGKILL" in sleep.ran.last["error"]
    assert sleep.ran.states("sleeper") == ["RUNNING", "FAILED"]
    until(lambda: not alive(sleep.pid))


def test_a_child_that_cannot_read_the_pipeline_says_so(tmp_path: Path) -> None:
    ran = run({"pipelineInfo": {"name": "no-root"}}, tmp_path)
    assert ran.last["state"] == "FAILED"
    assert "root" in ran.last["error"]


def test_a_receiver_that_raises_stops_nothing(tmp_path: Path) -> None:
    events: list[dict[str, Any]] = []

    def on_event(event: dict[str, Any]) -> None:
        events.append(event)
        raise RuntimeError("receiver")

    spec = compiled(chain, tmp_path)
    execution = RunProcess(spec=spec, parameters={}, directory=tmp_path / "r", on_event=on_event)
    execution.start()
    assert execution.wait(60)
    assert events[-1]["state"] == "SUCCEEDED"


def test_components_end_with_the_server(tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(json.dumps(compiled(sleeping, tmp_path)))
    program = f"""
import json, os, pathlib, time
from kfp_server_api.server.orchestration.run_process import RunProcess
folder = pathlib.Path({str(tmp_path)!r})
spec = json.loads((folder / "spec.json").read_text())
RunProcess(spec=spec, parameters={{"pid_file": str(folder / "pid")}},
          directory=folder / "r", on_event=lambda event: None).start()
deadline = time.monotonic() + 30
while not (folder / "pid").exists() and time.monotonic() < deadline:
    time.sleep(0.02)
os._exit(9)
"""
    root = Path(execution_module.__file__).absolute().parents[3]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])}
    ended = subprocess.run([sys.executable, "-c", program], env=environment, timeout=60, check=False)
    assert ended.returncode == 9
    pid = int((tmp_path / "pid").read_text())
    until(lambda: not alive(pid))


def test_a_run_leaves_the_server_process_alone(tmp_path: Path) -> None:
    before = (dict(os.environ), os.getcwd(), sorted(p.name for p in Path.cwd().iterdir()))
    assert run(compiled(chain, tmp_path), tmp_path).outputs
    assert before == (dict(os.environ), os.getcwd(), sorted(p.name for p in Path.cwd().iterdir()))


def test_a_component_works_in_a_new_folder_of_its_run(tmp_path: Path) -> None:
    ran = run(compiled(looking_around, tmp_path), tmp_path)
    folder = Path(ran.outputs["Output"]["cwd"])
    assert folder.is_relative_to(ran.directory.resolve())
    assert folder.parent.name == "surroundings"


def test_a_component_has_the_servers_home_and_not_its_pythonpath(tmp_path: Path) -> None:
    seen = run(compiled(looking_around, tmp_path), tmp_path).outputs["Output"]
    assert (seen["home"], seen["path"]) == (os.environ.get("HOME", ""), "none")


def test_the_event_socket_does_not_reach_components(tmp_path: Path) -> None:
    assert run(compiled(looking_around, tmp_path), tmp_path).outputs["Output"]["sockets"] == []


def test_without_kfp_starting_is_a_clear_error(tmp_path: Path) -> None:
    package = Path(execution_module.__file__).absolute().parents[2]
    (tmp_path / "kfp_server_api").symlink_to(package)
    program = f"""
import pathlib, sys
sys.path.insert(0, {str(tmp_path)!r})
from kfp_server_api.server.orchestration.run_process import RunProcess, RunProcessUnavailable
try:
    RunProcess(spec={{}}, parameters={{}}, directory=pathlib.Path("x"), on_event=print).start()
except RunProcessUnavailable as error:
    print(error)
"""
    # -S: without the installed packages, so without kfp.
    said = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert "the package kfp is not installed" in said.stdout, said.stderr
    assert not (Path.cwd() / "x").exists()
