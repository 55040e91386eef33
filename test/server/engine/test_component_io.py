# SPDX-License-Identifier: Apache-2.0
"""Values and artifacts on their way through components that kfp compiled and that really run.

No postponed annotations here: kfp reads those of components as types, and knows lists as `typing.List`.
"""
# ruff: noqa: UP006, UP035

import functools
import json
import os
from pathlib import Path
from typing import Any, List, Optional

import pytest

pytest.importorskip("kfp")
dsl = pytest.importorskip("kfp.dsl")

from fixtures.graphs import made  # noqa: E402
from fixtures.running import compiled, run  # noqa: E402

from kfp_server_api.server.engine.component_io import executor_input, placeholder_table  # noqa: E402

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
def may_be_absent(text: Optional[str] = None) -> str:
    return optional(text=text).output


@dsl.pipeline
def looping_artifacts() -> str:
    with dsl.ParallelFor(["a", "b", "c"]) as item:
        written = write(text=item)
    return read_all(files=dsl.Collected(written.outputs["written"])).output


@dsl.pipeline
def importing(uri: str) -> str:
    imported = dsl.importer(artifact_uri=uri, artifact_class=dsl.Dataset)
    return read_one(data=imported.output).output


def result(pipeline: Any, folder: Path, **parameters: Any) -> Any:
    """Return the one output of a pipeline."""
    return run(compiled(pipeline, folder), folder, **parameters).outputs["Output"]


def test_defaults_keep_their_types(tmp_path: Path) -> None:
    assert result(typed, tmp_path) == '[2, 2.0, "two", true, [1, 2.5], {"a": 1, "b": [2]}]'


def test_parameters_keep_their_types(tmp_path: Path) -> None:
    given = {"value": 7, "ratio": 1, "word": "7", "flag": False, "numbers": [[1], "x"], "table": {"k": None}}
    assert result(typed, tmp_path, **given) == '[7, 1.0, "7", false, [[1], "x"], {"k": null}]'


def test_an_optional_parameter_without_a_value_is_left_out(tmp_path: Path) -> None:
    assert result(may_be_absent, tmp_path) == "None"


def test_a_loop_collects_artifacts(tmp_path: Path) -> None:
    assert result(looping_artifacts, tmp_path) == "abc"


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_an_imported_file_is_readable(tmp_path: Path, scheme: str) -> None:
    (tmp_path / "some data.txt").write_text("imported", encoding="utf-8")
    uri = f"{scheme}{tmp_path}/some data.txt"
    assert result(importing, tmp_path, uri=uri) == "imported"


def test_a_command_may_name_the_inputs_and_outputs_of_its_task(tmp_path: Path) -> None:
    inputs = {"parameters": {"n": {"defaultValue": 2.0}}, "artifacts": {"files": {}, "data": {}, "none": {}}}
    component = {"inputDefinitions": inputs, "outputDefinitions": {"parameters": {"o": {}}, "artifacts": {"model": {}}}}
    given = {"files": [made("a"), made("b")], "data": {**made("c"), "uri": "gs://b/c"}, "none": []}
    message = executor_input(component, given, tmp_path)
    table = placeholder_table(message)
    assert json.loads(table.pop("{{$}}")) == message
    assert table == {
        "{{$.inputs.parameters['n']}}": "2",
        "{{$.inputs.artifacts['files'].uri}}": "/files/a",
        "{{$.inputs.artifacts['files'].path}}": "/files/a",
        "{{$.inputs.artifacts['data'].uri}}": "gs://b/c",
        "{{$.inputs.artifacts['data'].path}}": "/gcs/b/c",
        "{{$.outputs.parameters['o'].output_file}}": str(tmp_path / "o"),
        "{{$.outputs.artifacts['model'].uri}}": str(tmp_path / "model"),
        "{{$.outputs.artifacts['model'].path}}": str(tmp_path / "model"),
    }
