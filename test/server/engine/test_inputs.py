# SPDX-License-Identifier: Apache-2.0
"""Values on their way into a task."""

from __future__ import annotations

from typing import Any

import pytest
from fixtures.graphs import given, task, value

from kfp_server_api.server.engine.inputs import Scope, loop_items, pipeline_arguments, task_arguments, with_defaults
from kfp_server_api.server.engine.outcome import TaskError

TABLE = {"a": {"b": [10, 20]}, 'say "hi"': 1}


def component(**definitions: dict[str, Any]) -> dict[str, Any]:
    return {"inputDefinitions": {"parameters": definitions}}


def arguments(of: dict[str, Any], *, definition: dict[str, Any] | None = None, **inputs: Any) -> dict[str, Any]:
    """Return the arguments of a task in a graph with these inputs."""
    return task_arguments(of, component(it=definition or {}), Scope(inputs))


@pytest.mark.parametrize(
    ("kind", "given_value", "expected"),
    [
        ("NUMBER_INTEGER", 2.0, 2),
        ("NUMBER_DOUBLE", 2, 2.0),
        ("STRING", "2", "2"),
        ("BOOLEAN", True, True),
        ("LIST", [1.0, 2.5, [3.0]], [1, 2.5, [3]]),
        ("STRUCT", {"a": 1.0, "b": {"c": 2.0}}, {"a": 1, "b": {"c": 2}}),
    ],
)
def test_a_value_gets_its_declared_type(kind: str, given_value: Any, expected: Any) -> None:
    definition = {"parameterType": kind}
    ways = [
        with_defaults(component(it={**definition, "defaultValue": given_value}), {})["it"],
        pipeline_arguments({"root": component(it=definition)}, {"it": given_value})["it"],
        arguments(task(it=value(given_value)), definition=definition)["it"],
    ]
    assert [repr(each) for each in ways] == [repr(expected)] * 3


def test_an_argument_goes_before_a_default() -> None:
    definitions = component(a={"defaultValue": 1}, b={"defaultValue": 2})
    assert with_defaults(definitions, {"a": 5}) == {"a": 5, "b": 2}


def test_a_null_parameter_is_left_out() -> None:
    assert pipeline_arguments({"root": component(it={})}, {"it": None}) == {}


def test_a_value_that_cannot_have_its_type_is_named() -> None:
    with pytest.raises(TaskError, match="parameter 'it' must be NUMBER_INTEGER, not 'x'"):
        arguments(task(it=value("x")), definition={"parameterType": "NUMBER_INTEGER"})


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ('parseJson(string_value)["a"]', {"b": [10, 20]}),
        ('parseJson(string_value)["a"]["b"]', [10, 20]),
        ('parseJson(string_value)["a"]["b"][1]', 20),
        ("parseJson(string_value)", TABLE),
    ],
)
@pytest.mark.parametrize("held", [TABLE, '{"a": {"b": [10, 20]}, "say \\"hi\\"": 1}'], ids=["value", "text"])
def test_a_selector_takes_a_part(selector: str, expected: Any, held: Any) -> None:
    assert arguments(task(it=given("table", selector)), table=held) == {"it": expected}


def test_a_selector_that_is_not_known_is_named() -> None:
    with pytest.raises(TaskError, match="selector 'reverse\\(it\\)' is one that the local server does not know"):
        arguments(task(it=given("table", "reverse(it)")), table=TABLE)


@pytest.mark.parametrize(
    ("sibling", "text"), [(1, "n: 1."), ("two", "n: two."), (True, "n: true."), ([1, "x"], 'n: [1, "x"].')]
)
def test_a_placeholder_is_filled_with_a_sibling(sibling: Any, text: str) -> None:
    filled = arguments(task(it=value("n: {{$.inputs.parameters['n']}}."), n=value(sibling)))
    assert filled["it"] == text


def test_a_placeholder_of_nothing_stays() -> None:
    text = "n: {{$.inputs.parameters['absent']}}"
    assert arguments(task(it=value(text))) == {"it": text}


def test_an_input_without_a_value_is_left_out() -> None:
    assert arguments(task(it=given("absent"), other=value(None))) == {}


@pytest.mark.parametrize(
    "source",
    [{"raw": "[1, 2]"}, {"inputParameter": "list"}, {"inputParameter": "text"}, {"inputArtifact": "list"}],
    ids=lambda source: "".join(source.values()),
)
@pytest.mark.parametrize("iterator", ["parameterIterator", "artifactIterator"])
def test_a_loop_takes_its_items_from(source: dict[str, str], iterator: str) -> None:
    of = {iterator: {"itemInput": "item", "items": source}}
    assert loop_items(of, {"list": [1, 2], "text": "[1, 2]"}) == ("item", [1, 2])
