# SPDX-License-Identifier: Apache-2.0
"""The pool that is kept at hand is the one that urllib3's manager would find."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
import urllib3
from fixtures import servers

RUN = servers.reply({"run_id": "r1"})


def test_calls_in_a_row_share_a_connection(serve: Any, runs: Any) -> None:
    server = serve(RUN)
    service = runs(server)
    for _ in range(3):
        service.get_run("r1")
    assert server.connections == 1


def test_a_host_set_between_calls_gets_the_next_call(serve: Any, runs: Any) -> None:
    one, other = serve(RUN), serve(RUN)
    service = runs(one)
    for server in (one, other, one, other):
        service.api_client.configuration.host = server.url
        service.get_run("r1")
    assert [len(one.requests), len(other.requests)] == [2, 2]
    assert [one.connections, other.connections] == [1, 1]


def test_a_setting_of_the_manager_counts_from_the_next_call_on(serve: Any, runs: Any) -> None:
    server = serve(RUN)
    service = runs(server)
    service.get_run("r1")
    service.api_client.rest_client.pool_manager.connection_pool_kw["block"] = True
    service.get_run("r1")
    assert server.connections == 2


def test_cleared_pools_are_made_again(serve: Any, runs: Any) -> None:
    server = serve(RUN)
    service = runs(server)
    service.get_run("r1")
    service.api_client.rest_client.pool_manager.clear()
    service.get_run("r1")
    assert server.connections == 2


def test_a_closed_pool_is_made_again(serve: Any, runs: Any) -> None:
    server = serve(RUN)
    service = runs(server)
    service.get_run("r1")
    manager = service.api_client.rest_client.pool_manager
    manager.connection_from_url(server.url).close()
    manager.pools.clear()
    assert service.get_run("r1").run_id == "r1"


def test_headers_of_the_manager_go_with_a_request_that_has_none(serve: Any, connect: Any) -> None:
    server = serve(RUN)
    manager = connect(server).rest_client.pool_manager
    manager.headers = {"x-tenant": "t"}
    manager.urlopen("GET", f"{server.url}/a")
    assert server.requests[0].header("x-tenant") == "t"


def test_a_mock_of_the_manager_or_of_every_pool_takes_the_call(
    serve: Any, runs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(RUN)
    service = runs(server)
    service.get_run("r1")
    answer = urllib3.HTTPResponse(b'{"run_id": "mine"}', status=200)
    with monkeypatch.context() as patched:  # as instrumentation and mocks of urllib3 do
        patched.setattr(urllib3.HTTPConnectionPool, "urlopen", lambda *_, **__: answer)
        assert service.get_run("r1").run_id == "mine"
    service.api_client.rest_client.pool_manager = Mock(request=Mock(return_value=answer))
    assert service.get_run("r1").run_id == "mine"
    assert len(server.requests) == 1


@pytest.mark.parametrize(("method", "options"), [("GET", {}), ("POST", {"encode_multipart": False})])
def test_fields_are_encoded_as_by_the_manager_of_urllib3(serve: Any, connect: Any, method: str, options: Any) -> None:
    server = serve(servers.reply({}))
    for manager in (connect(server).rest_client.pool_manager, urllib3.PoolManager()):
        manager.request(method, f"{server.url}/a", fields={"b": "c"}, **options)
    one, other = server.requests
    assert (one.target, one.body) == (other.target, other.body)
    assert b"b=c" in one.target.encode() + one.body


@pytest.mark.parametrize(
    "path", ["/p/q?a=b/../c", "/p/../q", "/p/./q?a=/.", "//p", "/p/%2e%2e/q", "/p;q,r", "/ü?ä=ö", "?a"]
)
def test_targets_are_what_the_manager_of_urllib3_sends(serve: Any, connect: Any, path: str) -> None:
    server = serve(servers.reply({}))
    connect(server).rest_client.GET(server.url + path)
    urllib3.PoolManager().request("GET", server.url + path)
    assert server.requests[0].target == server.requests[1].target


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "HEAD"])
@pytest.mark.parametrize("target", ["/next", "//{}/next", "next?a=b#c", "http://{}/next"])
def test_a_redirect_is_followed_as_by_the_manager_of_urllib3(
    serve: Any, connect: Any, status: int, method: str, target: str
) -> None:
    server = serve(RUN)
    moved = servers.redirect(target.format(f"127.0.0.1:{server.port}"), status)
    server.answers = [moved, RUN, moved, RUN]
    headers = {"Content-Type": "application/json", "authorization": "Bearer t"}
    body = b"{}" if method == "POST" else None
    connect(server).rest_client.request(method, f"{server.url}/a/b", headers=headers, body={} if body else None)
    urllib3.PoolManager().urlopen(method, f"{server.url}/a/b", headers=headers, body=body)
    sent = [request._replace(headers=sorted(request.headers)) for request in server.requests]
    assert len(sent) == 4
    assert sent[:2] == sent[2:]
