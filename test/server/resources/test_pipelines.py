# SPDX-License-Identifier: Apache-2.0
"""Pipelines and their versions, as a client sees them."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from fixtures.calling import Caller, pipeline

CONTENT = json.dumps(pipeline("true")).encode()


def fresh() -> str:
    return str(uuid.uuid4())


def make(call: Caller, **query: str) -> dict[str, Any]:
    query = {"name": fresh(), **query}
    reply = call.upload(CONTENT, **query)
    assert reply.status == 200, reply
    made: dict[str, Any] = reply.json
    return made


def versions(call: Caller, made: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call("GET", f"/pipelines/{made['pipeline_id']}/versions").json.get(
        "pipeline_versions", []
    )
    return found


def test_new_pipeline_has_exactly_what_real_servers_return(call: Caller) -> None:
    made = call("POST", "/pipelines", {"name": "exact", "namespace": "ns", "pipeline_id": "mine"}).json
    assert made.keys() == {"pipeline_id", "display_name", "name", "created_at"}
    assert made["display_name"] == "exact"


def test_display_name_stands_for_a_missing_name(call: Caller) -> None:
    name = fresh()
    made = call("POST", "/pipelines", {"display_name": name}).json
    assert (made["name"], made["display_name"]) == (name, name)


def test_pipeline_needs_a_name(call: Caller) -> None:
    reply = call("POST", "/pipelines", {})
    assert (reply.status, reply.message) == (400, "name is required")


def test_pipeline_name_must_be_free(call: Caller) -> None:
    name = make(call)["name"]
    reply = call("POST", "/pipelines", {"name": name})
    assert (reply.status, reply.json["code"]) == (409, 6)
    assert reply.message == f"Failed to create a new pipeline. The name {name} already exist. Please specify a new name"


def test_get_by_name_looks_at_the_name_only(call: Caller) -> None:
    made = make(call, display_name=fresh())
    assert call("GET", f"/pipelines/names/{made['name']}").json == made
    reply = call("GET", f"/pipelines/names/{made['display_name']}")
    assert (reply.status, reply.message) == (404, f"Namespace/Pipeline /{made['display_name']} not found")


def test_upload_makes_pipeline_and_version_of_one_name(call: Caller) -> None:
    made = make(call, display_name="shown", description="told", tags='{"a":"b"}', code_source_url="https://x")
    (version,) = versions(call, made)
    assert made["tags"] == {"a": "b"}
    assert (made["display_name"], made["description"]) == ("shown", "told")
    assert {key: version[key] for key in ("pipeline_id", "name", "display_name", "description")} == {
        "pipeline_id": made["pipeline_id"],
        "name": made["name"],
        "display_name": "shown",
        "description": "told",
    }
    assert "tags" not in version
    assert "code_source_url" not in version


def test_upload_without_a_name_takes_the_files(call: Caller) -> None:
    file_name = f"{fresh()}.yaml"
    assert call.upload(CONTENT, file_name).json["name"] == file_name


def test_upload_of_a_taken_name_leaves_nothing_behind(call: Caller) -> None:
    made = make(call)
    reply = call.upload(CONTENT, name=made["name"])
    assert reply.status == 409
    assert reply.json["error_message"].startswith("Failed to create a pipeline and a pipeline version")
    assert len(versions(call, made)) == 1


def test_upload_without_a_file_is_refused(call: Caller) -> None:
    reply = call("POST", "/pipelines/upload", b"no multipart")
    assert reply.status == 400
    assert reply.json["error_message"].startswith("Failed to read pipeline from file")


def test_upload_under_another_part_name_is_refused(call: Caller) -> None:
    url = f"{call.url}/apis/v2beta1/pipelines/upload"
    assert call.http.request("POST", url, fields={"file": ("a.yaml", CONTENT)}).status == 400


@pytest.mark.parametrize("tags", ["x", "[]", '{"a":1}'])
def test_upload_with_bad_tags_is_refused(call: Caller, tags: str) -> None:
    reply = call.upload(CONTENT, name=fresh(), tags=tags)
    assert reply.status == 400
    assert reply.json["error_message"].startswith("Failed to parse tags query parameter")


def test_upload_with_a_long_name_is_refused(call: Caller) -> None:
    reply = call.upload(CONTENT, name="n" * 129)
    assert (reply.status, reply.json) == (400, "Invalid input error: Pipeline.Name length cannot exceed 128\n")


def test_upload_of_a_version(call: Caller) -> None:
    made = make(call)
    reply = call.upload(CONTENT, to="upload_version", name="v2", pipelineid=made["pipeline_id"], tags='{"a":"b"}')
    assert reply.status == 200
    assert reply.json["tags"] == {"a": "b"}
    assert reply.json["pipeline_spec"] == pipeline("true")
    path = f"/pipelines/{made['pipeline_id']}/versions/{reply.json['pipeline_version_id']}"
    assert call("GET", path).json == reply.json


@pytest.mark.parametrize("query", [{}, {"pipelineid": "x"}])
def test_version_needs_an_existing_pipeline(call: Caller, query: dict[str, str]) -> None:
    reply = call.upload(CONTENT, to="upload_version", name="v2", **query)
    assert reply.status == 400
    assert reply.json["error_message"].startswith("Failed to create a pipeline version")


def test_version_name_must_be_free_in_its_pipeline(call: Caller) -> None:
    made = make(call)
    reply = call.upload(CONTENT, to="upload_version", name=made["name"], pipelineid=made["pipeline_id"])
    assert reply.status == 409


def test_a_version_is_found_by_its_own_id_whatever_pipeline_is_named(call: Caller) -> None:
    mine, other = make(call), make(call)
    (version,) = versions(call, mine)
    path = f"/pipelines/{other['pipeline_id']}/versions/{version['pipeline_version_id']}"
    assert call("GET", path).json == version
    assert call("PATCH", path, {"display_name": "new"}).json["pipeline_id"] == mine["pipeline_id"]
    assert call("DELETE", path).json == {}
    assert versions(call, mine) == []


def test_versions_of_an_unknown_pipeline_are_not_found(call: Caller) -> None:
    assert call("GET", "/pipelines/x/versions").message == "Pipeline x not found"


def test_delete_needs_cascade_while_versions_exist(call: Caller) -> None:
    made = make(call)
    (version,) = versions(call, made)
    path = f"/pipelines/{made['pipeline_id']}"
    reply = call("DELETE", path)
    assert reply.status == 400
    assert reply.message.endswith(f"(e.g. {version['pipeline_version_id']}). Set cascade=true to delete all versions")
    assert call("DELETE", path, cascade="true").json == {}
    assert call("GET", path).status == 404
    assert call("GET", f"{path}/versions/{version['pipeline_version_id']}").status == 404


def test_delete_of_the_last_version_leaves_the_pipeline(call: Caller) -> None:
    made = make(call)
    path = f"/pipelines/{made['pipeline_id']}"
    version_id = versions(call, made)[0]["pipeline_version_id"]
    assert call("DELETE", f"{path}/versions/{version_id}").json == {}
    assert call("DELETE", path).json == {}


def test_patch_changes_display_name_and_tags_only(call: Caller) -> None:
    made = make(call)
    path = f"/pipelines/{made['pipeline_id']}"
    body = {"display_name": "new", "name": "ignored", "description": "ignored", "pipeline_id": "ignored"}
    assert call("PATCH", path, {**body, "tags": {"a": "b"}}).json == {
        **made,
        "display_name": "new",
        "tags": {"a": "b"},
    }
    assert call("PATCH", path, {}).json["tags"] == {"a": "b"}
    assert call("PATCH", path, {"tags": {"c": "d"}}).json["tags"] == {"c": "d"}
    assert "tags" not in call("PATCH", path, {"tags": {}}).json


def test_patch_of_a_version(call: Caller) -> None:
    made = make(call)
    path = f"/pipelines/{made['pipeline_id']}/versions/{versions(call, made)[0]['pipeline_version_id']}"
    changed = call("PATCH", path, {"display_name": "new", "tags": {"a": "b"}}).json
    assert (changed["display_name"], changed["tags"], changed["name"]) == ("new", {"a": "b"}, made["name"])
    assert call("GET", path).json == changed


@pytest.mark.parametrize("path", ["/pipelines/x", "/pipelines/x/versions/y"])
@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH"])
def test_unknown_id_is_not_found(call: Caller, method: str, path: str) -> None:
    assert call(method, path, {"display_name": "b"} if method == "PATCH" else None).status == 404


@pytest.mark.parametrize("path", ["/pipelines/x", "/pipelines/x/versions/y"])
def test_tags_for_what_is_not_there_are_a_failure_of_the_server(call: Caller, path: str) -> None:
    assert call("PATCH", path, {"tags": {"a": "b"}}).status == 500


def test_a_pipeline_is_found_by_its_name_without_case_and_accents(call: Caller) -> None:
    made = call("POST", "/pipelines", {"name": "Crème"}).json
    assert call("GET", "/pipelines/names/CREME").json == made
    assert call("POST", "/pipelines", {"name": "crème"}).status == 409
    assert call("GET", "/pipelines", filter=[{"operation": 1, "key": "name", "stringValue": "creme"}]).json[
        "pipelines"
    ] == [made]


def test_whole_numbers_in_a_spec_have_no_fraction(call: Caller) -> None:
    number = {"parameterType": "NUMBER_DOUBLE", "defaultValue": 2.0}
    content = json.dumps(pipeline("true", a=number, b={**number, "defaultValue": 2.5})).encode()
    made = call.upload(content, name=fresh(), to="upload").json
    inputs = versions(call, made)[0]["pipeline_spec"]["root"]["inputDefinitions"]["parameters"]
    assert [type(inputs[name]["defaultValue"]) for name in "ab"] == [int, float]


def test_defaults_in_an_uploaded_spec_are_left_out(call: Caller) -> None:
    spec = pipeline("true")
    spec["root"]["dag"]["tasks"]["step"]["cachingOptions"] = {"enableCache": False}
    made = call.upload(json.dumps(spec).encode(), name=fresh()).json
    (version,) = versions(call, made)
    assert version["pipeline_spec"]["root"]["dag"]["tasks"]["step"]["cachingOptions"] == {}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "invalid pipeline spec URL: "),
        ({"pipeline_version": {"package_url": {"pipeline_url": "no url"}}}, "invalid pipeline spec URL: no url"),
        *(
            ({"pipeline_version": {"package_url": {"pipeline_url": url}}}, "Pipeline URL validation failed")
            for url in ("http://github.com/x.yaml", "https://github.com:8443/x", "https://127.0.0.1/x", "/x")
        ),
    ],
)
def test_a_url_that_a_cluster_would_not_fetch_is_refused(call: Caller, body: dict[str, Any], message: str) -> None:
    reply = call("POST", "/pipelines/create", body)
    assert (reply.status, reply.message) == (400, message)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Failed to create a pipeline version. Package URL is nil"),
        ({"package_url": {}}, "Failed to create a pipeline version. Package URL is empty"),
        (
            {"package_url": {"pipeline_url": "https://x"}},
            "Failed to create a pipeline version. Parent pipeline id is empty",
        ),
        ({"package_url": {"pipeline_url": "https://x"}, "pipeline_id": "p"}, "name is required"),
        (
            {"package_url": {"pipeline_url": "https://x"}, "pipeline_id": "p", "name": "v"},
            "Pipeline URL validation failed",
        ),
    ],
)
def test_a_version_from_a_url_is_checked_in_order(call: Caller, body: dict[str, Any], message: str) -> None:
    reply = call("POST", "/pipelines/p/versions", body)
    assert (reply.status, reply.message) == (400, message)


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ({str(n): "" for n in range(21)}, "number of tags (21) exceeds maximum of 20 per entity"),
        ({"": "x"}, "tag key cannot be empty"),
        ({"a.b": "x"}, "tag key \"a.b\" must not contain '.' character"),
        ({"ä" * 64: "x"}, f'tag key "{"ä" * 64}" exceeds maximum length of 63 characters'),
        ({"k": "v" * 64}, f'tag value "{"v" * 64}" for key "k" exceeds maximum length of 63 characters'),
    ],
)
def test_tags_have_limits(call: Caller, tags: dict[str, str], message: str) -> None:
    reply = call("POST", "/pipelines", {"name": fresh(), "tags": tags})
    assert (reply.status, reply.message) == (400, message)
