# SPDX-License-Identifier: Apache-2.0
"""Errors that fit a difference between releases say so, and no others do."""

from __future__ import annotations

import copy
import json
import pickle
import re
from pathlib import Path
from typing import Any

import pytest
from fixtures.servers import Answer, Server, page, reply, serving

from kfp_server_api import (
    ApiClient,
    ApiException,
    Configuration,
    ExperimentServiceApi,
    HealthzServiceApi,
    PipelineServiceApi,
    PipelineUploadServiceApi,
    ReportServiceApi,
    RunServiceApi,
    V2beta1Pipeline,
    api,
)
from kfp_server_api._hints import ANY, Looks
from kfp_server_api._operation import Operation, operations
from kfp_server_api._releases import RELEASES

RECORDED = Path(__file__).resolve().parents[2] / "shared" / "facts" / "recorded"
PIPELINE = V2beta1Pipeline(display_name="p", tags={"team": "x"})
OLD_HEALTH = {"commit_sha": "unknown", "tag_name": "unknown", "multi_user": False}
HEALTH = {**OLD_HEALTH, "pipeline_store": "database"}
NOT_FOUND, NOT_ALLOWED = {"code": 5, "message": "Not Found"}, {"code": 12, "message": "Method Not Allowed"}


def text(words: str, status: int) -> Answer:
    """Answer as the gateway of older servers."""
    return reply(f"{words}\n", status, type="text/plain; charset=utf-8")


def error(words: str, status: int = 400, code: int = 3) -> Answer:
    """Answer as a server does since 2.14.0."""
    return reply(
        {"code": code, "message": f"Failed: X: {words}", "details": [{"code": code, "message": words}]}, status
    )


def old_error(words: str, status: int = 400, code: int = 3) -> Answer:
    """Answer as servers before 2.14.0."""
    details = [{"code": code, "message": words}]
    return reply({"error": words, "code": code, "message": words, "details": details}, status)


def unknown(field: str) -> Answer:
    return reply({"code": 3, "message": f'proto:\xa0(line 1:2): unknown field "{field}"'}, 400)


def raised(call: Any, *arguments: Any, **values: Any) -> ApiException:
    with pytest.raises(ApiException) as caught:
        call(*arguments, **values)
    return caught.value


def hint(client: ApiClient, call: str, *arguments: Any, **values: Any) -> str:
    """Return the hint of the error in which a call of any service ends."""
    services = [getattr(api, name) for name in api.__all__]
    service = next(each for each in services if hasattr(each, call))(client)
    return raised(getattr(service, call), *arguments, **values).hint


def test_a_field_that_the_server_refuses(serve: Any, connect: Any) -> None:
    client = connect(serve(unknown("tags")))
    assert hint(client, "create_pipeline", PIPELINE) == "`tags` since 2.17.0; this server looks like 2.14 to 2.16"


def test_a_field_inside_another(serve: Any, connect: Any) -> None:
    body = {"pipeline": {"display_name": "p"}, "pipeline_version": {"tags": {"a": "b"}}}
    assert hint(connect(serve(unknown("tags"))), "create_pipeline_and_version", body).startswith("`tags` since 2.17.0")


def test_a_field_of_a_mapping(serve: Any, connect: Any) -> None:
    run = {"display_name": "r", "plugins_input": {"mlflow": {}}}
    assert hint(connect(serve(unknown("plugins_input"))), "create_run", run).startswith("`plugins_input` since 2.17.0")


@pytest.mark.parametrize("field", ["colour", "display_name"])
def test_a_field_that_no_release_is_newer_than_is_no_difference(serve: Any, connect: Any, field: str) -> None:
    assert hint(connect(serve(unknown(field))), "create_pipeline", {"colour": 1, **PIPELINE.to_dict()}) == ""


def test_a_field_that_was_not_sent_is_no_difference(serve: Any, connect: Any) -> None:
    assert hint(connect(serve(unknown("tags"))), "create_pipeline", {"display_name": "p"}) == ""


@pytest.mark.parametrize(
    ("answer", "looks"),
    [(text("Method Not Allowed", 405), "2.0 to 2.5"), (reply(NOT_ALLOWED, 501), "2.14 to 2.16")],
    ids=["405", "501"],
)
def test_an_operation_that_the_server_has_not(serve: Any, connect: Any, answer: Answer, looks: str) -> None:
    client = connect(serve(answer))
    said = hint(client, "update_pipeline", "p1", {"display_name": "p"})
    assert said == f"`pipeline_service_update_pipeline` since 2.17.0; this server looks like {looks}"


