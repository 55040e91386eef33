# SPDX-License-Identifier: Apache-2.0
"""A 2xx reply that is not what the API promises is an error, never an object of Nones."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
import urllib3
from fixtures.servers import head, page, raw, redirect, reply

from kfp_server_api import (
    ApiException,
    AuthenticationError,
    DecodeError,
    V2beta1Experiment,
    V2beta1ListRunsResponse,
    V2beta1Run,
)

NOT_A_RUN = {
    "nothing": b"",
    "blank": b"  \n",
    "truncated": b'{"run_id": "r1", "display_na',
    "two documents": b'{"run_id": "r1"}{"run_id": "r2"}',
    "list": b'[{"run_id": "r1"}]',
    "text": b'"r1"',
    "number": b"17",
    "truth value": b"true",
    "words": b"upstream connect error or disconnect/reset before headers",
    "binary": bytes(range(256)),
    "single quotes": b"{'run_id': 'r1'}",
    "nested too deeply": b"[" * 100_000,
}


@pytest.mark.parametrize("body", NOT_A_RUN.values(), ids=NOT_A_RUN)
def test_a_body_that_is_no_run_is_a_decode_error(serve: Any, runs: Any, body: bytes) -> None:
    with pytest.raises(DecodeError) as caught:
        runs(serve(reply(body))).get_run("r1")
    assert caught.value.status == 200


@pytest.mark.parametrize("body", NOT_A_RUN.values(), ids=NOT_A_RUN)
def test_deserialize_alone_refuses_a_body_that_is_no_run(connect: Any, body: bytes) -> None:
    class Response:
        data = body.decode("utf-8", "replace")

    with pytest.raises(DecodeError):
        connect("http://localhost").deserialize(Response(), "V2beta1Run")


def test_a_login_page_in_place_of_json_is_an_authentication_error(serve: Any, runs: Any) -> None:
    with pytest.raises(AuthenticationError) as caught:
        runs(serve(page())).get_run("r1")
    assert caught.value.status == 200


def test_a_login_page_is_known_by_its_body_where_the_type_says_json(serve: Any, runs: Any) -> None:
    with pytest.raises(AuthenticationError):
        runs(serve(reply("\n  <html><form action=/login>"))).get_run("r1")


def test_a_redirect_to_a_login_page_names_the_page(serve: Any, runs: Any) -> None:
    server = serve(redirect("/dex/auth?client=kubeflow"), page())
    with pytest.raises(AuthenticationError) as caught:
        runs(server).list_runs()
    assert caught.value.url == f"{server.url}/dex/auth?client=kubeflow"


def test_a_redirect_to_another_host_that_gives_no_json_is_an_authentication_error(serve: Any, runs: Any) -> None:
    other = serve(reply("who are you?", type="text/plain"))
    with pytest.raises(AuthenticationError) as caught:
        runs(serve(redirect(other.url_by_name + "/sign-in"))).list_runs()
    assert caught.value.url == other.url_by_name + "/sign-in"


def test_a_redirect_to_another_host_that_gives_a_list_for_an_object_is_an_authentication_error(
    serve: Any, runs: Any
) -> None:
    other = serve(reply([]))
    with pytest.raises(AuthenticationError):
        runs(serve(redirect(other.url_by_name))).get_run("r1")


def test_a_redirect_that_ends_on_a_run_gives_the_run(serve: Any, runs: Any) -> None:
    other = serve(reply({"run_id": "r1"}))
    assert runs(serve(redirect(other.url_by_name + "/moved"))).get_run("r1").run_id == "r1"


def test_a_write_that_ends_on_a_login_page_is_not_called_accepted(serve: Any, runs: Any) -> None:
    with pytest.raises(AuthenticationError) as caught:
        runs(serve(redirect("/login", 303), page())).create_run(V2beta1Run(display_name="r"))
    assert not getattr(caught.value, "committed", False)
    assert "accepted" not in str(caught.value)


@pytest.mark.parametrize("answer", [page("<html>Hello there"), reply("Hello there", type="text/plain")])
def test_the_text_of_the_error_has_url_status_and_type_but_no_body(serve: Any, runs: Any, answer: Any) -> None:
    server = serve(answer)
    with pytest.raises(ApiException) as caught:
        runs(server).get_run("r1")
    text = str(caught.value)
    assert f"{server.url}/apis/v2beta1/runs/r1" in text
    assert "200" in text
    assert "text/" in text
    assert "is not what the API promises" in text
    assert "Hello there" not in text
    assert "Hello there" in caught.value.body


def test_the_error_keeps_the_raw_reply(serve: Any, runs: Any) -> None:
    with pytest.raises(DecodeError) as caught:
        runs(serve(reply(b"[1", 200, ("X-Trace", "t1")))).get_run("r1")
    assert (caught.value.body, caught.value.headers["x-trace"]) == ("[1", "t1")


def test_an_undecodable_field_names_its_path(serve: Any, runs: Any) -> None:
    listed = [{"run_id": str(n), "created_at": "2024-01-01T00:00:00Z"} for n in range(3)]
    page_of_runs = runs(serve(reply({"runs": [*listed, {"created_at": "yesterdayish"}]}))).list_runs()
    with pytest.raises(DecodeError) as caught:
        _ = page_of_runs.runs[3].created_at
    assert caught.value.path == "runs[3].created_at"
    assert "runs[3].created_at" in str(caught.value)


def test_a_deep_path_is_named_by_names_on_the_wire(serve: Any, runs: Any) -> None:
    details = {"task_details": [{}, {"child_tasks": [{"pod_name": {"a": 1}}]}]}
    run = runs(serve(reply({"run_details": details}))).get_run("r1")
    with pytest.raises(DecodeError) as caught:
        _ = run.run_details.task_details[1].child_tasks[0].pod_name
    assert caught.value.path == "run_details.task_details[1].child_tasks[0].pod_name"


def test_equal_objects_in_a_reply_do_not_confuse_the_path(serve: Any, runs: Any) -> None:
    bad = {"created_at": "?"}
    found = runs(serve(reply({"runs": [bad, bad]}))).list_runs()
    with pytest.raises(DecodeError) as caught:
        _ = found.runs[1].created_at
    assert caught.value.path == "runs[1].created_at"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("runs", {"run_id": "r1"}),
        ("runs", "r1"),
        ("runs", [1]),
        ("runs", [["r1"]]),
        ("total_size", "many"),
        ("total_size", [1]),
        ("total_size", 1e400),
        ("next_page_token", {"a": 1}),
        ("next_page_token", ["a"]),
    ],
)
def test_a_field_of_another_shape_is_a_decode_error(serve: Any, runs: Any, field: str, value: Any) -> None:
    found = runs(serve(reply({field: value}))).list_runs()
    with pytest.raises(DecodeError) as caught:
        getattr(found, field)
    assert caught.value.path.startswith(field)


def test_a_bad_element_names_its_index(serve: Any, runs: Any) -> None:
    found = runs(serve(reply({"runs": [{}, "r2"]}))).list_runs()
    with pytest.raises(DecodeError) as caught:
        _ = found.runs
    assert caught.value.path == "runs[1]"


@pytest.mark.parametrize("use", [lambda run: run.to_dict(), repr, lambda run: run == V2beta1Run()])
def test_no_way_to_look_at_a_model_swallows_a_bad_field(serve: Any, runs: Any, use: Any) -> None:
    run = runs(serve(reply({"run_id": "r1", "created_at": 12}))).get_run("r1")
    with pytest.raises(DecodeError):
        use(run)


def test_a_bad_field_is_an_error_every_time_it_is_read(serve: Any, runs: Any) -> None:
    run = runs(serve(reply({"created_at": "?"}))).get_run("r1")
    for _ in range(2):
        with pytest.raises(DecodeError):
            _ = run.created_at


def test_a_bad_field_keeps_the_raw_reply(serve: Any, runs: Any) -> None:
    body = '{"runs":  [{"created_at": "?"}]}'
    found = runs(serve(reply(body))).list_runs()
    with pytest.raises(DecodeError) as caught:
        _ = found.runs[0].created_at
    assert caught.value.body == body
    assert caught.value.status == 200


def test_a_good_field_beside_a_bad_one_can_be_read(serve: Any, runs: Any) -> None:
    run = runs(serve(reply({"run_id": "r1", "created_at": "?"}))).get_run("r1")
    assert run.run_id == "r1"


@pytest.mark.parametrize("body", [b"", b"{", b"[]"])
def test_after_a_write_the_error_says_that_the_server_accepted_it(serve: Any, runs: Any, body: bytes) -> None:
    with pytest.raises(DecodeError) as caught:
        runs(serve(reply(body))).create_run(V2beta1Run(display_name="r"))
    assert caught.value.committed
    assert "accepted" in str(caught.value)


def test_a_bad_field_of_the_reply_to_a_write_says_that_the_server_accepted_it(serve: Any, runs: Any) -> None:
    run = runs(serve(reply({"created_at": "?"}))).create_run(V2beta1Run(display_name="r"))
    with pytest.raises(DecodeError) as caught:
        _ = run.created_at
    assert caught.value.committed
    assert "accepted" in str(caught.value)


def test_after_a_read_the_error_does_not_speak_of_accepting(serve: Any, runs: Any) -> None:
    with pytest.raises(DecodeError) as caught:
        runs(serve(reply(b""))).get_run("r1")
    assert not caught.value.committed
    assert "accepted" not in str(caught.value)


EMPTY = [raw(head(204)), reply(b""), reply(b"", 202), reply(b" \r\n"), raw(head(200, ("Content-Length", "0")))]


@pytest.mark.parametrize("answer", EMPTY)
@pytest.mark.parametrize("name", ["archive_run", "unarchive_run", "terminate_run", "retry_run", "delete_run"])
def test_an_empty_reply_to_a_write_without_a_result_is_success(serve: Any, runs: Any, answer: Any, name: str) -> None:
    assert getattr(runs(serve(answer)), name)("r1") == {}


def test_an_empty_reply_to_a_write_without_a_result_keeps_its_status(serve: Any, runs: Any) -> None:
    assert runs(serve(reply(b"", 202))).delete_run_with_http_info("r1")[:2] == ({}, 202)


@pytest.mark.parametrize("answer", EMPTY)
def test_an_empty_reply_to_a_write_with_a_result_is_a_decode_error(serve: Any, runs: Any, answer: Any) -> None:
    with pytest.raises(DecodeError) as caught:
        runs(serve(answer)).create_run(V2beta1Run(display_name="r"))
    assert caught.value.committed


@pytest.mark.parametrize("answer", EMPTY)
def test_an_empty_reply_to_a_read_is_a_decode_error(serve: Any, connect: Any, answer: Any) -> None:
    client = connect(serve(answer))
    with pytest.raises(DecodeError):
        client.call_api("/anything", "GET", response_type="object")


SECRET = "hunter2"
UNREADABLE = [
    ('{"run_id": "r", "runtime_config": {"parameters": {"password": "hunter2"}}', lambda run: run),
    ('{"created_at": "hunter2"}', lambda run: run.created_at),
    ('{"created_at": ["hunter2"]}', lambda run: run.created_at),
    ('{"run_details": {"task_details": [{"start_time": "hunter2 o\'clock"}]}}', lambda run: run.to_dict()),
    ('{"state_history": "hunter2"}', lambda run: run.state_history),
    ('{"error": {"code": "hunter2"}}', lambda run: run.error.code),
    ('["hunter2"]', lambda run: run),
    ("hunter2", lambda run: run),
    ("<p>hunter2", lambda run: run),
]


@pytest.mark.parametrize(("body", "read"), UNREADABLE)
def test_the_message_of_a_decode_error_is_a_sentence_and_never_the_payload(
    serve: Any, runs: Any, body: str, read: Any
) -> None:
    with pytest.raises(ApiException) as caught:
        read(runs(serve(reply(body))).get_run("r"))
    assert caught.value.message == caught.value.reason
    assert "is not what the API promises: " in caught.value.message
    assert SECRET not in caught.value.message + str(caught.value)
    assert SECRET in caught.value.body


def test_a_login_page_in_reply_to_a_call_without_a_result_is_an_error(serve: Any, runs: Any) -> None:
    with pytest.raises(AuthenticationError):
        runs(serve(page())).delete_run("r1")


def test_async_calls_raise_the_same_error(serve: Any, runs: Any) -> None:
    with pytest.raises(AuthenticationError):
        runs(serve(page())).get_run("r1", async_req=True).get(20)


def test_with_http_info_raises_the_same_error(serve: Any, runs: Any) -> None:
    with pytest.raises(DecodeError):
        runs(serve(reply(b"[]"))).get_run_with_http_info("r1")


def test_a_body_that_is_not_utf_8_is_read_with_replacement(serve: Any, runs: Any) -> None:
    body = '{"display_name": "caf\xe9"}'.encode("latin-1")
    assert runs(serve(reply(body))).get_run("r1").display_name == "caf\ufffd"


def test_a_charset_that_nobody_knows_does_not_matter(serve: Any, runs: Any) -> None:
    server = serve(reply('{"run_id": "é"}', type="application/json; charset=x-martian"))
    assert runs(server).get_run("r1").run_id == "é"


def test_json_labelled_as_plain_text_is_decoded(serve: Any, runs: Any) -> None:
    assert runs(serve(reply({"run_id": "r1"}, type="text/plain"))).get_run("r1").run_id == "r1"


def test_json_without_a_content_type_is_decoded(serve: Any, runs: Any) -> None:
    server = serve(raw(head(200, ("Content-Length", "16")) + b'{"run_id": "r1"}'))
    assert runs(server).get_run("r1").run_id == "r1"


def test_a_compressed_reply_is_unpacked(serve: Any, runs: Any) -> None:
    body = gzip.compress(json.dumps({"run_id": "r1"}).encode())
    assert runs(serve(reply(body, 200, ("Content-Encoding", "gzip")))).get_run("r1").run_id == "r1"


def test_a_reply_that_only_says_it_is_compressed_is_what_urllib3_raises(serve: Any, runs: Any) -> None:
    with pytest.raises(urllib3.exceptions.DecodeError):
        runs(serve(reply({"run_id": "r1"}, 200, ("Content-Encoding", "gzip")))).create_run(V2beta1Run())


def test_a_type_for_html_around_good_json_is_no_error(serve: Any, runs: Any) -> None:
    assert runs(serve(reply({"run_id": "r1"}, type="text/html"))).get_run("r1").run_id == "r1"


def test_an_empty_object_is_an_empty_page(serve: Any, runs: Any) -> None:
    found = runs(serve(reply({}))).list_runs()
    assert isinstance(found, V2beta1ListRunsResponse)
    assert found.runs is None


def test_the_raw_response_is_given_unchecked_on_request(serve: Any, runs: Any) -> None:
    response = runs(serve(page("<html>"))).get_run("r1", _preload_content=False)
    assert response.data == b"<html>"


def test_a_decode_error_is_caught_as_an_api_exception(serve: Any, connect: Any) -> None:
    from kfp_server_api import ExperimentServiceApi

    service = ExperimentServiceApi(connect(serve(reply(b"null and void"))))
    with pytest.raises(ApiException):
        service.create_experiment(V2beta1Experiment(display_name="e"))
