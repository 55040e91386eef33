# SPDX-License-Identifier: Apache-2.0
"""A call with a deadline ends on time, whatever the other side does."""

from __future__ import annotations

import io
import math
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import urllib3
from fixtures.ports import black_hole, closed_port, silent_port
from fixtures.servers import Peer, Request, drip, head, redirect, reply, reset_after, silence_after, tunnel

from kfp_server_api import (
    ApiTimeoutError,
    ApiTypeError,
    ApiValueError,
    OpenApiException,
    PipelineUploadServiceApi,
    RunServiceApi,
    ServerError,
)

RUN = reply({"run_id": "r1"})
WHOLE = (
    head(200, ("Content-Type", "application/json"), ("Content-Length", "200")) + b'{"run_id": "r1"' + b" " * 184 + b"}"
)
SHORT = 0.3


def ends(call: Callable[[], Any]) -> ApiTimeoutError:
    """Return the error of a call that its deadline ends; the test fails where it takes much longer."""
    caught: list[Any] = []

    def work() -> None:
        try:
            call()
        except OpenApiException as error:
            caught.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    assert [type(error) for error in caught] == [ApiTimeoutError]
    return caught[0]  # type: ignore[no-any-return]


def read_nothing(request: Request, peer: Peer) -> bool:
    raise AssertionError("the request was read")


@pytest.mark.parametrize(
    ("answer", "doing"),
    [
        (silence_after(), "waiting for the reply"),
        (silence_after(b"HTTP/1.1 200 OK\r\n"), "waiting for the reply"),
        (drip(WHOLE), "waiting for the reply"),
        (silence_after(WHOLE[:-50]), "reading the reply"),
    ],
    ids=["silent", "silent in the head", "drip", "silent in the body"],
)
def test_a_server_that_takes_its_time(serve: Any, runs: Any, answer: Any, doing: str) -> None:
    error = ends(lambda: runs(serve(answer)).get_run("r1", _deadline=SHORT))
    assert f"the deadline of {SHORT} s has passed while {doing}" in error.message


def test_a_body_that_drips(serve: Any, runs: Any) -> None:
    def answer(request: Request, peer: Peer) -> bool:
        peer.send(WHOLE[:-150])
        return drip(WHOLE[-150:])(request, peer)

    error = ends(lambda: runs(serve(answer)).get_run("r1", _deadline=SHORT))
    assert error.message.endswith("while reading the reply")


def test_an_error_whose_body_drips(serve: Any, runs: Any) -> None:
    error = ends(
        lambda: runs(serve(drip(WHOLE.replace(b"200 Because", b"500 Because")))).get_run("r1", _deadline=SHORT)
    )
    assert error.status == 0


@pytest.mark.parametrize("timeout", [(5, 5), math.inf])
def test_the_timeout_of_an_attempt_may_be_longer(serve: Any, runs: Any, timeout: Any) -> None:
    ends(lambda: runs(serve(silence_after())).get_run("r1", _deadline=SHORT, _request_timeout=timeout))


def test_a_black_hole(runs: Any) -> None:
    with black_hole() as url:
        error = ends(lambda: runs(url).get_run("r1", _deadline=SHORT))
    assert error.message.endswith("while connecting")


def test_a_black_hole_with_two_addresses(runs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with black_hole() as url:
        port = int(url.rsplit(":", 1)[1])
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        resolve = socket.getaddrinfo
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda host, *rest, **more: found * 9 if host == "many" else resolve(host, *rest, **more),
        )
        ends(lambda: runs(f"http://many:{port}").get_run("r1", _deadline=SHORT))


def test_a_name_server_that_is_silent(runs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: stop.wait(30) and [])
    error = ends(lambda: runs("http://slow.example").get_run("r1", _deadline=SHORT))
    stop.set()
    assert error.message.endswith("while connecting")


def test_a_tls_handshake_that_nobody_answers(runs: Any) -> None:
    with silent_port() as url:
        ends(lambda: runs(url).get_run("r1", _deadline=SHORT))