def test_a_route_that_servers_had_later_than_clients(serve: Any, connect: Any) -> None:
    said = hint(connect(serve(text("Not Found", 404))), "report_workflow", "{}")
    assert said == "`report_service_report_workflow` since 2.2.0; this server looks like 2.0 to 2.1"


def test_a_route_that_no_server_has(serve: Any, connect: Any) -> None:
    assert (
        hint(connect(serve(reply(NOT_FOUND, 404))), "authorize") == "no server of v2beta1 has `auth_service_authorize`"
    )


def test_a_route_that_went_away(serve: Any, connect: Any) -> None:
    client = connect(serve(reply(NOT_FOUND, 404)))
    said = hint(client, "run_service_read_artifact", "r", "n", "a")
    assert said == "`run_service_read_artifact` until 2.14.6; this server looks like 2.14 or newer"


@pytest.mark.parametrize("answer", [text("Not Found", 404), reply(NOT_FOUND, 404)], ids=["text", "JSON"])
def test_a_server_without_the_api_at_that_address(serve: Any, connect: Any, answer: Answer) -> None:
    client = connect(serve(answer))
    for _ in range(2):
        assert "doctor" in hint(client, "list_runs")


def test_a_colon_in_an_id_is_no_difference(serve: Any, connect: Any) -> None:
    assert hint(connect(serve(text("Not Found", 404))), "get_run", "a:b") == ""


@pytest.mark.parametrize(
    "answer",
    [
        error("Run r not found", 404, 5),
        old_error("Run r not found", 404, 5),
        error("bad", 409, 6),
        error("The local server does not implement it", 501, 12),
        page("<title>404 Not Found</title>", 404),
        page("<title>405 Not Allowed</title>", 405),
        text("404 page not found", 404),
        reply({"kind": "Status", "code": 404, "message": "Not Found"}, 404),
        reply({"detail": "Method Not Allowed"}, 405),
        reply([1], 400),
        reply({"code": "3", "message": ["unknown field"]}, 400),
        reply(b"\xff\x00", 400),
        reply("", 405),
        reply({"code": 2, "message": "Not Found"}, 500),
    ],
)
@pytest.mark.parametrize("call", ["get_run", "update_pipeline"])
def test_an_error_that_fits_no_difference(serve: Any, connect: Any, answer: Answer, call: str) -> None:
    arguments = ("r1", {}) if call == "update_pipeline" else ("r1",)
    assert hint(connect(serve(answer)), call, *arguments) == ""


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_without_credentials_says_so(serve: Any, connect: Any, status: int) -> None:
    server = serve(reply({"code": 16, "message": "User identity is empty"}, status))
    assert hint(connect(server), "get_run", "r1") == "no credentials were sent: see `Configuration.auth`"
    assert hint(connect(server, access_token="t"), "get_run", "r1") == ""


def test_a_name_to_sort_by(serve: Any, connect: Any) -> None:
    words = 'Invalid sorting field: "last_run_created_at" on listable type Experiment'
    said = hint(connect(serve(old_error(words))), "list_experiments", sort_by="last_run_created_at")
    assert said == "`last_run_created_at` since 2.4.0; this server looks like 2.0 to 2.3"


def test_a_key_to_filter_by(serve: Any, connect: Any) -> None:
    client = connect(serve(error('no support for filtering on unrecognized field "tags.team"')))
    said = hint(client, "list_pipelines", filter={"predicates": [{"key": "tags.team"}]})
    assert said == "`tags.team` since 2.17.0; this server looks like 2.14 to 2.16"


def test_a_name_that_every_release_refuses_is_no_difference(serve: Any, connect: Any) -> None:
    client = connect(serve(error('Invalid sorting field: "colour" on listable type Run')))
    assert hint(client, "list_runs", sort_by="colour") == ""


def test_a_parameter_that_older_servers_drop_and_then_miss(serve: Any, connect: Any) -> None:
    client = connect(serve(old_error("it has existing pipeline versions")))
    said = hint(client, "delete_pipeline", "p1", cascade=True)
    assert said == "`cascade` since 2.14.0; this server looks like 2.0 to 2.5"


