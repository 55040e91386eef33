# SPDX-License-Identifier: Apache-2.0
"""Values and artifacts on their way through components that kfp compiled and that really run.

No postponed annotations here: kfp reads those of components as types, and knows lists as `typing.List`.
"""
# ruff: noqa: UP006, UP035

import functools
import os
from pathlib import Path
from typing import Any, List, Optional

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
