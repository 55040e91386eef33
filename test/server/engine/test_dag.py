# SPDX-License-Identifier: Apache-2.0
"""The order, the branches and the data flow of pipelines that really run.

No postponed annotations here: kfp reads those of components as types, and knows lists as `typing.List`.
"""
# ruff: noqa: UP006, UP014, UP035

import functools
import os
from pathlib import Path
from typing import Any, List, NamedTuple, Optional

import pytest

pytest.importorskip("kfp")
dsl = pytest.importorskip("kfp.dsl")

from fixtures.running import compiled, run  # noqa: E402

if os.name == "nt":
    pytest.skip("compiled components need a POSIX shell", allow_module_level=True)

component = functools.partial(dsl.component, base_image="python:3.11")


@component
def describe(value: int, ratio: float, word: str, flag: bool, numbers: list, table: dict) -> str:
    import json

    return json.dumps([value, ratio, word, flag, numbers, table], sort_keys=True)


@component
def optional(text: Optional[str] = None) -> str:
    return repr(text)


@component
def double(value: int) -> int:
    return 2 * value


@component
def total(values: List[int]) -> int:
    return sum(values)


@component
def fail(text: str) -> int:
    print("\033[31mabout to fail\033[0m")
    raise ValueError(text)


@component
def leave(code: int):
    import sys

    sys.exit(code)


@component
def say(text: str) -> str:
    return text


@component
def write(text: str, written: dsl.Output[dsl.Dataset]):
    with open(written.path, "w", encoding="utf-8") as file:
        file.write(text)


@component
def read_all(files: dsl.Input[List[dsl.Dataset]]) -> str:
    parts = []
    for one in files:
        with open(one.path, encoding="utf-8") as file:
            parts.append(file.read())
    return "".join(parts)


@component
def read_one(data: dsl.Input[dsl.Dataset]) -> str:
    with open(data.path, encoding="utf-8") as file:
        return file.read()


@component
def status_text(status: dsl.PipelineTaskFinalStatus) -> str:
    return f"{status.state} {status.pipeline_task_name} {status.error_message}"


@component
def third_time(counter: str) -> int:
    with open(counter, "a", encoding="utf-8") as file:
        file.write("x")
    with open(counter, encoding="utf-8") as file:
        tries = len(file.read())
    if tries < 3:
        raise RuntimeError(f"try {tries}")
    return tries


@dsl.pipeline
def typed(
    value: int = 2,
    ratio: float = 2.0,
    word: str = "two",
    flag: bool = True,
    numbers: list = [1, 2.5],  # noqa: B006
    table: dict = {"a": 1, "b": [2]},  # noqa: B006
) -> str:
    return describe(value=value, ratio=ratio, word=word, flag=flag, numbers=numbers, table=table).output


@dsl.pipeline
def needs(value: int) -> int:
    return double(value=value).output


@dsl.pipeline
def may_be_absent(text: Optional[str] = None) -> str:
    return optional(text=text).output


@dsl.pipeline
def failing(text: str = "boom"):
    first = fail(text=text)
    double(value=first.output)


@dsl.pipeline
def exiting(code: int = 3):
    leave(code=code)


@dsl.pipeline
def holding_failure():
    failing(text="deep")


@dsl.pipeline
def branching(value: int) -> str:
    with dsl.If(value > 10):
        big = say(text="big")
    with dsl.Elif(value == 10):
        ten = say(text="it's ten")
    with dsl.Else():
        small = say(text=f"small: {value}")
    return dsl.OneOf(big.output, ten.output, small.output)


@dsl.pipeline
def looping() -> NamedTuple("Outputs", [("doubled", List[int]), ("total", int)]):  # type: ignore[valid-type]
    with dsl.ParallelFor([{"n": 3}, {"n": 1}, {"n": 2}], parallelism=2) as item:
        doubled = double(value=item.n)
    summed = total(values=dsl.Collected(doubled.output))
    outputs = NamedTuple("Outputs", [("doubled", List[int]), ("total", int)])
    return outputs(doubled=dsl.Collected(doubled.output), total=summed.output)


@dsl.pipeline
def looping_artifacts() -> str:
    with dsl.ParallelFor(["a", "b", "c"]) as item:
        written = write(text=item)
    return read_all(files=dsl.Collected(written.outputs["written"])).output


@dsl.pipeline
def nested(value: int = 4) -> int:
    return needs(value=needs(value=value).output).output


@dsl.pipeline
def leaving(text: str = "boom"):
    last = status_text()
    with dsl.ExitHandler(last, name="body"):
        fail(text=text)


@dsl.pipeline
def trying(counter: str) -> int:
    return third_time(counter=counter).set_retry(num_retries=2, backoff_duration="0s").output


@dsl.pipeline
def importing(uri: str) -> str:
    imported = dsl.importer(artifact_uri=uri, artifact_class=dsl.Dataset)
    return read_one(data=imported.output).output