def test_a_tls_handshake_behind_a_slow_proxy_has_what_is_left(serve: Any, runs: Any, certificates: Any) -> None:
    server = serve(RUN, tls=certificates.right)
    proxy = serve(tunnel(server.port, 0.2))
    error = ends(lambda: runs(server, ssl_ca_cert=certificates.file, proxy=proxy.url).get_run("r1", _deadline=SHORT))
    assert error.message.endswith("while connecting")


def test_a_reply_that_drips_through_a_tls_proxy(serve: Any, runs: Any, certificates: Any) -> None:
    server = serve(drip(WHOLE), tls=certificates.right)
    proxy = serve(tunnel(server.port), tls=certificates.right)
    ends(lambda: runs(server, ssl_ca_cert=certificates.file, proxy=proxy.url).get_run("r1", _deadline=SHORT))


def test_a_tls_proxy_whose_own_reply_drips(serve: Any, runs: Any, certificates: Any) -> None:
    proxy = serve(drip(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200), tls=certificates.right)
    ends(
        lambda: runs("https://kfp.example", ssl_ca_cert=certificates.file, proxy=proxy.url).get_run(
            "r1", _deadline=SHORT
        )
    )


def test_a_reply_over_tls_that_drips(serve: Any, runs: Any, certificates: Any) -> None:
    server = serve(drip(WHOLE), tls=certificates.right)
    ends(lambda: runs(server, ssl_ca_cert=certificates.file).get_run("r1", _deadline=SHORT))


@pytest.mark.parametrize("source", ["bytes", "file", "path"])
def test_an_upload_that_is_not_read(connect: Any, tmp_path: Any, source: str) -> None:
    package = tmp_path / "p.yaml"
    package.write_bytes(bytes(64 << 20))
    content = {"bytes": package.read_bytes(), "file": io.BytesIO(package.read_bytes()), "path": str(package)}[source]
    with silent_port() as url:
        service = PipelineUploadServiceApi(connect(url.replace("https", "http")))
        error = ends(lambda: service.upload_pipeline(content, _deadline=SHORT))
    assert error.message.endswith("while sending the request")


def test_redirects_count(serve: Any, runs: Any) -> None:
    def slow(request: Request, peer: Peer) -> bool:
        peer.stopping.wait(0.1)
        return redirect("/again")(request, peer)

    ends(lambda: runs(serve(slow)).get_run("r1", _deadline=SHORT))


def test_retries_count(serve: Any, runs: Any) -> None:
    def slow(request: Request, peer: Peer) -> bool:
        peer.stopping.wait(0.2)
        return reset_after()(request, peer)

    ends(lambda: runs(serve(slow), retries=100).get_run("r1", _deadline=SHORT))


def test_no_retry_begins_after_the_deadline(serve: Any, runs: Any) -> None:
    server = serve(reply({"error": "busy"}, 503, ("Retry-After", "5")))
    error = ends(lambda: runs(server).get_run("r1", _deadline=2))
    assert isinstance(error.__cause__, ServerError)
    assert error.message.endswith("the deadline of 2 s would pass while waiting to send it again after HTTP 503")
    assert len(server.requests) == 1


def test_the_hook_that_renews_tokens_counts(serve: Any, runs: Any) -> None:
    server = serve(RUN)
    ends(lambda: runs(server, refresh_api_key_hook=lambda _: time.sleep(0.5)).get_run("r1", _deadline=SHORT))
    assert server.requests == []


def test_the_wait_for_a_thread_counts(serve: Any, runs: Any) -> None:
    server = serve(silence_after(), RUN)
    service = runs(server)
    first = service.get_run("r1", _deadline=1, async_req=True)
    second = service.get_run("r1", _deadline=SHORT, async_req=True)
    for result in (first, second):
        with pytest.raises(ApiTimeoutError):
            result.get(20)
    assert len(server.requests) == 1


def test_a_reply_on_time_is_a_reply(serve: Any, runs: Any) -> None:
    service = runs(serve(RUN))
    assert [service.get_run("r1", _deadline=60).run_id for _ in range(3)] == ["r1"] * 3


