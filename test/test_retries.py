# SPDX-License-Identifier: Apache-2.0
"""Which requests are sent again, when, and when no more."""

from __future__ import annotations

import email.utils
import logging
import time
from typing import Any

import pytest
import urllib3
from fixtures.ports import closed_port
from fixtures.servers import head, raw, redirect, reply, reset_after, silence_after

from kfp_server_api import (
    ApiConnectionError,
    ApiException,
    ApiTimeoutError,
    ApiValueError,
    ExperimentServiceApi,
    NotFoundError,
    PipelineServiceApi,
    RateLimitError,
    RecurringRunServiceApi,
    RunServiceApi,
    ServerError,
    TLSError,
)
from kfp_server_api.kedro import KedroServer

RUN = reply({"run_id": "r1"})
BUSY = reply({"error": "busy"}, 503)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that calls slept, which pass at once."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


def get(runs: Any, server: Any, **settings: Any) -> Any:
    return runs(server, **settings).get_run("r1")


READS = {
    "get": lambda api: RunServiceApi(api).run_service_get_run("r1"),
    "list": lambda api: RunServiceApi(api).run_service_list_runs(),
    "get by path": lambda api: api.call_api(
        "/apis/v2beta1/runs/{run_id}", "GET", {"run_id": "r1"}, response_type="object"
    ),
    "an own path": lambda api: api.call_api("/my/own", "GET", response_type="object"),
}
REPEATABLE = {
    "delete": lambda api: RunServiceApi(api).run_service_delete_run("r1"),
    "archive": lambda api: RunServiceApi(api).run_service_archive_run("r1"),
    "unarchive": lambda api: ExperimentServiceApi(api).experiment_service_unarchive_experiment("e1"),
    "enable": lambda api: RecurringRunServiceApi(api).recurring_run_service_enable_recurring_run("j1"),
    "disable": lambda api: RecurringRunServiceApi(api).recurring_run_service_disable_recurring_run("j1"),
    "update": lambda api: PipelineServiceApi(api).pipeline_service_update_pipeline("p1", {"display_name": "p"}),
    "archive by path": lambda api: api.call_api(
        "/apis/v2beta1/runs/{run_id}:archive", "POST", {"run_id": "r1"}, response_type="object"
    ),
}
WRITES = {
    "create": lambda api: RunServiceApi(api).run_service_create_run({"display_name": "r"}),
    "terminate": lambda api: RunServiceApi(api).run_service_terminate_run("r1"),
    "retry": lambda api: RunServiceApi(api).run_service_retry_run("r1"),
    "an own path": lambda api: api.call_api("/my/own", "POST", body={"a": 1}, response_type="object"),
}


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize("call", [*READS.values(), *REPEATABLE.values()], ids=[*READS, *REPEATABLE])
def test_what_can_be_repeated_is_sent_again_after(
    serve: Any, pauses: list[float], call: Any, status: int, connect: Any
) -> None:
    server = serve(reply({}, status), reply({}, status), reply({}, status), reply({}))
    call(connect(server))
    assert len(server.requests) == 4


@pytest.mark.parametrize("call", [*READS.values(), *REPEATABLE.values()], ids=[*READS, *REPEATABLE])
def test_what_can_be_repeated_is_sent_again_where_the_connection_broke(
    serve: Any, pauses: list[float], call: Any, connect: Any
) -> None:
    server = serve(reset_after(), raw(b""), raw(head(200, ("Content-Length", "9")) + b"{"), reply({}))
    call(connect(server))
    assert len(server.requests) == 4


@pytest.mark.parametrize("answer", [BUSY, reset_after(), raw(b"")], ids=["503", "reset", "closed"])
@pytest.mark.parametrize("call", WRITES.values(), ids=WRITES)
def test_what_cannot_be_repeated_is_sent_once(serve: Any, call: Any, answer: Any, connect: Any) -> None:
    server = serve(answer)
    with pytest.raises((ServerError, ApiConnectionError)):
        call(connect(server))
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 500, 501])
def test_another_status_is_final(serve: Any, status: int, runs: Any) -> None:
    server = serve(reply({}, status))
    with pytest.raises(ApiException):
        get(runs, server)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("retries", "requests"), [(None, 4), (0, 1), (False, 1), (1, 2), (True, 2), (5, 6), (urllib3.Retry.DEFAULT, 1)]
)
def test_the_setting_is_the_number_of_retries(
    serve: Any, pauses: list[float], retries: Any, requests: int, runs: Any
) -> None:
    server = serve(BUSY)
    with pytest.raises(ServerError, match="busy"):
        get(runs, server, retries=retries)
    assert len(server.requests) == requests