def test_a_field_that_older_servers_drop_and_then_miss(serve: Any, connect: Any) -> None:
    client = connect(serve(old_error("pipeline's name cannot be empty")))
    assert hint(client, "create_pipeline", {"name": "p"}).startswith("`name` since 2.14.0;")


def test_a_dropped_field_that_the_error_is_not_about_is_no_difference(serve: Any, connect: Any) -> None:
    client = connect(serve(old_error("description is bad")))
    assert hint(client, "create_pipeline", PIPELINE) == ""


def test_a_parameter_that_the_server_knows_is_no_difference(serve: Any, connect: Any) -> None:
    client = connect(serve(error("it has existing pipeline versions")))
    assert hint(client, "delete_pipeline", "p1", cascade=False) == ""


@pytest.mark.parametrize("call", ["list_experiments", "list_runs", "list_recurring_runs"])
@pytest.mark.parametrize("shape", [error, old_error])
def test_a_namespace_that_is_missing(serve: Any, connect: Any, call: str, shape: Any) -> None:
    answer = shape("A run cannot have an empty namespace in multi-user mode")
    assert "Configuration.namespace" in hint(connect(serve(answer)), call)


SEEN = [
    (HealthzServiceApi, "get_healthz", HEALTH, "2.14 to 2.16"),
    (PipelineServiceApi, "list_pipelines", {"pipelines": [{"pipeline_id": "p", "name": "p"}]}, "2.14 to 2.16"),
    (HealthzServiceApi, "get_healthz", OLD_HEALTH, "2.0 to 2.5"),
    (ExperimentServiceApi, "list_experiments", {"experiments": [{"experiment_id": "e"}]}, "2.0 to 2.3"),
    (
        ExperimentServiceApi,
        "list_experiments",
        {"experiments": [{"last_run_created_at": "1970-01-01T00:00:00Z"}]},
        "2.4 to",
    ),
    (ExperimentServiceApi, "list_experiments", {}, None),
    (RunServiceApi, "list_runs", {"runs": [{"run_id": "r"}]}, None),
    (PipelineServiceApi, "list_pipelines", {"pipelines": [{"pipeline_id": "p", "error": {"code": 13}}]}, None),
    (PipelineServiceApi, "list_pipelines", {"pipelines": 5}, None),
    (PipelineServiceApi, "list_pipelines", {"pipelines": [5]}, None),
]


@pytest.mark.parametrize(("service", "call", "answer", "looks"), SEEN)
def test_earlier_replies_show_the_release(
    serve: Any, connect: Any, service: Any, call: str, answer: Any, looks: str | None
) -> None:
    shapeless = text('no support for filtering on unrecognized field "tags.a"', 400)
    client = connect(serve(reply(answer), shapeless))
    getattr(service(client), call)()
    said = hint(client, "list_pipelines")
    assert said.startswith(f"`tags.a` since 2.17.0; this server looks like {looks or '2.0 to 2.16'}")


def test_no_request_is_sent_for_a_hint(serve: Any, connect: Any) -> None:
    server: Server = serve(unknown("tags"))
    hint(connect(server), "create_pipeline", PIPELINE)
    assert len(server.requests) == 1


def test_another_host_is_another_server(serve: Any, connect: Any) -> None:
    client = connect(serve(reply(HEALTH)))
    HealthzServiceApi(client).get_healthz()
    client.configuration.host = serve(text("Method Not Allowed", 405)).url
    assert hint(client, "update_pipeline", "p", {}).endswith("looks like 2.0 to 2.5")


def test_a_gateway_that_speaks_as_old_servers_is_not_taken_for_one(serve: Any, connect: Any) -> None:
    client = connect(serve(reply(HEALTH), text("Method Not Allowed", 405)))
    HealthzServiceApi(client).get_healthz()
    assert hint(client, "update_pipeline", "p", {}) == ""


def test_a_server_that_was_replaced_is_the_new_one(serve: Any, connect: Any) -> None:
    client = connect(serve(reply(OLD_HEALTH), reply(HEALTH), reply(NOT_ALLOWED, 501)))
    for _ in range(2):
        HealthzServiceApi(client).get_healthz()
    assert hint(client, "update_pipeline", "p", {}).endswith("looks like 2.14 to 2.16")


