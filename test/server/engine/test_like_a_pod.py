# SPDX-License-Identifier: Apache-2.0
"""Components run as they would in pods of their own: afresh each time, side by side, and with reasons where they fail.

No postponed annotations here: kfp reads those of components as types.
"""

import functools
import os
import re
from pathlib import Path

import pytest

pytest.importorskip("kfp")
dsl = pytest.importorskip("kfp.dsl")

from fixtures.running import Ran, compiled, run  # noqa: E402

if os.name == "nt":
    pytest.skip("compiled components need a POSIX shell", allow_module_level=True)

component = functools.partial(dsl.component, base_image="example/image:3")


@component
def flaky(counter: str, model: dsl.Output[dsl.Model]) -> str:
    import os
    import tempfile

    os.mkdir("scratch")
    os.mkdir(model.path)
    os.mkdir(os.path.join(tempfile.gettempdir(), "mine"))
    with open(counter, "a+", encoding="utf-8") as file:
        file.write("x")
        file.seek(0)
        tries = len(file.read())
    if tries < 2:
        raise RuntimeError(f"try {tries}")
    return f"try {tries}"


@component
def processes() -> int:
    import multiprocessing
    import os
    import socket
    import tempfile
    from concurrent.futures import ProcessPoolExecutor

    socket.socket(socket.AF_UNIX).bind(os.path.join(tempfile.mkdtemp(), "socket"))
    with multiprocessing.Manager() as manager:
        manager.dict()["a"] = 1
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("forkserver")) as pool:
        return sum(pool.map(abs, [-1, -2]))


@component
def meet(number: int, count: int, folder: str):
    import os
    import time

    open(os.path.join(folder, str(number)), "w").close()
    deadline = time.monotonic() + 30
    while len(os.listdir(folder)) < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"only {len(os.listdir(folder))} of {count}")
        time.sleep(0.05)


@dsl.pipeline
def deep_inside_pipelines_whose_names_are_long() -> int:
    return processes().output


@dsl.pipeline
def never_tried_again(counter: str):
    flaky(counter=counter)


@dsl.pipeline
def as_in_pods(first: str, second: str, meeting: str):
    flaky(counter=first).set_retry(num_retries=2, backoff_duration="0s")
    never_tried_again(counter=second).set_retry(num_retries=2, backoff_duration="0s")
    deep_inside_pipelines_whose_names_are_long()
    with dsl.ParallelFor(list(range(8))) as number:
        meet(number=number, count=8, folder=meeting)


@component
def lacks_a_module():
    import a_module_of_the_image  # noqa: F401


@component
def lacks_a_command():
    import subprocess

    subprocess.run(["command-of-the-image"], check=True)


@component
def takes_long_text(text: str):
    print(len(text))


@component
def not_json(metrics: dsl.Output[dsl.Metrics]):
    metrics.log_metric("accuracy", object())


@dsl.container_component
def in_image():
    return dsl.ContainerSpec(
        image="example/image:3",
        command=["python3", "-m", "kfp.dsl.executor_main"],
        args=["--executor_input", dsl.PIPELINE_TASK_EXECUTOR_INPUT_PLACEHOLDER, "--function_to_execute", "f"],
    )


@dsl.container_component
def module_in_image():
    return dsl.ContainerSpec(image="example/image:3", command=["python3", "-m", "trainer.task"])


@dsl.container_component
def command_in_image():
    return dsl.ContainerSpec(image="example/image:3", command=["sh", "-c", "command-of-the-image --now"])


@dsl.pipeline
def all_failing(text: str):
    lacks_a_module()
    lacks_a_command()
    takes_long_text(text=text)
    not_json()
    in_image().set_env_variable("_KFP_RUNTIME", "true")  # without its client
    module_in_image()
    command_in_image()


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run of everything that has to work as in a pod."""
    folder = tmp_path_factory.mktemp("pods")
    meeting = folder / "meeting"
    meeting.mkdir()
    parameters = {"first": str(folder / "first"), "second": str(folder / "second"), "meeting": str(meeting)}
    return run(compiled(as_in_pods, folder), folder, **parameters)


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run whose tasks all fail."""
    folder = tmp_path_factory.mktemp("failing")
    return run(compiled(all_failing, folder), folder, text="x" * 200_000)


def test_another_attempt_starts_from_nothing(ran: Ran) -> None:
    done = next(event for event in ran.tasks("flaky") if event["state"] == "SUCCEEDED")
    assert done["outputs"]["Output"] == "try 2"


def test_a_log_has_one_part_an_attempt(ran: Ran) -> None:
    done = next(event for event in ran.tasks("flaky") if event["state"] == "SUCCEEDED")
    text = Path(done["log"]).read_text(encoding="utf-8")
    assert re.findall(r"attempt \d of \d|RuntimeError: try \d", text) == [
        "attempt 1 of 3",
        "RuntimeError: try 1",
        "attempt 2 of 3",
    ]


def test_a_retry_of_a_nested_pipeline_does_nothing_and_says_so(ran: Ran) -> None:
    assert ran.states("never-tried-again") == ["RUNNING", "FAILED"]
    assert "do nothing, since it is a pipeline" in ran.log("never-tried-again")
    assert ran.last["error"].startswith("task 'flaky' failed: RuntimeError: try 1")


def test_processes_and_sockets_work_at_any_depth(ran: Ran) -> None:
    assert ran.tasks("processes")[-1]["outputs"] == {"Output": 3}


def test_all_tasks_of_a_loop_run_at_one_time(ran: Ran) -> None:
    assert ran.states("for-loop-2") == ["RUNNING", "SUCCEEDED"]


@pytest.mark.parametrize(
    ("task", "text"),
    [
        ("lacks-a-module", "ModuleNotFoundError: No module named 'a_module_of_the_image'; "),
        ("lacks-a-command", "No such file or directory: 'command-of-the-image'; "),
        ("in-image", "RuntimeError: No components found in `kfp_config.ini`; "),
        ("module-in-image", "No module named 'trainer'"),
        ("command-in-image", "exited with code 127: "),
    ],
)
def test_code_that_is_in_an_image_is_said_to_be_there(failed: Ran, task: str, text: str) -> None:
    error = failed.tasks(task)[-1]["error"]
    assert text in error
    assert "not in image 'example/image:3'" in error


@pytest.mark.parametrize(
    ("task", "text"),
    [
        ("takes-long-text", "Argument list too long: one of its arguments has 200"),
        ("not-json", "not JSON serializable; this was raised as 'accuracy' of its output 'metrics' was written"),
    ],
)  # fmt: skip
def test_a_failure_says_what_it_is(failed: Ran, task: str, text: str) -> None:
    assert text in failed.tasks(task)[-1]["error"]


def test_a_failure_says_where_its_log_is(failed: Ran) -> None:
    event = failed.tasks("lacks-a-module")[-1]
    assert event["error"].endswith(f"(log: {event['log']})")
    assert Path(event["log"]).exists()
