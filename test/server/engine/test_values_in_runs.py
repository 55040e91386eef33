# SPDX-License-Identifier: Apache-2.0
"""Values on all their ways through pipelines that kfp compiled and that really run.

No postponed annotations here: kfp reads those of components as types, and knows lists as `typing.List`.
"""
# ruff: noqa: B006, UP006, UP035

import functools
import json
import os
from pathlib import Path
from typing import Any, List

import pytest

pytest.importorskip("kfp")
dsl = pytest.importorskip("kfp.dsl")

from fixtures.running import Ran, compiled, run  # noqa: E402

if os.name == "nt":
    pytest.skip("compiled components need a POSIX shell", allow_module_level=True)

component = functools.partial(dsl.component, base_image="python:3.11")


@component
def text(v: str) -> str:
    return repr(v)


@component
def number(v: float) -> float:
    return v


@component
def records() -> list:
    return [{"n": 1, "b": True, "l": [1, 2.0], "f": 0.0000001}]


@dsl.container_component
def echo(big: float, small: float, flag: bool, table: dict, out: dsl.OutputPath(str)):
    return dsl.ContainerSpec(
        image="alpine",
        command=["sh", "-c", 'printf "%s " "$@" > "$0"', out],
        args=[big, small, flag, table, f"<{big}>"],
    )


@dsl.pipeline
def ways(mixed: list = [1, 2.5, True, "x", {"a": 1}, 3.0], big: float = 1472953.0, small: float = 1e-7):
    with dsl.ParallelFor(mixed) as item:
        text(v=item).set_display_name("of an item")
    with dsl.ParallelFor(records().output) as record:
        with dsl.If(record.n == 1):
            text(v="n is 1").set_display_name("of a number")
        with dsl.If(record.b == True):  # noqa: E712
            text(v="b is true")
        with dsl.If(record.n == 2):
            text(v="never")
        text(v=record.l)
        text(v=record.f)
    text(v=f"{big} {small} {number(v=2.0).output}")
    echo(big=big, small=small, flag=True, table={"a": 1.0, "b": f"{small}"})


@component
def leaves() -> str:
    import sys

    sys.exit(0)


@component
def nothing() -> int:
    return None  # type: ignore[return-value]


@component
def half(a: dsl.OutputPath(str), b: dsl.OutputPath(int)):
    with open(b, "w", encoding="utf-8") as file:
        file.write("4")


@dsl.container_component
def silent(o: dsl.OutputPath(str)):
    return dsl.ContainerSpec(image="alpine", command=["true"], args=[o])


@dsl.container_component
def wordy(o: dsl.OutputPath(int)):
    return dsl.ContainerSpec(image="alpine", command=["sh", "-c", 'echo many > "$0"', o])


@component
def lossy(metrics: dsl.Output[dsl.Metrics]):
    metrics.log_metric("loss", float("nan"))


@component
def size(data: dsl.Input[dsl.Dataset]) -> int:
    import os

    return os.path.getsize(data.path)


@component
def total(rows: List[List[int]]) -> int:
    return sum(sum(row) for row in rows)


@component
def same(n: int) -> int:
    return n


@dsl.pipeline
def failing():
    leaves()
    nothing()
    half()
    silent()
    wordy()
    lossy()
    dsl.importer(artifact_uri="s3://bucket/unused", artifact_class=dsl.Dataset).set_display_name("unused")
    size(data=dsl.importer(artifact_uri="gs://bucket/data.csv", artifact_class=dsl.Dataset).output)
    with dsl.ParallelFor([1, 2]), dsl.ParallelFor([3, 4]) as n:
        one = same(n=n)
    total(rows=dsl.Collected(one.output))


@component
def own_path(place: str, model: dsl.Output[dsl.Model]):
    import os

    os.makedirs(place, exist_ok=True)
    model.set_path(os.path.join(place, "model.txt"))
    with open(model.path, "w", encoding="utf-8") as file:
        file.write("trained")


@component
def read(model: dsl.Input[dsl.Model]) -> str:
    with open(model.path, encoding="utf-8") as file:
        return file.read()


@component
def say(name: str, run_id: str, root: str, mixed: str) -> str:
    return "|".join((name, run_id, root, mixed))


@dsl.container_component
def second(out: dsl.OutputPath(str)):
    return dsl.ContainerSpec(
        image="alpine",
        command=["sh", "-c", 'echo "$@" > "$0"; test "$1" = 1', out],
        args=["{{retries}}", dsl.PIPELINE_JOB_NAME_PLACEHOLDER],
    )


@dsl.pipeline
def filling(place: str, data: str) -> str:
    read(model=own_path(place=place).outputs["model"])
    second().set_retry(num_retries=2, backoff_duration="0s")
    text(v=text(v=data).output)
    return say(
        name=dsl.PIPELINE_JOB_NAME_PLACEHOLDER,
        run_id=dsl.PIPELINE_JOB_ID_PLACEHOLDER,
        root=dsl.PIPELINE_ROOT_PLACEHOLDER,
        mixed=f"{dsl.PIPELINE_JOB_NAME_PLACEHOLDER} of {data}",
    ).output