@pytest.mark.parametrize("retries", [-1, "3", 1.5, object(), [3]])
def test_another_setting_is_an_error_that_names_it(serve: Any, retries: Any, runs: Any) -> None:
    server = serve(RUN)
    with pytest.raises(ApiValueError, match=r"`Configuration\.retries`"):
        get(runs, server, retries=retries)
    assert not server.requests


def test_the_setting_is_read_on_every_call(serve: Any, pauses: list[float], connect: Any) -> None:
    server = serve(BUSY)
    api = RunServiceApi(connect(server))
    for retries in (0, 2):
        api.api_client.configuration.retries = retries
        with pytest.raises(ServerError):
            api.run_service_get_run("r1")
    assert len(server.requests) == 1 + 3


def test_pauses_grow_and_are_random(serve: Any, pauses: list[float], runs: Any) -> None:
    server = serve(BUSY)
    for _ in range(40):
        with pytest.raises(ServerError):
            get(runs, server)
    by_retry = [pauses[number::3] for number in range(3)]
    assert [max(each) <= longest for each, longest in zip(by_retry, (0.5, 1, 2))] == [True] * 3
    assert max(by_retry[0]) < max(by_retry[1]) < max(by_retry[2])
    assert len(set(pauses)) > 100


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_dead_host_is_known_without_a_pause(pauses: list[float], runs: Any, host: str) -> None:
    with closed_port() as url, pytest.raises(urllib3.exceptions.MaxRetryError):
        runs(url.replace("127.0.0.1", host)).get_run("r1")
    assert pauses == []


