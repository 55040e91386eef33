# SPDX-License-Identifier: Apache-2.0
"""What a component has written, and what it should have."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kfp_server_api.server.engine.component_io import executor_input
from kfp_server_api.server.engine.component_outputs import written_outputs
from kfp_server_api.server.engine.outcome import TaskError


def component(declared: str = "", **artifacts: Any) -> dict[str, Any]:
    parameters = {"o": {"parameterType": declared}} if declared else {}
    return {"outputDefinitions": {"parameters": parameters, "artifacts": artifacts}}


def outputs(folder: Path, of: dict[str, Any], reported: str | None = None, text: str | bytes | None = None) -> Any:
    """Return the outputs of a component that reported this and wrote this into the file of `o`."""
    if reported is not None:
        (folder / "executor_output.json").write_text(reported)
    if text is not None:
        (folder / "o").write_bytes(text.encode() if isinstance(text, str) else text)
    return written_outputs(of, executor_input(of, {}, folder))


@pytest.mark.parametrize(
    ("declared", "text", "expected"),
    [
        ("STRING", " a\n", " a\n"),
        ("STRING", "", ""),
        ("NUMBER_INTEGER", " 42\n", 42),
        ("NUMBER_INTEGER", "-7", -7),
        ("NUMBER_DOUBLE", "1e-7\n", 1e-7),
        ("NUMBER_DOUBLE", "7", 7.0),
        ("BOOLEAN", "True\n", True),
        ("BOOLEAN", "f", False),
        ("LIST", "[1.0, 2.5]", [1, 2.5]),
        ("STRUCT", '{"a": 1.0}', {"a": 1}),
    ],
)
def test_a_file_holds_a_value(tmp_path: Path, declared: str, text: str, expected: Any) -> None:
    assert repr(outputs(tmp_path, component(declared), text=text)) == repr({"o": expected})


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        ("NUMBER_INTEGER", "4.0"),
        ("NUMBER_INTEGER", "1_000"),
        ("NUMBER_INTEGER", ""),
        ("NUMBER_INTEGER", "true"),
        ("NUMBER_INTEGER", "9223372036854775808"),
        ("NUMBER_INTEGER", "-9223372036854775809"),
        ("NUMBER_DOUBLE", "x"),
        ("NUMBER_DOUBLE", "1e999"),
        ("BOOLEAN", "yes"),
        ("LIST", '{"a": 1}'),
        ("LIST", "[NaN]"),
        ("LIST", "[1"),
        ("STRUCT", "[1]"),
        ("STRUCT", "null"),
    ],
)
def test_a_file_of_another_type_fails(tmp_path: Path, declared: str, text: str) -> None:
    with pytest.raises(TaskError) as raised:
        outputs(tmp_path, component(declared), text=text)
    assert str(raised.value) == f"its output 'o' must be {declared}, not {text!r}"


@pytest.mark.parametrize("reported", [None, "{}", '{"parameterValues": {"other": 1}}'])
@pytest.mark.parametrize("declared", ["STRING", "NUMBER_INTEGER", "LIST"])
def test_an_output_that_was_not_written_fails(tmp_path: Path, reported: str | None, declared: str) -> None:
    with pytest.raises(TaskError, match=f"it has not written its output 'o' \\({declared}\\)"):
        outputs(tmp_path, component(declared), reported)


def test_bytes_that_are_no_text_fail(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=r"its output 'o' \(STRING\) cannot be read: .*utf-8"):
        outputs(tmp_path, component("STRING"), text=b"\xff")


def test_a_folder_in_place_of_an_output_fails(tmp_path: Path) -> None:
    (tmp_path / "o").mkdir()
    with pytest.raises(TaskError, match=r"its output 'o' cannot be read: .*/o is no file"):
        outputs(tmp_path, component("STRING"))


@pytest.mark.parametrize("name", ["o", "executor_output.json"])
def test_a_pipe_in_place_of_an_output_is_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(TaskError, match=f"cannot be read: .*/{name} is no file"):
        outputs(tmp_path, component("STRING"))


def reporting(value: Any) -> str:
    return json.dumps({"parameterValues": {"o": value}})


@pytest.mark.parametrize(
    ("declared", "value", "expected"),
    [
        ("STRING", "a", "a"),
        ("NUMBER_INTEGER", 3.0, 3),
        ("NUMBER_DOUBLE", 3, 3.0),
        ("LIST", [1.0], [1]),
        ("BOOLEAN", False, False),
    ],
)
def test_a_reported_value_goes_before_a_file(tmp_path: Path, declared: str, value: Any, expected: Any) -> None:
    assert repr(outputs(tmp_path, component(declared), reporting(value), "x")) == repr({"o": expected})


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("STRING", 1),
        ("NUMBER_INTEGER", True),
        ("NUMBER_INTEGER", "1"),
        ("LIST", {}),
        ("STRUCT", None),
        ("NUMBER_DOUBLE", float("nan")),
        ("NUMBER_INTEGER", 10**400),
    ],
)
def test_a_reported_value_of_another_type_fails(tmp_path: Path, declared: str, value: Any) -> None:
    with pytest.raises(TaskError, match=f"its output 'o' must be {declared}, not "):
        outputs(tmp_path, component(declared), reporting(value))


def test_a_report_that_is_no_json_fails(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=r"executor_output\.json, cannot be read"):
        outputs(tmp_path, component("STRING"), "{")


DATASET = {"artifactType": {"schemaTitle": "system.Dataset", "schemaVersion": "0.0.1"}}


def said_of(**artifact: Any) -> str:
    return json.dumps({"artifacts": {"data": {"artifacts": [artifact]}}})


def test_a_missing_artifact_is_allowed(tmp_path: Path) -> None:
    expected = {"name": "data", "uri": str(tmp_path / "data"), "type": DATASET["artifactType"], "metadata": {}}
    assert outputs(tmp_path, component(data=DATASET)) == {"data": expected}


def test_an_artifact_is_what_the_component_says_of_it(tmp_path: Path) -> None:
    found = outputs(tmp_path, component(data=DATASET), said_of(uri="gs://b/x", metadata={"rows": 3.0, "share": 0.5}))
    assert found["data"]["uri"] == "gs://b/x"
    assert repr(found["data"]["metadata"]) == "{'rows': 3, 'share': 0.5}"


@pytest.mark.parametrize("key", ["custom_path", "customPath"])
@pytest.mark.parametrize("folder", [False, True], ids=["file", "folder"])
def test_what_stands_at_a_path_of_its_own_is_read_back(tmp_path: Path, key: str, folder: bool) -> None:
    own = tmp_path / "own"
    place = own / "part" if folder else own
    place.parent.mkdir(exist_ok=True)
    place.write_text("content")
    uri = Path(outputs(tmp_path, component(data=DATASET), said_of(**{key: str(own)}))["data"]["uri"])
    assert (uri / "part" if folder else uri).read_text() == "content"


def test_a_path_of_its_own_with_nothing_there_is_a_missing_artifact(tmp_path: Path) -> None:
    found = outputs(tmp_path, component(data=DATASET), said_of(custom_path=str(tmp_path / "nothing")))
    assert not Path(found["data"]["uri"]).exists()


def test_a_metric_that_json_has_not_is_named(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="'loss' of its output 'data' is NaN, which is no JSON number"):
        outputs(tmp_path, component(data=DATASET), said_of(metadata={"loss": float("nan"), "n": 1}))


def test_a_metric_that_has_a_number_inside_which_json_has_not_is_named(tmp_path: Path) -> None:
    rates = [{"rate": 0.5}, {"rate": float("inf")}]
    with pytest.raises(TaskError, match="'curve' of its output 'data' holds Infinity, which is no JSON number"):
        outputs(tmp_path, component(data=DATASET), said_of(metadata={"curve": rates}))


@pytest.mark.parametrize("value", ["a\udc80", ["a", {"b\ud800": 1}]], ids=["text", "key"])
def test_text_that_is_none_fails(tmp_path: Path, value: Any) -> None:
    declared = "STRING" if isinstance(value, str) else "LIST"
    with pytest.raises(TaskError, match="its output 'o' has half of a surrogate pair"):
        outputs(tmp_path, component(declared), reporting(value))
