# SPDX-License-Identifier: Apache-2.0
"""Where no reply comes, the error is ours and urllib3's at once."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
import urllib3
from fixtures.ports import black_hole, closed_port
from fixtures.servers import head, raw, reply, reset_after, silence_after

from kfp_server_api import ApiConnectionError, ApiException, ApiTimeoutError, OpenApiException, V2beta1Run

RUN = V2beta1Run(display_name="r")


def test_a_refused_connection_is_a_connection_error(runs: Any) -> None:
    with closed_port() as url, pytest.raises(ApiConnectionError) as caught:
        runs(url).get_run("r1")
    assert not isinstance(caught.value, ApiTimeoutError)


def test_a_refused_connection_is_still_caught_as_urllib3s(runs: Any) -> None:
    with closed_port() as url, pytest.raises(urllib3.exceptions.MaxRetryError) as caught:
        runs(url).get_run("r1")
    assert isinstance(caught.value, urllib3.exceptions.HTTPError)


def test_the_error_comes_from_urllib3s(runs: Any) -> None:
    with closed_port() as url, pytest.raises(ApiConnectionError) as caught:
        runs(url).get_run("r1")
    assert type(caught.value.__cause__) is urllib3.exceptions.MaxRetryError


def test_the_error_names_method_and_url(runs: Any) -> None:
    with closed_port() as url, pytest.raises(ApiConnectionError) as caught:
        runs(url).create_run(RUN)
    assert (caught.value.method, caught.value.url) == ("POST", f"{url}/apis/v2beta1/runs")
    assert f"POST {url}/apis/v2beta1/runs" in str(caught.value)


def test_the_error_has_what_handlers_of_an_api_exception_read(runs: Any) -> None:
    with closed_port() as url, pytest.raises(ApiConnectionError) as caught:
        runs(url).get_run("r1")
    error = caught.value
    assert not isinstance(error, ApiException)
    assert (error.status, error.body, error.headers) == (0, None, None)


def test_the_message_is_one_line_that_names_request_and_cause(runs: Any) -> None:
    with closed_port() as url, pytest.raises(ApiConnectionError) as caught:
        runs(url).get_run("r1")
    assert caught.value.message.startswith(f"GET {url}/apis/v2beta1/runs/r1: NewConnectionError: ")
    assert "\n" not in caught.value.message


def test_the_reason_is_urllib3s_exception_of_the_last_try(runs: Any) -> None:
    with closed_port() as url, pytest.raises(urllib3.exceptions.MaxRetryError) as caught:
        runs(url).get_run("r1")
    assert type(caught.value.reason) is urllib3.exceptions.NewConnectionError


def test_the_reason_of_a_single_try_is_what_urllib3_raised(serve: Any, runs: Any) -> None:
    with pytest.raises(urllib3.exceptions.ProtocolError) as caught:
        runs(serve(reset_after())).create_run(RUN)
    assert caught.value.reason is caught.value.__cause__


def test_what_handlers_read_from_urllib3s_error_is_there(runs: Any) -> None:
    with closed_port() as url, pytest.raises(urllib3.exceptions.MaxRetryError) as caught:
        runs(url).get_run("r1")
    assert caught.value.url.endswith("/apis/v2beta1/runs/r1")


def test_an_unknown_host_is_a_connection_error(runs: Any) -> None:
    with pytest.raises(ApiConnectionError) as caught:
        runs("http://no-such-host.invalid").create_run(RUN)
    assert not isinstance(caught.value, ApiTimeoutError)


@pytest.mark.parametrize("received", [b"", b"HTTP/1.1 200 OK\r\nContent-", head(200, ("Content-Length", "9")) + b"{"])
def test_a_reset_is_a_connection_error(serve: Any, runs: Any, received: bytes) -> None:
    with pytest.raises(ApiConnectionError):
        runs(serve(reset_after(received))).create_run(RUN)


def test_a_reset_is_still_caught_as_urllib3s(serve: Any, runs: Any) -> None:
    with pytest.raises(urllib3.exceptions.ProtocolError):
        runs(serve(reset_after())).create_run(RUN)


def test_a_connection_that_closes_without_a_reply_is_a_connection_error(serve: Any, runs: Any) -> None:
    with pytest.raises(ApiConnectionError):
        runs(serve(raw(b""))).create_run(RUN)


@pytest.mark.parametrize("method", ["get", "create"])
def test_a_body_that_ends_early_is_never_a_run(serve: Any, runs: Any, method: str) -> None:
    service = runs(serve(raw(head(200, ("Content-Length", str(1 << 40))) + b'{"run_id": "r1", ')))
    with pytest.raises(OpenApiException):  # Python 3.9 has no error for it; what came is no JSON then
        service.get_run("r1") if method == "get" else service.create_run(RUN)


@pytest.mark.parametrize(
    "received",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x16\x03\x01\x02\x00",
        b"HTTP/1.1 banana\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    ],
    ids=["ssh", "tls", "bad status line", "endless header", "too many headers", "bad chunk"],
)
def test_what_is_no_http_is_a_connection_error(serve: Any, runs: Any, received: bytes) -> None:
    with pytest.raises(ApiConnectionError):
        runs(serve(raw(received))).create_run(RUN)


def test_a_black_hole_is_a_timeout(runs: Any) -> None:
    with black_hole() as url, pytest.raises(ApiTimeoutError):
        runs(url, retries=False).get_run("r1", _request_timeout=0.3)


def test_a_black_hole_is_still_caught_as_urllib3s(runs: Any) -> None:
    with black_hole() as url, pytest.raises(urllib3.exceptions.ConnectTimeoutError):
        runs(url, retries=False).get_run("r1", _request_timeout=0.3)


@pytest.mark.parametrize("received", [b"", b"HTTP/1.1 200 OK\r\n", head(200, ("Content-Length", "9")) + b"{"])
def test_a_server_that_falls_silent_is_a_timeout(serve: Any, runs: Any, received: bytes) -> None:
    with pytest.raises(ApiTimeoutError):
        runs(serve(silence_after(received))).create_run(RUN, _request_timeout=0.3)


def test_a_timeout_is_still_caught_as_urllib3s(serve: Any, runs: Any) -> None:
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        runs(serve(silence_after())).create_run(RUN, _request_timeout=0.3)


def test_a_timeout_of_a_read_that_was_tried_again_is_a_timeout(serve: Any, runs: Any) -> None:
    with pytest.raises(ApiTimeoutError) as caught:
        runs(serve(silence_after())).get_run("r1", _request_timeout=0.2)
    assert isinstance(caught.value, urllib3.exceptions.MaxRetryError)


@pytest.mark.parametrize(
    "host",
    [
        "http://",
        "http://:80",
        "http://[::1",
        "ftp://localhost",
        "http://a..b",
        "http://127.0.0.1:99999",
        "http://exa mple",
    ],
)
def test_a_host_that_is_no_url_is_an_exception_of_ours(runs: Any, host: str) -> None:
    with pytest.raises(OpenApiException):
        runs(host).create_run(RUN)


@pytest.mark.parametrize("code", [200, 404, 500])
def test_a_body_that_breaks_off_outside_preloading_is_an_error_of_ours(serve: Any, runs: Any, code: int) -> None:
    received = head(code, ("Content-Length", "100")) + b"{"
    if code == 200:
        response = runs(serve(reset_after(received))).get_run("r1", _preload_content=False)
        with pytest.raises(urllib3.exceptions.HTTPError):
            response.read()
    else:
        with pytest.raises(ApiConnectionError):
            runs(serve(reset_after(received))).get_run("r1", _preload_content=False)


def test_an_unread_error_body_that_never_comes_is_a_timeout(serve: Any, runs: Any) -> None:
    received = head(500, ("Content-Length", "100")) + b"{"
    with pytest.raises(ApiTimeoutError):
        runs(serve(silence_after(received))).get_run("r1", _preload_content=False, _request_timeout=0.3)


def test_a_refusing_proxy_is_a_connection_error(runs: Any) -> None:
    with closed_port() as proxy, pytest.raises(ApiConnectionError):
        runs("http://kfp.example", proxy=proxy, retries=False).get_run("r1")


def test_connection_errors_pickle(runs: Any) -> None:
    with closed_port() as url, pytest.raises(ApiConnectionError) as caught:
        runs(url).get_run("r1")
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is type(caught.value)
    assert (str(again), again.url, again.status) == (str(caught.value), caught.value.url, 0)
    assert "NewConnectionError" in str(again.reason)


def test_timeouts_pickle(serve: Any, runs: Any) -> None:
    with pytest.raises(ApiTimeoutError) as caught:
        runs(serve(silence_after())).create_run(RUN, _request_timeout=0.2)
    again = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(again, ApiTimeoutError)
    assert isinstance(again, urllib3.exceptions.ReadTimeoutError)


def test_an_unpickled_error_has_a_class_of_its_own_no_more_than_one(runs: Any) -> None:
    errors = []
    with closed_port() as url:
        for _ in range(2):
            with pytest.raises(ApiConnectionError) as caught:
                runs(url).get_run("r1")
            errors.append(type(caught.value))
    assert errors[0] is errors[1]


def test_a_client_works_again_after_no_reply_came(serve: Any, runs: Any) -> None:
    service = runs(serve(reset_after(), reply({"run_id": "r1"})))
    with pytest.raises(ApiConnectionError):
        service.create_run(RUN)
    assert service.get_run("r1").run_id == "r1"


def test_no_reply_leaves_last_response_alone(serve: Any, runs: Any) -> None:
    service = runs(serve(reply({"run_id": "r1"}), raw(b"")))
    service.get_run("r1")
    before = service.api_client.last_response
    with pytest.raises(ApiConnectionError):
        service.create_run(RUN)
    assert service.api_client.last_response is before