def test_an_unknown_host_is_known_without_a_pause(pauses: list[float], runs: Any) -> None:
    with pytest.raises(urllib3.exceptions.MaxRetryError):
        runs("http://no-such-host.invalid").get_run("r1")
    assert pauses == []


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The addresses that connections were tried to."""
    tried: list[Any] = []
    create = urllib3.util.connection.create_connection

    def create_connection(address: Any, *args: Any, **options: Any) -> Any:
        tried.append(address)
        return create(address, *args, **options)

    monkeypatch.setattr(urllib3.util.connection, "create_connection", create_connection)
    return tried


@pytest.mark.parametrize("call", WRITES.values(), ids=WRITES)
def test_a_write_is_tried_again_where_there_was_no_connection(
    attempts: list[Any], pauses: list[float], connect: Any, call: Any
) -> None:
    with closed_port() as url, pytest.raises(ApiConnectionError):
        call(connect(url))
    assert len(attempts) == 4


@pytest.mark.parametrize("seconds", [0, 1, 60])
def test_retry_after_is_obeyed(serve: Any, pauses: list[float], seconds: int, runs: Any) -> None:
    server = serve(reply({}, 429, ("Retry-After", str(seconds))), RUN)
    get(runs, server)
    assert [each for each in pauses if each] == [float(seconds)] * bool(seconds)


def test_a_date_in_retry_after_is_obeyed(serve: Any, pauses: list[float], runs: Any) -> None:
    server = serve(reply({}, 503, ("Retry-After", email.utils.formatdate(time.time() + 30, usegmt=True))), RUN)
    get(runs, server)
    assert 25 < pauses[0] <= 30


@pytest.mark.parametrize(("status", "error"), [(429, RateLimitError), (503, ServerError)])
@pytest.mark.parametrize("after", ["61", "3600", "99999999999999999999", "Fri, 31 Dec 2999 23:59:59 GMT"])
def test_a_longer_retry_after_fails_at_once(
    serve: Any, pauses: list[float], status: int, error: Any, after: str, runs: Any
) -> None:
    server = serve(reply({}, status, ("Retry-After", after)))
    with pytest.raises(error, match="asks to wait"):
        get(runs, server)
    assert (len(server.requests), pauses) == (1, [])


@pytest.mark.parametrize("after", ["soon", "-5", "", "1.5", "nan", "1e999", "Mon, 01 Jan 99999 00:00:00 GMT"])
def test_an_unreadable_retry_after_counts_for_nothing(serve: Any, pauses: list[float], after: str, runs: Any) -> None:
    server = serve(reply({}, 503, ("Retry-After", after)), RUN)
    assert get(runs, server).run_id == "r1"
    assert pauses[0] <= 0.5


def test_pauses_begin_short_however_many_retries_there_are(
    serve: Any, pauses: list[float], runs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.uniform", lambda shortest, longest: longest)
    with pytest.raises(ServerError):
        get(runs, serve(BUSY), retries=7)
    assert pauses == [0.5, 1, 2, 4, 8, 8, 8]


def test_a_read_timeout_is_final(serve: Any, connect: Any) -> None:
    server = serve(silence_after())
    with pytest.raises(ApiTimeoutError):
        RunServiceApi(connect(server)).run_service_get_run("r1", _request_timeout=0.2)
    assert len(server.requests) == 1


def test_a_reply_that_is_no_http_is_final(serve: Any, runs: Any) -> None:
    server = serve(raw(b"220 mail.example.org ESMTP\r\n"))
    with pytest.raises(ApiConnectionError):
        get(runs, server)
    assert len(server.requests) == 1


def test_a_tls_error_is_final(attempts: list[Any], serve: Any, runs: Any) -> None:
    server = serve(raw(b"no TLS"))
    with pytest.raises(TLSError):
        runs(server.url.replace("http", "https")).get_run("r1")
    assert len(attempts) == 1


@pytest.mark.parametrize(
    "first", [reset_after(), raw(b""), reply({}, 502), reply({}, 504)], ids=["reset", "closed", "502", "504"]
)
def test_a_delete_that_finds_nothing_after_a_lost_reply_is_success(
    serve: Any, pauses: list[float], first: Any, connect: Any
) -> None:
    server = serve(first, reply({"code": 5, "message": "not found"}, 404))
    api = RunServiceApi(connect(server))
    data, status, _ = api.run_service_delete_run_with_http_info("r1")
    assert (data, status, len(server.requests)) == ({}, 200, 2)


@pytest.mark.parametrize("first", [[], [reply({}, 503)], [reply({}, 429)]], ids=["first", "after 503", "after 429"])
def test_a_delete_that_was_never_carried_out_is_not_found(
    serve: Any, pauses: list[float], first: Any, connect: Any
) -> None:
    server = serve(*first, reply({"code": 5, "message": "not found"}, 404))
    with pytest.raises(NotFoundError):
        RunServiceApi(connect(server)).run_service_delete_run("r1")


@pytest.mark.parametrize("first", [reset_after(), reply({}, 502)], ids=["reset", "502"])
def test_another_call_that_finds_nothing_is_not_found(
    serve: Any, pauses: list[float], first: Any, connect: Any
) -> None:
    server = serve(first, reply({"code": 5, "message": "not found"}, 404))
    with pytest.raises(NotFoundError):
        RunServiceApi(connect(server)).run_service_archive_run("r1")


def test_each_retry_is_logged_with_its_reason(serve: Any, pauses: list[float], caplog: Any, runs: Any) -> None:
    server = serve(BUSY, reset_after(), RUN)
    with caplog.at_level(logging.INFO, "kfp_server_api"):
        get(runs, server)
    texts = [record.getMessage() for record in caplog.records if record.levelno == logging.INFO]
    assert [record.name for record in caplog.records if record.levelno == logging.INFO] == [
        "kfp_server_api.retries"
    ] * 2
    assert "HTTP 503" in texts[0]
    assert "ProtocolError" in texts[1]


def test_what_must_never_be_sent_twice_is_not(attempts: list[Any], connect: Any) -> None:
    with closed_port() as url, pytest.raises(ApiConnectionError):
        KedroServer(connect(url, retries=urllib3.Retry(5))).run()
    assert len(attempts) == 1


@pytest.mark.parametrize("retries", [None, 0, False, 2])
def test_redirects_follow_in_any_case(serve: Any, retries: Any, runs: Any) -> None:
    server = serve(*[redirect("/next")] * 5, RUN)
    assert get(runs, server, retries=retries).run_id == "r1"


def test_a_body_that_was_read_from_a_file_is_sent_whole_again(
    serve: Any, pauses: list[float], tmp_path: Any, connect: Any
) -> None:
    server = serve(reset_after(), reply({}))
    package = tmp_path / "p.yaml"
    package.write_bytes(b"a" * 100_000)
    api = connect(server, retries=urllib3.Retry(1, allowed_methods=None))
    with package.open("rb") as file:
        api.call_api(
            "/apis/v2beta1/pipelines/upload", "POST", files={"uploadfile": file}, response_type="object",
            header_params={"Content-Type": "multipart/form-data"},
        )  # fmt: skip
    first, second = server.requests
    assert first.size == second.size > 100_000


# A urllib3.Retry


def test_a_urllib3_retry_names_statuses_and_methods(serve: Any, pauses: list[float], connect: Any, runs: Any) -> None:
    server = serve(reply({}, 500), reply({}, 500), RUN)
    retry = urllib3.Retry(2, status_forcelist=[500], allowed_methods=["POST"])
    api = RunServiceApi(connect(server, retries=retry))
    assert api.run_service_create_run({"display_name": "r"}).run_id == "r1"
    with pytest.raises(ServerError):
        runs(serve(reply({}, 500)), retries=retry).get_run("r1")


def test_a_urllib3_retry_that_ends_is_what_urllib3_raises(serve: Any, pauses: list[float], runs: Any) -> None:
    server = serve(BUSY)
    with pytest.raises(urllib3.exceptions.MaxRetryError) as caught:
        get(runs, server, retries=urllib3.Retry(2, status_forcelist=[503]))
    assert "503" in str(caught.value.reason)
    assert len(server.requests) == 3


def test_a_urllib3_retry_may_give_the_last_reply(serve: Any, pauses: list[float], runs: Any) -> None:
    server = serve(BUSY)
    with pytest.raises(ServerError, match="busy"):
        get(runs, server, retries=urllib3.Retry(2, status_forcelist=[503], raise_on_status=False))
    assert len(server.requests) == 3


def test_a_urllib3_retry_sets_its_pauses(serve: Any, pauses: list[float], runs: Any) -> None:
    server = serve(BUSY)
    with pytest.raises(urllib3.exceptions.MaxRetryError):
        get(runs, server, retries=urllib3.Retry(3, status_forcelist=[503], backoff_factor=1))
    assert [each for each in pauses if each] == [2, 4]


def test_upstreams_default_obeys_retry_after_without_a_cap(serve: Any, pauses: list[float], runs: Any) -> None:
    server = serve(reply({}, 503, ("Retry-After", "3600")), RUN)
    assert get(runs, server, retries=urllib3.Retry.DEFAULT).run_id == "r1"
    assert pauses == [3600]


def test_a_urllib3_retry_passes_over_an_unreadable_retry_after(serve: Any, pauses: list[float], runs: Any) -> None:
    server = serve(reply({}, 503, ("Retry-After", "Mon, 01 Jan 99999 00:00:00 GMT")), RUN)
    assert get(runs, server, retries=urllib3.Retry.DEFAULT).run_id == "r1"


def test_upstreams_default_repeats_a_read_that_timed_out(serve: Any, pauses: list[float], connect: Any) -> None:
    server = serve(silence_after(), silence_after(), RUN)
    api = RunServiceApi(connect(server, retries=urllib3.Retry.DEFAULT))
    assert api.run_service_get_run("r1", _request_timeout=0.2).run_id == "r1"


@pytest.mark.parametrize(
    ("retry", "error"),
    [
        (urllib3.Retry(1), urllib3.exceptions.MaxRetryError),
        (urllib3.Retry(False), urllib3.exceptions.ProtocolError),
        (urllib3.Retry(5, read=False), urllib3.exceptions.ProtocolError),
        (urllib3.Retry(5, read=1), urllib3.exceptions.MaxRetryError),
        (urllib3.Retry(5, allowed_methods=["POST"]), urllib3.exceptions.ProtocolError),
    ],
)
def test_the_class_is_what_urllib3_raises(serve: Any, pauses: list[float], retry: Any, error: Any, runs: Any) -> None:
    server = serve(reset_after())
    with pytest.raises(error) as caught:
        get(runs, server, retries=retry)
    assert isinstance(caught.value, urllib3.exceptions.MaxRetryError) == (error is urllib3.exceptions.MaxRetryError)


def test_the_rest_client_called_directly_lets_urllib3_retry(serve: Any, connect: Any) -> None:
    server = serve(reset_after(), RUN)
    assert connect(server).rest_client.GET(f"{server.url}/apis").status == 200