DATA = "{{$.inputs.parameters['v']}} {{$}} {{$.pipeline_job_uuid}} \"'\\"


@pytest.fixture(scope="module")
def went(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("ways")
    return run(compiled(ways, folder), folder)


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("failing")
    return run(compiled(failing, folder), folder)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("filling")
    return run(compiled(filling, folder), folder, place=str(folder / "own"), data=DATA)


def outputs(ran: Ran, name: str, key: str = "Output") -> list[Any]:
    """Return an output of all tasks of that name."""
    return [event["outputs"][key] for event in ran.tasks(name) if event["state"] == "SUCCEEDED"]


def error(ran: Ran, name: str) -> str:
    """Return the reason of the one task of that name, which must have failed."""
    last = ran.tasks(name)[-1]
    assert last["state"] == "FAILED", last
    return str(last["error"])


def test_items_and_fields_become_text(went: Ran) -> None:
    assert sorted(outputs(went, "text")) == sorted(["'1'", "'2.5'", "'true'", "'x'", "'{\"a\": 1}'", "'3'"])
    assert outputs(went, "text-5") == ["'[1, 2]'"]
    assert outputs(went, "text-6") == ["'0.0000001'"]


def test_conditions_on_fields_hold(went: Ran) -> None:
    assert (outputs(went, "text-2"), outputs(went, "text-3"), outputs(went, "text-4")) == (
        ["'n is 1'"],
        ["'b is true'"],
        [],
    )


def test_numbers_in_text_and_commands_are_whole_where_they_can_be(went: Ran) -> None:
    assert outputs(went, "text-7") == ["'1472953 0.0000001 2'"]
    said = outputs(went, "echo", "out")[0]
    assert said == '1472953 0.0000001 true {"a": 1, "b": "0.0000001"} <1472953> '


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("leaves", "it has not written its output 'Output' (STRING)"),
        ("nothing", "it has not written its output 'Output' (NUMBER_INTEGER)"),
        ("half", "it has not written its output 'a' (STRING)"),
        ("silent", "it has not written its output 'o' (STRING)"),
        ("wordy", "its output 'o' must be NUMBER_INTEGER, not 'many\\n'"),
        ("lossy", "'loss' of its output 'metrics' is NaN, which is no JSON number"),
    ],
)
def test_an_output_that_is_not_there_or_of_another_type_fails_its_task(failed: Ran, name: str, reason: str) -> None:
    assert error(failed, name).startswith(reason)


def test_what_no_process_can_open_is_the_reason_of_the_task_that_reads_it(failed: Ran) -> None:
    assert error(failed, "size").startswith("FileNotFoundError: ")
    assert "its input 'data' is 'gs://bucket/data.csv', which no process on this machine can open" in error(
        failed, "size"
    )


def test_what_no_process_can_open_is_said_in_the_log_of_its_importer(failed: Ran) -> None:
    assert failed.states("importer") == ["RUNNING", "SUCCEEDED"]
    assert "'s3://bucket/unused' is not opened here: no process on this machine can" in failed.log("importer")


def test_a_list_of_nested_loops_is_flat_and_that_is_the_reason(failed: Ran) -> None:
    assert failed.tasks("total")[0]["inputs"] == {"rows": [3, 4, 3, 4]}
    assert error(failed, "total").startswith("TypeError: ")
    assert "its input 'rows' is one flat list of what nested loops gave, as on a cluster" in error(failed, "total")


def test_constants_that_are_placeholders_are_filled_and_others_stay(filled: Ran) -> None:
    name, run_id, root, mixed = filled.outputs["Output"].split("|")
    assert (name, run_id, root) == ("run-1", "run-1", "{{$.pipeline_root}}")
    assert mixed == "{{$.pipeline_job_name}} of " + DATA


def test_the_log_names_placeholders_that_stay(filled: Ran) -> None:
    log = filled.log("say")
    assert "{{$.pipeline_root}} in its input 'root' stays as it is, as on a cluster" in log
    assert "{{$.pipeline_job_name}} in its input 'mixed' stays as it is" in log
    assert "{{$.pipeline_job_name}} in its command stays as it is" in filled.log("second")


def test_data_arrive_as_they_were_sent(filled: Ran) -> None:
    assert outputs(filled, "text") == [repr(DATA)]
    assert outputs(filled, "text-2") == [repr(repr(DATA))]


def test_a_command_knows_how_often_it_was_tried(filled: Ran) -> None:
    assert outputs(filled, "second", "out") == ["1 {{$.pipeline_job_name}}\n"]


def test_an_artifact_at_a_path_of_its_own_is_read(filled: Ran) -> None:
    assert outputs(filled, "read") == ["trained"]


def test_a_run_loads_no_kfp(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = "import sys, json, kfp_server_api.server.engine.__main__; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True)
    assert not {"kfp", "google.protobuf", "kubernetes", "sqlalchemy"} & set(json.loads(done.stdout))