def result(pipeline: Any, folder: Path, **parameters: Any) -> Any:
    """Return the one output of a pipeline."""
    return run(compiled(pipeline, folder), folder, **parameters).outputs["Output"]


def failure(pipeline: Any, folder: Path, **parameters: Any) -> Any:
    """Return the error of a run that must fail."""
    last = run(compiled(pipeline, folder), folder, **parameters).last
    assert last["state"] == "FAILED"
    assert last["outputs"] is None
    return last["error"]


def test_defaults_keep_their_types(tmp_path: Path) -> None:
    assert result(typed, tmp_path) == '[2, 2.0, "two", true, [1, 2.5], {"a": 1, "b": [2]}]'


def test_parameters_keep_their_types(tmp_path: Path) -> None:
    given = {"value": 7, "ratio": 1, "word": "7", "flag": False, "numbers": [[1], "x"], "table": {"k": None}}
    assert result(typed, tmp_path, **given) == '[7, 1.0, "7", false, [[1], "x"], {"k": null}]'


def test_a_missing_parameter_is_named(tmp_path: Path) -> None:
    assert failure(needs, tmp_path) == "the pipeline needs a value for parameter 'value'"


def test_an_unknown_parameter_is_named(tmp_path: Path) -> None:
    assert failure(needs, tmp_path, value=1, vlaue=2) == "the pipeline has no parameter 'vlaue'"


def test_an_optional_parameter_without_a_value_is_left_out(tmp_path: Path) -> None:
    assert result(may_be_absent, tmp_path) == "None"


def test_a_failed_task_carries_its_exception(tmp_path: Path) -> None:
    ran = run(compiled(failing, tmp_path), tmp_path)
    assert ran.tasks("fail")[-1]["error"] == "ValueError: boom"
    assert ran.last["error"] == "task 'fail' failed: ValueError: boom"


def test_what_waits_for_a_failed_task_is_not_reported(tmp_path: Path) -> None:
    assert run(compiled(failing, tmp_path), tmp_path).tasks("double") == []


def test_an_exit_code_is_a_reason(tmp_path: Path) -> None:
    assert failure(exiting, tmp_path) == "task 'leave' failed: exited with code 3"


def test_the_innermost_failed_task_is_the_cause(tmp_path: Path) -> None:
    ran = run(compiled(holding_failure, tmp_path), tmp_path)
    assert ran.states("failing") == ["RUNNING", "FAILED"]
    assert ran.last["error"] == "task 'fail' failed: ValueError: deep"


@pytest.mark.parametrize(("value", "said"), [(11, "big"), (10, "it's ten"), (1, "small: 1")])
def test_the_branch_whose_condition_holds_runs(tmp_path: Path, value: int, said: str) -> None:
    assert result(branching, tmp_path, value=value) == said


def test_branches_not_taken_are_skipped(tmp_path: Path) -> None:
    ran = run(compiled(branching, tmp_path), tmp_path, value=11)
    skipped = [event["name"] for event in ran.events if event["state"] == "SKIPPED"]
    assert sorted(skipped) == ["condition-3", "condition-4"]
    assert ran.tasks("say-2") == []


def test_a_loop_collects_in_the_order_of_its_items(tmp_path: Path) -> None:
    assert run(compiled(looping, tmp_path), tmp_path).outputs == {"doubled": [6, 2, 4], "total": 12}


def test_a_loop_collects_artifacts(tmp_path: Path) -> None:
    assert result(looping_artifacts, tmp_path) == "abc"


def test_tasks_stand_below_the_graph_that_holds_them(tmp_path: Path) -> None:
    ran = run(compiled(looping, tmp_path), tmp_path)
    (loop,) = {event["task_id"] for event in ran.tasks("for-loop-2")}
    iterations = [event for i in range(3) for event in ran.tasks(f"for-loop-2-iteration-{i}")]
    assert {event["parent_task_id"] for event in iterations} == {loop}
    assert {event["parent_task_id"] for event in ran.tasks("double")} == {e["task_id"] for e in iterations}
    assert ran.tasks("total")[0]["parent_task_id"] is None


def test_a_pipeline_runs_inside_a_pipeline(tmp_path: Path) -> None:
    assert result(nested, tmp_path) == 16


def test_an_exit_task_learns_what_went_wrong(tmp_path: Path) -> None:
    ran = run(compiled(leaving, tmp_path), tmp_path)
    said = ran.tasks("status-text")[-1]["outputs"]["Output"]
    assert said == "FAILED exit-handler-1 task 'fail' failed: ValueError: boom"
    assert ran.last["state"] == "FAILED"


def test_a_task_is_tried_again(tmp_path: Path) -> None:
    assert result(trying, tmp_path, counter=str(tmp_path / "counter")) == 3


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_an_imported_file_is_readable(tmp_path: Path, scheme: str) -> None:
    (tmp_path / "some data.txt").write_text("imported", encoding="utf-8")
    uri = f"{scheme}{tmp_path}/some data.txt"
    assert result(importing, tmp_path, uri=uri) == "imported"
