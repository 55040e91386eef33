# SPDX-License-Identifier: Apache-2.0
"""Routes, reading of requests, and errors, whatever the resource."""

from __future__ import annotations

import json

import pytest
from fixtures.calling import Caller, pipeline

from kfp_server_api import api
from kfp_server_api._operation import operations
from kfp_server_api.server.http.app import HANDLERS

ALL = [operation for name in api.__all__ for operation in operations(getattr(api, name))]


def test_healthz_has_its_four_keys(call: Caller) -> None:
    assert call("GET", "/healthz").json == {
        "commit_sha": "unknown",
        "tag_name": "unknown",
        "multi_user": False,
        "pipeline_store": "database",
    }


def test_every_handler_is_an_operation_of_the_client() -> None:
    assert set(HANDLERS) <= {operation.name for operation in ALL}


@pytest.mark.parametrize("operation", [o for o in ALL if not o.served], ids=lambda o: o.name)
def test_what_real_servers_do_not_serve_is_not_found(call: Caller, operation: object) -> None:
    path = operation.path.replace("/apis/v2beta1", "").replace("{namespace}", "ns")  # type: ignore[attr-defined]
    reply = call(operation.method, path, {})  # type: ignore[attr-defined]
    assert (reply.status, reply.json) == (404, {"code": 5, "message": "Not Found"})


def test_an_operation_without_handler_is_not_implemented(call: Caller) -> None:
    missing = next(o for o in ALL if o.served and o.name not in HANDLERS and "healthz" not in o.name)
    path = missing.path.replace("/apis/v2beta1", "").replace("{", "").replace("}", "")
    reply = call(missing.method, path, b"{}")
    assert reply.status == 501
    assert reply.json["details"][0]["code"] == 12
    assert missing.name in reply.message


def test_unknown_path_is_a_json_404(call: Caller) -> None:
    reply = call("GET", "/nothing")
    assert (reply.status, reply.json) == (404, {"code": 5, "message": "Not Found"})


def test_trailing_slash_is_another_path(call: Caller) -> None:
    assert call("GET", "/runs/").status == 404


@pytest.mark.parametrize(("method", "path"), [("PUT", "/runs/x"), ("POST", "/runs/x"), ("POST", "/runs/x:foo")])
def test_wrong_method_is_501(call: Caller, method: str, path: str) -> None:
    reply = call(method, path, {})
    assert (reply.status, reply.json) == (501, {"code": 12, "message": "Method Not Allowed"})


def test_unknown_verb_of_a_get_is_part_of_the_id(call: Caller) -> None:
    assert call("GET", "/runs/abc:foo").message == "Run abc:foo not found"


def test_error_has_the_long_and_the_short_message(call: Caller) -> None:
    reply = call("GET", "/runs/x")
    assert reply.status == 404
    assert reply.json == {
        "code": 5,
        "message": "Failed to get a run: Failed to fetch run x: ResourceNotFoundError: Run x not found",
        "details": [{"@type": "type.googleapis.com/google.rpc.Status", "code": 5, "message": "Run x not found"}],
    }


def test_unknown_body_field_is_refused_without_details(call: Caller) -> None:
    reply = call("POST", "/experiments", {"display_name": "a", "foo": 1})
    assert reply.status == 400
    assert reply.json["message"].endswith('unknown field "foo"')
    assert "details" not in reply.json


def test_unknown_field_of_an_inner_object_is_refused(call: Caller) -> None:
    reply = call("POST", "/runs", {"display_name": "r", "runtime_config": {"paramters": {}}})
    assert reply.status == 400
    assert reply.json["message"] == 'proto: (line 1:42): unknown field "paramters"'


def test_unknown_query_parameter_is_ignored(call: Caller) -> None:
    assert call("GET", "/experiments", nothing="1").status == 200


def test_query_names_may_be_camel_case(call: Caller) -> None:
    assert call("GET", "/experiments", pageSize="-1").message.endswith("Got -1")


def test_repeated_scalar_is_refused(call: Caller) -> None:
    reply = call("GET", "/experiments?page_size=1&page_size=2")
    assert (reply.status, reply.json["message"]) == (400, 'too many values for field "page_size": 1, 2')


