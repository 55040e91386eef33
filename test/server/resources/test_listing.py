# SPDX-License-Identifier: Apache-2.0
"""Pages, sort orders and filters, shown on experiments and pipelines."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from fixtures.calling import Caller, pipeline

from kfp_server_api.server import LocalServer

NAMES = [f"e{number}" for number in range(5)]


@pytest.fixture(scope="module")
def call() -> Iterator[Caller]:
    """A server whose experiments are Default and e0 to e4, and whose pipelines p0 to p3 have tags."""
    with LocalServer(parallel_runs=0) as server:
        call = Caller(server.url)
        for name in NAMES:
            call("POST", "/experiments", {"display_name": name, "description": f"number {name[1]}"})
        for number in range(4):
            tags = {"parity": str(number % 2), "sign": "plus"}
            call("POST", "/pipelines", {"name": f"p{number}", "tags": tags})
        yield call


def names(reply: Any) -> list[str]:
    return [item["display_name"] for item in reply.json.get("experiments", reply.json.get("pipelines", []))]


def where(key: str, operation: Any, **value: Any) -> dict[str, Any]:
    return {"key": key, "operation": operation, **value}


def pages(call: Caller, path: str, **query: Any) -> list[list[str]]:
    found = []
    while True:
        reply = call("GET", path, **query)
        assert reply.status == 200, reply
        found.append(names(reply))
        token = reply.json.get("next_page_token")
        if not token:
            return found
        query = {"page_token": token, "page_size": query["page_size"]}


def test_empty_list_is_an_empty_object(call: Caller) -> None:
    assert call("GET", "/runs").json == {}


@pytest.mark.parametrize(("size", "lengths"), [(1, [1] * 6), (2, [2] * 3), (4, [4, 2]), (6, [6]), (200, [6])])
def test_pages_hold_every_row_once(call: Caller, size: int, lengths: list[int]) -> None:
    found = pages(call, "/experiments", page_size=size)
    assert [len(page) for page in found] == lengths
    assert sorted(name for page in found for name in page) == ["Default", *NAMES]


def test_every_page_tells_the_total(call: Caller) -> None:
    first = call("GET", "/experiments", page_size=4).json
    second = call("GET", "/experiments", page_token=first["next_page_token"]).json
    assert (first["total_size"], second["total_size"]) == (6, 6)


def test_rows_of_one_second_are_in_the_order_of_their_ids(call: Caller) -> None:
    found = call("GET", "/experiments").json["experiments"]
    assert found == sorted(found, key=lambda item: (item["created_at"], item["experiment_id"]))


def test_negative_page_size_is_refused(call: Caller) -> None:
    reply = call("GET", "/experiments", page_size=-1)
    assert (reply.status, reply.message) == (400, "The page size should be greater than 0. Got -1")


def test_page_size_is_20_where_none_is_given_and_200_at_most() -> None:
    with LocalServer(parallel_runs=0) as server:
        call = Caller(server.url)
        for number in range(204):
            call("POST", "/experiments", {"display_name": f"n{number}"})
        asked = [call("GET", "/experiments", page_size=size) for size in (0, 1000)]
        assert [len(names(reply)) for reply in asked] == [20, 200]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("display_name", ["Default", *NAMES]),
        ("name  DESC", ["Default", *NAMES][::-1]),
        ("Display_Name asc", ["Default", *NAMES]),
    ],
)
def test_sorting(call: Caller, text: str, expected: list[str]) -> None:
    assert names(call("GET", "/experiments", sort_by=text)) == expected


def test_sort_order_goes_over_pages(call: Caller) -> None:
    found = pages(call, "/experiments", page_size=2, sort_by="display_name desc")
    assert found == [["e4", "e3"], ["e2", "e1"], ["e0", "Default"]]


def test_blank_sort_is_the_default(call: Caller) -> None:
    assert call("GET", "/experiments", sort_by="", page_token="", filter="").status == 200


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("foo", 'Invalid sorting field: "foo" on listable type Experiment'),
        ("metric:accuracy", 'Invalid sorting field: "metric:accuracy" on listable type Experiment'),
        (
            "x y z",
            'Received invalid sort by format "x y z". '
            'Supported format: "field_name", "field_name desc", or "field_name asc"',
        ),
        (
            "name down",
            'Received invalid sort by format "name down". '
            'Supported format: "field_name", "field_name desc", or "field_name asc"',
        ),
    ],
)
def test_wrong_sort_is_refused(call: Caller, text: str, message: str) -> None:
    reply = call("GET", "/experiments", sort_by=text)
    assert (reply.status, reply.message) == (400, message)


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        (where("display_name", 1, stringValue="e1"), ["e1"]),
        (where("display_name", "EQUALS", string_value="e1"), ["e1"]),
        (where("name", "NOT_EQUALS", string_value="Default"), NAMES),
        (where("name", 3, string_value="e2"), ["e3", "e4"]),
        (where("name", 5, string_value="e2"), ["e2", "e3", "e4"]),
        (where("name", 6, string_value="e0"), ["Default"]),
        (where("name", "LESS_THAN_EQUALS", string_value="e0"), ["Default", "e0"]),
        (where("name", "IN", stringValues={"values": ["e4", "e0", "x"]}), ["e0", "e4"]),
        (where("name", "IN", string_values={"values": []}), []),
        (where("name", "IN", string_values={}), []),
        (where("description", "IS_SUBSTRING", string_value="mber 3"), ["e3"]),
        (where("storage_state", "EQUALS", string_value="ARCHIVED"), []),
        (
            where("created_at", "GREATER_THAN", timestamp_value="2020-01-01T00:00:00%2B01:00"),
            ["Default", *NAMES],
        ),
        (where("created_at", "LESS_THAN", long_value="1577836800"), []),
        (where("created_at", "GREATER_THAN", long_value=1577836800), ["Default", *NAMES]),
        (where("created_at", "GREATER_THAN", int_value=1577836800), ["Default", *NAMES]),
        (where("created_at", "GREATER_THAN", string_value="1577836800"), ["Default", *NAMES]),
        (where("last_run_created_at", "EQUALS", int_value=0), ["Default", *NAMES]),
        (where("last_run_created_at", "IN", long_values={"values": ["0", 7]}), ["Default", *NAMES]),
    ],
)
def test_filter(call: Caller, predicate: dict[str, Any], expected: list[str]) -> None:
    reply = call("GET", "/experiments", filter=[predicate], sort_by="name")
    assert reply.status == 200, reply
    assert names(reply) == expected
    assert reply.json.get("total_size", 0) == len(expected)


def test_predicates_are_all_to_be_true(call: Caller) -> None:
    both = [where("name", 3, string_value="e1"), where("name", 6, string_value="e3")]
    assert names(call("GET", "/experiments", filter=both)) == ["e2"]


@pytest.mark.parametrize("written", ["a b%2Bc%2525", "a+b%2Bc%2525", "a%20b%2bc%2525"])
def test_a_filter_is_decoded_once_more(call: Caller, written: str) -> None:
    call("POST", "/experiments", {"display_name": "a b+c%25"})
    found = names(call("GET", "/experiments", filter=[where("name", "EQUALS", string_value=written)]))
    (made,) = call("GET", "/experiments", filter=[where("name", 9, string_value="a b")]).json["experiments"]
    call("DELETE", f"/experiments/{made['experiment_id']}")
    assert found == ["a b+c%25"]


def test_a_filter_may_be_encoded_as_a_whole(call: Caller) -> None:
    text = quote(json.dumps({"predicates": [where("name", "EQUALS", string_value="e1")]}))
    assert names(call("GET", "/experiments", filter=text)) == ["e1"]


@pytest.mark.parametrize("text", ["", "{}", '{"predicates":[]}'])
def test_filter_that_says_nothing(call: Caller, text: str) -> None:
    assert len(names(call("GET", "/experiments", filter=text))) == 6


@pytest.mark.parametrize(
    ("predicate", "message"),
    [
        (where("foo", 1, string_value="x"), 'no support for filtering on unrecognized field "foo"'),
        (where("", 1, string_value="x"), "Predicate key cannot be empty for operation EQUALS and value x"),
        (
            {"key": "name", "string_value": "x"},
            "Error using Filter.Predicate.Operation with go_client.Predicate_Operation",
        ),
        (where("name", 1), "Error using Filter.Predicate.Value with <nil>"),
        (where("name", "IN", string_value="x"), "cannot use IN operator with scalar type string"),
        (
            where("name", 1, string_values={"values": ["x"]}),
            "cannot use scalar operator EQUALS on array type []string",
        ),
        (
            where("tags.a", "EQUALS", int_value=1),
            'tag filter value must be a string for key "tags.a"',
        ),
        (
            where("tags.a", "NOT_EQUALS", string_value="x"),
            'only EQUALS operation is supported for tag filtering, got NOT_EQUALS for key "tags.a"',
        ),
    ],
)
def test_wrong_predicate_is_refused(call: Caller, predicate: dict[str, Any], message: str) -> None:
    reply = call("GET", "/pipelines", filter=[predicate])
    assert (reply.status, reply.message) == (400, message)


@pytest.mark.parametrize("name", ["tags.a", "tags."])
def test_a_list_is_filtered_by_tags_but_not_sorted(call: Caller, name: str) -> None:
    reply = call("GET", "/pipelines", sort_by=name)
    assert (reply.status, reply.message) == (400, f'Invalid sorting field: "{name}" on listable type Pipeline')


def test_a_tag_of_what_has_none_is_an_unknown_field_whatever_the_operation(call: Caller) -> None:
    reply = call("GET", "/runs", filter=[where("tags.team", "NOT_EQUALS", string_value="x")])
    assert (reply.status, reply.message) == (400, 'no support for filtering on unrecognized field "tags.team"')


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x", "proto: syntax error (line 1:1): invalid value x"),
        ("[]", "proto: syntax error (line 1:1): unexpected token ["),
        (" ", "proto: syntax error (line 1:2): unexpected token "),
        ('{"predicates":1}', "proto: syntax error (line 1:15): unexpected token 1"),
        ('{"foo":1}', 'proto: (line 1:2): unknown field "foo"'),
        ('{"predicates":[{"key":"a",\n"key":"b"}]}', 'proto: (line 2:1): duplicate field "key"'),
        ('{"predicates":[]} []', "proto: syntax error (line 1:19): unexpected token ["),
        ('{"predicates":[', "proto: unexpected EOF"),
        ("%zz", 'invalid URL escape "%zz"'),
        ("[" * 5000, "proto: syntax error (line 1:1): unexpected token ["),
    ],
    ids=lambda text: text[:30],
)
def test_text_that_is_no_filter_is_refused(call: Caller, text: str, problem: str) -> None:
    reply = call("GET", "/experiments", filter=text)
    assert reply.status == 400
    assert reply.message.startswith("failed to parse valid filter from ")
    assert reply.message.endswith(f": {problem}")


def test_an_operation_without_a_name_is_none(call: Caller) -> None:
    reply = call("GET", "/experiments", filter='{"predicates":[{"operation":4}]}')
    message = "Error using Filter.Predicate.Operation with go_client.Predicate_Operation"
    assert (reply.status, reply.message) == (400, message)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"predicates":[{"op":1}]}', 'failed to parse filter spec: proto: (line 1:17): unknown field "op"'),
        ('"100%"', 'failed to decode filter spec: invalid URL escape "%\\""'),
    ],
)
def test_a_filter_of_what_has_tags_is_read_before_all_else(call: Caller, text: str, problem: str) -> None:
    reply = call("GET", "/pipelines", filter=text, page_size=-1)
    assert (reply.status, reply.message) == (400, problem)
    assert reply.reason.startswith("Failed to list pipelines due to invalid tag filter in filter spec: ")


@pytest.mark.parametrize(
    ("predicate", "found"),
    [
        (where("name", "EQUALS", int_value=0), ["Default", *NAMES]),
        (where("name", "GREATER_THAN", int_value=0), []),
        (where("name", "IN", int_values={"values": [0, 1]}), ["Default", *NAMES]),
        (where("created_at", "EQUALS", string_value="noon"), []),
        (where("created_at", "GREATER_THAN", string_value="2024-01-01T00:00:00Z"), ["Default", *NAMES]),
        (where("last_run_created_at", "EQUALS", string_value="noon"), ["Default", *NAMES]),
        (where("created_at", "IS_SUBSTRING", string_value="1"), ["Default", *NAMES]),
        (where("name", "EQUALS", string_value="E1"), ["e1"]),
        (where("name", "IN", string_values={"values": ["É1", "E2"]}), ["e1", "e2"]),
        (where("name", "IS_SUBSTRING", string_value="FAUL"), ["Default"]),
        (where("name", "IS_SUBSTRING", string_value="É_"), ["Default", *NAMES]),
        (where("name", "IS_SUBSTRING", string_value="É\\_"), []),
        (where("name", "IS_SUBSTRING", string_value="e\\1"), ["e1"]),
    ],
)
def test_numbers_and_texts_are_compared_as_mysql_does(
    call: Caller, predicate: dict[str, Any], found: list[str]
) -> None:
    assert names(call("GET", "/experiments", filter=[predicate], sort_by="name")) == found


def test_filter_by_tags(call: Caller) -> None:
    predicates = [where("tags.parity", "EQUALS", string_value="1"), where("tags.sign", 1, stringValue="plus")]
    assert names(call("GET", "/pipelines", filter=predicates, sort_by="name")) == ["p1", "p3"]


def test_page_token_remembers_filter_and_tags(call: Caller) -> None:
    predicates = [where("tags.parity", "EQUALS", string_value="0"), where("created_at", 3, int_value=1)]
    query = {"filter": json.dumps({"predicates": predicates}), "sort_by": "name", "page_size": 1}
    assert pages(call, "/pipelines", **query) == [["p0"], ["p2"]]


def test_page_token_may_come_with_the_same_criteria(call: Caller) -> None:
    predicates = [where("created_at", 3, int_value=1), where("name", 2, string_value="e0")]
    first = call("GET", "/experiments", filter=predicates, sort_by="name", page_size=2)
    token = first.json["next_page_token"]
    again = call("GET", "/experiments", filter=predicates[::-1], sort_by="NAME asc", page_token=token)
    assert names(first) + names(again) == ["Default", "e1", "e2", "e3", "e4"]


def test_page_token_may_come_with_its_tag_filters_only(call: Caller) -> None:
    tag = where("tags.sign", "EQUALS", string_value="plus")
    first = call("GET", "/pipelines", filter=[tag, where("name", 2, string_value="p1")], page_size=1)
    assert call("GET", "/pipelines", filter=[tag], page_token=first.json["next_page_token"]).status == 200


@pytest.mark.parametrize(
    "other",
    [{"sort_by": "name desc"}, {"filter": [where("name", 1, string_value="e1")]}, {"sort_by": "created_at"}],
)
def test_page_token_with_other_criteria_is_refused(call: Caller, other: dict[str, Any]) -> None:
    token = call("GET", "/experiments", sort_by="name", page_size=1).json["next_page_token"]
    reply = call("GET", "/experiments", page_token=token, **other)
    assert reply.status == 400
    assert reply.message.startswith("page token does not match the supplied sort by and/or filtering criteria")


def token_of(**kept: Any) -> str:
    return base64.b64encode(json.dumps(kept).encode()).decode()


@pytest.mark.parametrize(
    ("token", "problem"),
    [
        ("x", "illegal base64 data at input byte 0"),
        ("abc!", "illegal base64 data at input byte 3"),
        (base64.b64encode(b"not json").decode(), "invalid character 'o' in literal null (expecting 'u')"),
        ("W10=", "json: cannot unmarshal array into Go value of type list.token"),
        (
            token_of(SortByFieldName=1),
            "json: cannot unmarshal number into Go struct field token.SortByFieldName of type string",
        ),
    ],
)
def test_token_that_is_none_is_refused(call: Caller, token: str, problem: str) -> None:
    reply = call("GET", "/experiments", page_token=token)
    assert (reply.status, reply.message) == (400, "Invalid page token")
    assert reply.reason == f"Failed to create list options: InvalidInputError: Invalid page token: {problem}"


def test_a_token_with_a_name_that_is_none_is_refused(call: Caller) -> None:
    reply = call("GET", "/experiments", page_token=token_of(SortByFieldName="name; drop table runs"))
    assert reply.status == 400
    assert reply.message.startswith('Invalid sort field name: "name; drop table runs". Field names must start')


@pytest.mark.parametrize(
    "kept",
    [
        {"ModelName": "pipelines"},
        {"SortByFieldName": "no_such_column"},
        {"SortByFieldName": "name", "Scope": {"nothing": "x"}},
        {"SortByFieldName": "name", "Filter": [["name", "HACK", "x"]]},
        {"SortByFieldName": "name", "SortByFieldValue": 2**70, "KeyFieldValue": "y"},
        {"SortByFieldName": "name", "SortByFieldValue": [], "KeyFieldValue": {}},
    ],
)
def test_a_token_of_another_list_is_a_failure_of_the_server(call: Caller, kept: dict[str, Any]) -> None:
    assert call("GET", "/experiments", page_token=token_of(**kept)).status == 500


@pytest.mark.parametrize("condition", [["created_at", "EQUALS", 2**64], ["created_at", "IN", [-(2**64)]]], ids=str)
def test_a_token_with_a_number_that_no_database_takes_is_of_another_list(call: Caller, condition: list[Any]) -> None:
    reply = call("GET", "/experiments", page_token=token_of(Filter=[condition]))
    assert reply.reason.endswith("Failed to read the page token: it is of another list")


def test_an_empty_token_asks_for_everything(call: Caller) -> None:
    assert sorted(names(call("GET", "/experiments", page_token="e30="))) == ["Default", *NAMES]


def test_page_begins_at_the_next_row_when_its_first_was_deleted(call: Caller) -> None:
    made = [call("POST", "/experiments", {"display_name": f"z{number}"}).json for number in range(3)]
    only = [where("name", "IS_SUBSTRING", string_value="z")]
    first = call("GET", "/experiments", filter=only, sort_by="name", page_size=1)
    call("DELETE", f"/experiments/{made[1]['experiment_id']}")
    second = call("GET", "/experiments", page_token=first.json["next_page_token"])
    for experiment in (made[0], made[2]):
        call("DELETE", f"/experiments/{experiment['experiment_id']}")
    assert names(first) + names(second) == ["z0", "z2"]


def test_versions_token_stays_with_its_pipeline(call: Caller) -> None:
    content = json.dumps(pipeline("true")).encode()
    mine, other = (call.upload(content, name=name).json["pipeline_id"] for name in ("mine", "other"))
    call.upload(content, to="upload_version", name="second", pipelineid=mine)
    first = call("GET", f"/pipelines/{mine}/versions", page_size=1).json
    second = call("GET", f"/pipelines/{mine}/versions", page_token=first["next_page_token"]).json
    assert {v["name"] for v in first["pipeline_versions"] + second["pipeline_versions"]} == {"mine", "second"}
    assert call("GET", f"/pipelines/{other}/versions", page_token=first["next_page_token"]).status == 400