def test_a_connection_that_met_a_deadline_serves_on(serve: Any, runs: Any) -> None:
    server = serve(RUN)
    service = runs(server)
    for options in ({}, {"_deadline": 60}, {}, {"_deadline": timedelta(minutes=1)}):
        service.get_run("r1", **options)
    assert server.connections == 1


def test_an_unread_reply_has_the_deadline_behind_it(serve: Any, runs: Any) -> None:
    def slow_body(request: Request, peer: Peer) -> bool:
        peer.send(WHOLE[:-150])
        peer.stopping.wait(0.6)
        peer.send(WHOLE[-150:])
        return True

    response = runs(serve(slow_body)).get_run("r1", _deadline=SHORT, _preload_content=False)
    assert len(response.read()) == 200


def test_an_unread_reply_whose_head_does_not_come(serve: Any, runs: Any) -> None:
    ends(lambda: runs(serve(silence_after())).get_run("r1", _deadline=SHORT, _preload_content=False))


def test_a_deadline_of_the_configuration(serve: Any, runs: Any) -> None:
    ends(lambda: runs(serve(silence_after()), deadline=SHORT).get_run("r1"))


def test_infinity_is_no_deadline(serve: Any, runs: Any) -> None:
    def slow(request: Request, peer: Peer) -> bool:
        peer.stopping.wait(0.5)
        return RUN(request, peer)

    assert runs(serve(slow), deadline=SHORT).get_run("r1", _deadline=math.inf).run_id == "r1"


@pytest.mark.parametrize("name", ["_request_timeout", "timeout"])
@pytest.mark.parametrize("value", [math.inf, (math.inf, math.inf), (5, math.inf)])
def test_infinity_is_no_timeout(serve: Any, runs: Any, name: str, value: Any) -> None:
    if name == "timeout":
        assert runs(serve(RUN), timeout=value).get_run("r1").run_id == "r1"
    else:
        assert runs(serve(RUN)).get_run("r1", _request_timeout=value).run_id == "r1"


@pytest.mark.parametrize("value", [0, -1, float("nan"), "5", True, (1, 2), timedelta(0), urllib3.Timeout(1), object()])
def test_another_deadline_is_an_error_that_names_it(serve: Any, runs: Any, value: Any) -> None:
    server = serve(RUN)
    with pytest.raises(ApiValueError, match=r"`_deadline`"):
        runs(server).get_run("r1", _deadline=value)
    with pytest.raises(ApiValueError, match=r"`Configuration\.deadline`"):
        runs(server, deadline=value).get_run("r1")
    assert server.requests == []


def test_a_mistyped_option_is_hinted_at(serve: Any, runs: Any) -> None:
    with pytest.raises(ApiTypeError, match="did you mean '_deadline'"):
        runs(serve(RUN)).get_run("r1", _deadlin=3)


def test_overrides_of_upstreams_names_get_upstreams_arguments(serve: Any, connect: Any) -> None:
    api = connect(serve(RUN))
    seen: list[set[str]] = []
    for owner, name in ((api, "request"), (api.rest_client, "GET"), (api.rest_client, "request")):
        original = getattr(owner, name)

        def call(*args: Any, original: Any = original, **options: Any) -> Any:
            seen.append(set(options))
            return original(*args, **options)

        setattr(owner, name, call)
    RunServiceApi(api).run_service_get_run("r1", _deadline=60)
    known = {"query_params", "headers", "post_params", "body", "_preload_content", "_request_timeout"}
    assert len(seen) == 3
    assert set().union(*seen) <= known


def test_the_message_shows_no_secret(serve: Any, runs: Any) -> None:
    server = serve(silence_after())
    error = ends(lambda: runs(server.url.replace("//", "//me:hunter2@")).get_run("r1", _deadline=SHORT))
    assert "hunter2" not in str(error)


def test_a_dead_host_is_no_timeout(runs: Any) -> None:
    with closed_port() as url, pytest.raises(urllib3.exceptions.MaxRetryError):
        runs(url).get_run("r1", _deadline=60)
