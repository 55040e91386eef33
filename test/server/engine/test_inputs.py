# SPDX-License-Identifier: Apache-2.0
"""Values on their way into a task."""

from __future__ import annotations

from typing import Any

import pytest
from fixtures.graphs import given, graph, output, pipeline, run, task, value

from kfp_server_api.server.engine.inputs import Scope, loop_items, pipeline_arguments, task_arguments, with_defaults
from kfp_server_api.server.engine.outcome import SUCCEEDED, Outcome, TaskError

TABLE = {"a": {"b": [10, 20]}, 'say "hi"': 1}


def component(**definitions: dict[str, Any]) -> dict[str, Any]:
    return {"inputDefinitions": {"parameters": definitions}}


def arguments(of: dict[str, Any], *, definition: dict[str, Any] | None = None, **inputs: Any) -> dict[str, Any]:
    """Return the arguments of a task in a graph with these inputs."""
    return task_arguments(of, component(it=definition or {}), Scope(inputs), {})


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


@pytest.mark.parametrize("kind", ["parameter", "artifact"])
def test_an_output_without_a_name_says_to_compile_again(kind: str) -> None:
    source = {f"taskOutput{kind.title()}": {"producerTask": "a"}}
    with pytest.raises(TaskError, match=r"input 'it' comes from an output of task 'a' that .*: compile it ag"):
        task_arguments({"inputs": {f"{kind}s": {"it": source}}}, {}, Scope({}), {})


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


def test_placeholders_deep_inside_a_constant_are_filled() -> None:
    filled = arguments(task(it=value({"a": ["{{$.inputs.parameters['n']}}!"]}), n=value(3.0)))
    assert filled["it"] == {"a": ["3!"]}


@pytest.mark.parametrize("source", [given("data"), output("task")])
def test_data_is_never_filled(source: dict[str, Any]) -> None:
    data = "{{$.inputs.parameters['n']}} {{$}} {{$.pipeline_job_uuid}}"
    scope = Scope({"data": data})
    scope.outcomes["task"] = Outcome(SUCCEEDED, {"Output": data})
    table = {"{{$.pipeline_job_uuid}}": "id"}
    assert task_arguments(task(it=source, n=value(1)), component(it={}), scope, table)["it"] == data


def test_what_data_brings_into_a_text_is_not_filled() -> None:
    filled = arguments(
        task(it=value("<{{$.inputs.parameters['n']}}>"), n=given("data")), data="{{$.inputs.parameters['n']}}"
    )
    assert filled["it"] == "<{{$.inputs.parameters['n']}}>"


def test_a_formatted_text_for_a_graph_stays() -> None:
    text = "n: {{$.inputs.parameters['n']}}."
    inner = graph({"leaf": task(text=given("it"))}, {"it": {"parameterType": "STRING"}})
    ran = run(pipeline({"inner": task("inner", it=value(text), n=value(1))}, {"inner": inner}))
    assert ran.of("leaf")[0]["inputs"] == {"text": text}


def test_a_placeholder_of_nothing_stays() -> None:
    text = "n: {{$.inputs.parameters['absent']}}"
    assert arguments(task(it=value(text))) == {"it": text}


@pytest.mark.parametrize("source", [value(None), given("unset"), given("table", 'parseJson(string_value)["null"]')])
@pytest.mark.parametrize("definition", [{"isOptional": True}, {"defaultValue": 1}], ids=["optional", "default"])
def test_an_optional_input_without_a_value_is_left_out(source: dict[str, Any], definition: dict[str, Any]) -> None:
    assert arguments(task(it=source), definition=definition, unset=None, table={"null": None}) == {}


@pytest.mark.parametrize("source", [given("unset"), given("table", 'parseJson(string_value)["null"]')])
def test_an_input_that_needs_a_value_of_an_unset_one_fails(source: dict[str, Any]) -> None:
    with pytest.raises(TaskError, match="input 'it' is not optional, and what it comes from has no value"):
        arguments(task(it=source), definition={"parameterType": "STRING"}, unset=None, table={"null": None})


@pytest.mark.parametrize(
    "definition", [{}, {"isOptional": True}, {"defaultValue": 1}], ids=["needed", "optional", "default"]
)
def test_an_input_of_what_is_not_there_fails(definition: dict[str, Any]) -> None:
    with pytest.raises(TaskError, match="its parent has no input 'lost'"):
        arguments(task(it=given("lost")), definition=definition, other=1)


def test_an_input_that_is_not_given_is_named() -> None:
    with pytest.raises(TaskError, match="input 'it' has no value"):
        task_arguments(task(), component(it={}), Scope({}), {})


@pytest.mark.parametrize("selector", ['["lost"]', '["a"]["lost"]', '["a"]["b"][7]', '["a"]["b"]["lost"]'])
def test_a_field_that_is_not_there_is_named(selector: str) -> None:
    with pytest.raises(TaskError, match=r"input 'it' takes the field ('lost'|7) of .*, which has none"):
        arguments(task(it=given("table", f"parseJson(string_value){selector}")), table=TABLE)


def test_a_part_of_what_is_no_json_is_named() -> None:
    with pytest.raises(TaskError, match="input 'it' takes a part of 'no json', which is no JSON"):
        arguments(task(it=given("table", 'parseJson(string_value)["a"]')), table="no json")


@pytest.mark.parametrize(("text", "number"), [('{"n": 1e400}', "1e400"), ('{"n": NaN}', "NaN")])
def test_a_number_that_json_has_not_is_no_json(text: str, number: str) -> None:
    with pytest.raises(TaskError, match="which is no JSON"):
        arguments(task(it=given("table", 'parseJson(string_value)["n"]')), table=text)


def test_an_output_that_its_task_does_not_declare_fails() -> None:
    steps = {"a": task(), "b": task(it=output("a", "lost"))}
    assert run(pipeline(steps)).error == "task 'b' failed: task 'a' gave no output 'lost'"


def test_an_output_that_a_graph_declares_and_nothing_gives_fails() -> None:
    inner = graph({"leaf": task()})
    inner["outputDefinitions"] = {"parameters": {"lost": {}}}
    steps = {"a": task("inner"), "b": task(it=output("a", "lost"))}
    assert run(pipeline(steps, {"inner": inner})).error == "task 'b' failed: task 'a' gave no output 'lost'"


def test_an_output_of_a_branch_that_was_not_taken_skips_what_needs_it() -> None:
    inner = graph({"leaf": task(when="1 == 2")}, maybe="leaf.Output")
    steps = {"a": task("inner"), "b": task(it=output("a", "maybe"))}
    assert run(pipeline(steps, {"inner": inner})).states("b") == ["SKIPPED"]


def test_a_value_of_a_task_is_one_of_its_literals() -> None:
    definition = {"parameterType": "STRING", "literals": ["a", "b"]}
    assert arguments(task(it=value("b")), definition=definition) == {"it": "b"}
    with pytest.raises(TaskError, match="parameter 'it' must be one of"):
        arguments(task(it=value("c")), definition=definition)


@pytest.mark.parametrize(
    "source",
    [{"raw": "[1, 2]"}, {"inputParameter": "list"}, {"inputParameter": "text"}, {"inputArtifact": "list"}],
    ids=lambda source: "".join(source.values()),
)
@pytest.mark.parametrize("iterator", ["parameterIterator", "artifactIterator"])
def test_a_loop_takes_its_items_from(source: dict[str, str], iterator: str) -> None:
    of = {iterator: {"itemInput": "item", "items": source}}
    assert loop_items(of, {"list": [1, 2], "text": "[1, 2]"}) == ("item", [1, 2])