def test_the_hint_stands_in_message_and_text(serve: Any, connect: Any) -> None:
    refused = raised(PipelineServiceApi(connect(serve(unknown("tags")))).create_pipeline, PIPELINE)
    assert refused.message.endswith(f" ({refused.hint})")
    assert f"\nHint: {refused.hint}\n" in str(refused)


@pytest.mark.parametrize("copied", [copy.copy, lambda each: pickle.loads(pickle.dumps(each))], ids=["copy", "pickle"])
def test_a_copy_has_the_hint(serve: Any, connect: Any, copied: Any) -> None:
    refused = raised(PipelineServiceApi(connect(serve(unknown("tags")))).create_pipeline, PIPELINE)
    assert copied(refused).hint == refused.hint != ""


def test_an_error_without_a_hint_says_nothing_of_one(serve: Any, connect: Any) -> None:
    missing = raised(RunServiceApi(connect(serve(error("Run r not found", 404, 5)))).get_run, "r")
    assert (missing.hint, missing.message) == ("", "Run r not found")
    assert "Hint" not in str(missing)


def test_a_reply_that_is_not_read_has_the_hint_too(serve: Any, connect: Any) -> None:
    assert hint(connect(serve(unknown("tags"))), "create_pipeline", PIPELINE, _preload_content=False) != ""


def test_an_upload_has_hints(serve: Any, connect: Any) -> None:
    uploads = PipelineUploadServiceApi(connect(serve(text("Not Found", 404))))
    assert "doctor" in raised(uploads.upload_pipeline, b"x").hint


def test_a_report_of_a_text_body_has_no_fields(serve: Any, connect: Any) -> None:
    reports = ReportServiceApi(connect(serve(unknown("tags"))))
    assert raised(reports.report_workflow, '{"tags": 1}').hint == ""


@pytest.mark.parametrize(
    ("looks", "words"),
    [
        (ANY, "2.0 or newer"),
        (ANY.before("2.17.0"), "2.0 to 2.16"),
        (ANY.since("2.14.0").before("2.15.0"), "2.14"),
        (ANY.since("2.17.0"), "2.17 or newer"),
    ],
)
def test_releases_are_named_by_their_first_two_numbers(looks: Looks, words: str) -> None:
    assert str(looks) == words


OPERATIONS = [each for name in api.__all__ for each in operations(getattr(api, name))]
LATEST = {"2.0": "2.0.5", "2.5": "2.5.0", "2.17": "2.17.0"}


def matching(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """Return the operation that a recorded request calls, with the values in its path."""
    for operation in sorted(OPERATIONS, key=lambda each: each.path.count("{")):
        names = re.findall(r"\{(.*?)\}", operation.path)
        pattern = re.sub(r"\\\{.*?\\\}", "([^/]+?)", re.escape(operation.path))
        found = re.fullmatch(pattern, path) if operation.method == method else None
        if found:
            return operation, dict(zip(names, found.groups()))
    return None


def replay(server: Server, client: ApiClient, step: dict[str, Any]) -> ApiException | None:
    """Send what a recorded step sends, answer what it was answered, and return the error."""
    found, answer = matching(step["method"], step["path"]), step["reply"]
    if found is None or answer["status"] not in (400, 404, 405, 501):
        return None
    operation, values = found
    body = answer["body"]["text"] if set(answer["body"]) == {"text"} else answer["body"]
    server.answers[:] = [reply(body, answer["status"], type=answer["type"])]
    try:
        client.call_api(
            operation.path,
            operation.method,
            values,
            step.get("query"),
            {},
            body=step.get("json"),
            response_type="object",
        )
    except ApiException as caught:
        return caught
    return None


@pytest.mark.parametrize("release", LATEST)
def test_what_real_servers_answered_is_explained_only_by_what_they_have_not(release: str) -> None:
    files = sorted((RECORDED / release).glob("*.json"))
    if not files:
        pytest.skip("shared/facts/recorded is missing")
    hints = []
    with serving() as server:
        client = ApiClient(Configuration(host=server.url))
        for step in (step for file in files for step in json.loads(file.read_text(encoding="utf-8"))):
            refused = replay(server, client, step)
            if refused is not None and " since " in refused.hint:
                hints.append(refused.hint)
    assert bool(hints) == (release != "2.17")
    for since in re.findall(r" since ([\d.]+)", "\n".join(hints)):
        assert RELEASES.index(since) > RELEASES.index(LATEST[release])