@pytest.mark.parametrize("text", ["x", "", "1.5", "99999999999"])
def test_query_number_that_is_none_is_refused(call: Caller, text: str) -> None:
    reply = call("GET", "/experiments", page_size=text)
    assert reply.status == 400
    assert reply.json["message"].startswith('parsing field "page_size": ')


def test_query_bool_that_is_none_is_refused(call: Caller) -> None:
    assert call("DELETE", "/pipelines/x", cascade="maybe").json["message"].startswith('parsing field "cascade"')


@pytest.mark.parametrize("body", [b"{", b'{"a":NaN}', b"\xff", b'{"display_name":"\\ud800"}', b"[" * 100_000])
def test_malformed_json_is_refused(call: Caller, body: bytes) -> None:
    reply = call("POST", "/experiments", body)
    assert (reply.status, reply.json["code"]) == (400, 3)


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        {"display_name": 5},
        {"storage_state": "NOWHERE"},
        {"created_at": "yesterday"},
        {"created_at": 5},
        {"display_name": "a", "displayName": "b"},
    ],
)
def test_wrong_type_is_refused(call: Caller, body: object) -> None:
    reply = call("POST", "/experiments", body)
    assert (reply.status, reply.json["code"]) == (400, 3)


def test_null_in_a_map_of_texts_is_refused(call: Caller) -> None:
    assert call("POST", "/pipelines", {"name": "p", "tags": {"a": None}}).status == 400


def test_two_sources_of_one_run_are_refused(call: Caller) -> None:
    body = {"display_name": "r", "pipeline_spec": {}, "pipeline_version_reference": {"pipeline_id": "p"}}
    assert call("POST", "/runs", body).json["message"].endswith("Run.pipeline_source is already set")


def test_body_takes_camel_case_nulls_enum_numbers_and_what_follows_the_first_value(call: Caller) -> None:
    body = b'{"displayName":"camel","description":null,"storageState":1} trailing'
    reply = call("POST", "/experiments", body)
    assert (reply.status, reply.json["display_name"]) == (200, "camel")


def test_bearer_token_is_accepted_and_ignored(call: Caller) -> None:
    url = f"{call.url}/apis/v2beta1/experiments"
    assert call.http.request("GET", url, headers={"authorization": "Bearer x"}).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/runs/%ED%A0%80"),
        ("GET", "/runs/%FF"),
        ("GET", "/runs?page_token=%ED%A0%80"),
        ("GET", "/pipelines/names/%ED%BF%BF"),
        ("POST", "/pipelines/upload?name=%FF"),
        ("GET", '/pipelines?filter={"predicates":[{"key":"name","operation":"EQUALS","string_value":"%5Cud800"}]}'),
    ],
)
def test_an_address_that_is_no_text_is_refused(call: Caller, method: str, path: str) -> None:
    assert call(method, path).status == 400


def test_tags_that_are_no_text_are_refused(call: Caller) -> None:
    assert call.upload(b"{}", name="surrogate", tags='{"team": "\\ud800"}').status == 400


@pytest.mark.parametrize("tags", [{"team": "\ud800"}, {"\udfff": "x"}])
def test_a_body_with_tags_that_are_no_text_is_refused(call: Caller, tags: dict[str, str]) -> None:
    assert call("POST", "/pipelines", {"name": "surrogate", "tags": tags}).status == 400


@pytest.mark.parametrize(
    ("name", "charset"), [(b"\xff", "utf-8"), (b"\xed\xa0\x80", "utf-8"), (b"a\\ud800", "unicode_escape")]
)
def test_a_file_name_that_is_no_text_is_refused(call: Caller, name: bytes, charset: str) -> None:
    spec = json.dumps(pipeline("true")).encode()
    part = b'--x\r\nContent-Disposition: form-data; name="uploadfile"; filename="%b.json"\r\n\r\n%b\r\n--x--\r\n'
    headers = {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
    url = f"{call.url}/apis/v2beta1/pipelines/upload"
    reply = call.http.request("POST", url, body=part % (name, spec), headers=headers)
    assert reply.status == 400
