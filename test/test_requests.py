# SPDX-License-Identifier: Apache-2.0
"""No value can split a request or send it elsewhere, and credentials stay with their host."""

from __future__ import annotations

import contextlib
from typing import Any
from urllib.parse import unquote

import pytest
from fixtures.servers import redirect, reply

from kfp_server_api import (
    ApiClient,
    ApiException,
    ApiValueError,
    Configuration,
    OpenApiException,
    PipelineServiceApi,
    RunServiceApi,
)

EVIL = [
    "a\r\nX-Evil: 1",
    "a\nX-Evil: 1",
    "a\rX-Evil: 1",
    "a\x00b",
    "a HTTP/1.1\r\nX-Evil: 1\r\n\r\n",
    "a?admin=1",
    "a#frag",
    "a/b",
    "a%2fb",
    "a%00",
    "%2e%2e",
    "a;b",
    "//evil.example/",
    "http://evil.example/",
    "@evil.example",
    "a\\b",
    "a:terminate",
    "a\u2028b",
    "a\x7fb",
    "ü",
    " ",
    "a b",
    "{run_id}",
]
DOTS = ["..", ".", "../x", "../../healthz", "a/../b", "a/./b", "./a", "a/.."]


@pytest.fixture
def server(serve: Any) -> Any:
    return serve(reply({}))


def safe_target(request: Any) -> bool:
    return all(" " < each < "\x7f" for each in request.target) and request.header("X-Evil") is None


@pytest.mark.parametrize("value", EVIL)
def test_a_path_value_stays_one_segment(server: Any, runs: Any, value: str) -> None:
    try:
        runs(server).get_run(value)
    except OpenApiException:
        assert server.requests == []
        return
    (request,) = server.requests
    *above, last = request.target.split("/")
    assert (above, unquote(last)) == (["", "apis", "v2beta1", "runs"], value)
    assert safe_target(request)


@pytest.mark.parametrize("value", DOTS)
def test_a_path_value_cannot_climb(server: Any, runs: Any, value: str) -> None:
    try:
        runs(server).get_run(value)
    except OpenApiException:
        assert server.requests == []
        return
    assert server.requests[0].target.count("/") == 4
    assert server.requests[0].target.startswith("/apis/v2beta1/runs/")


@pytest.mark.parametrize("value", DOTS)
def test_a_path_value_cannot_climb_where_slashes_are_called_safe(server: Any, runs: Any, value: str) -> None:
    try:
        runs(server, safe_chars_for_path_param="/.").get_run(value)
    except OpenApiException:
        assert server.requests == []
        return
    assert server.requests[0].target.startswith("/apis/v2beta1/runs/")


@pytest.mark.parametrize("value", ["..", "../x"])
def test_a_value_in_the_middle_of_a_path_cannot_climb(server: Any, connect: Any, value: str) -> None:
    service = PipelineServiceApi(connect(server))
    try:
        service.get_pipeline_version(value, "v")
    except OpenApiException:
        assert server.requests == []
        return
    assert server.requests[0].target.count("/") == 6


@pytest.mark.parametrize("value", ["..", ""])
def test_a_path_value_that_names_another_path_is_refused_by_name(server: Any, runs: Any, value: str) -> None:
    with pytest.raises(ApiValueError, match="`run_id` cannot be"):
        runs(server).delete_run(value)
    assert server.requests == []


def test_a_path_value_is_not_a_template_for_another(server: Any, connect: Any) -> None:
    PipelineServiceApi(connect(server)).get_pipeline_version("{pipeline_version_id}", "v")
    assert unquote(server.requests[0].path).split("/")[4:] == ["{pipeline_version_id}", "versions", "v"]


@pytest.mark.parametrize("value", [*EVIL, "a&b=c", "a=b", "a+b", "&", "="])
def test_a_query_value_stays_one_value(server: Any, runs: Any, value: str) -> None:
    runs(server).list_runs(page_token=value)
    assert server.requests[0].query == {"page_token": [value]}
    assert server.requests[0].path == "/apis/v2beta1/runs"
    assert safe_target(server.requests[0])


BAD_HEADERS = ["a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rb", "a\x00b", "a\r\n b", "\n", "a\x7f", "a\x1b[0m"]


@pytest.mark.parametrize("value", BAD_HEADERS)
def test_a_header_value_cannot_split(server: Any, connect: Any, value: str) -> None:
    client = connect(server)
    client.set_default_header("X-Mine", value)
    with pytest.raises(OpenApiException, match="X-Mine"):
        RunServiceApi(client).get_run("r1")
    assert server.requests == []


@pytest.mark.parametrize("name", ["a\r\nX-Evil", "X\n", "X\x00"])
def test_a_header_name_cannot_split(server: Any, connect: Any, name: str) -> None:
    client = connect(server)
    client.set_default_header(name, "1")
    with pytest.raises(OpenApiException):
        RunServiceApi(client).get_run("r1")
    assert server.requests == []


@pytest.mark.parametrize("name", ["X: y", "X:y", "X\ny", "", " X", "ü"])
def test_a_header_name_that_is_none_does_not_reach_the_server_as_another(server: Any, connect: Any, name: str) -> None:
    client = connect(server)
    client.set_default_header(name, "1")
    with pytest.raises(ValueError):
        RunServiceApi(client).get_run("r1")
    assert server.requests == []


@pytest.mark.parametrize("value", [b"a\r\nX-Evil: 1", "a\u2603"])
def test_a_header_value_that_cannot_be_sent_is_an_error_of_ours(server: Any, connect: Any, value: Any) -> None:
    client = connect(server)
    client.set_default_header("X-Mine", value)
    with pytest.raises(OpenApiException):
        RunServiceApi(client).get_run("r1")
    assert server.requests == []


@pytest.mark.parametrize("value", BAD_HEADERS)
def test_a_cookie_cannot_split(server: Any, value: str) -> None:
    with pytest.raises(OpenApiException):
        RunServiceApi(ApiClient(Configuration(host=server.url), cookie=value)).get_run("r1")
    assert server.requests == []


@pytest.mark.parametrize("value", BAD_HEADERS)
def test_a_credential_cannot_split(server: Any, runs: Any, value: str) -> None:
    with pytest.raises(OpenApiException):
        runs(server, access_token=value).get_run("r1")
    assert server.requests == []


def test_a_user_agent_cannot_split(server: Any, connect: Any) -> None:
    client = connect(server)
    client.user_agent = "me\r\nX-Evil: 1"
    with pytest.raises(OpenApiException):
        RunServiceApi(client).get_run("r1")
    assert server.requests == []


@pytest.mark.parametrize("end", ["/\r\nX-Evil: 1", "/ HTTP/1.1\r\nX-Evil: 1", "/\x00", "\r\n"])
def test_a_host_cannot_split(server: Any, runs: Any, end: str) -> None:
    with contextlib.suppress(OpenApiException, ValueError):
        runs(server.url + end).get_run("r1")
    assert all(safe_target(each) for each in server.requests)


def test_a_tab_in_a_header_is_allowed(server: Any, connect: Any) -> None:
    client = connect(server)
    client.set_default_header("X-Mine", "a\tb")
    RunServiceApi(client).get_run("r1")
    assert server.requests[0].header("X-Mine") == "a\tb"


def with_credentials(connect: Any, server: Any) -> RunServiceApi:
    client = connect(server, api_key={"authorization": "Bearer secret"})
    client.cookie = "session=secret"
    return RunServiceApi(client)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("elsewhere", ["url_by_name", "url"], ids=["another name", "another port"])
def test_credentials_do_not_follow_a_redirect_to_another_host(
    serve: Any, server: Any, connect: Any, status: int, elsewhere: str
) -> None:
    first = serve(redirect(getattr(server, elsewhere) + "/x", status))
    with_credentials(connect, first).get_run("r1")
    assert "secret" in str(first.requests[0].headers)
    assert "secret" not in str(server.requests[0].headers)


def test_credentials_do_not_follow_two_redirects(serve: Any, server: Any, connect: Any) -> None:
    back = serve(redirect(server.url + "/y"))
    first = serve(redirect(back.url_by_name + "/x"))
    with_credentials(connect, first).get_run("r1")
    assert "secret" not in str(server.requests[0].headers)


def test_credentials_follow_a_redirect_on_their_host(serve: Any, connect: Any) -> None:
    server = serve(redirect("/elsewhere"), reply({}))
    with_credentials(connect, server).get_run("r1")
    assert server.requests[1].header("authorization") == "Bearer secret"


def test_a_write_is_not_sent_twice_on_an_error(serve: Any, runs: Any) -> None:
    server = serve(reply({}, 503))
    with pytest.raises(ApiException):
        runs(server).create_run({"display_name": "r"})
    assert len(server.requests) == 1


def test_the_environments_proxy_is_not_used(server: Any, runs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    runs(server).get_run("r1")
    assert len(server.requests) == 1


def test_headers_for_the_proxy_do_not_reach_a_host_without_one(server: Any, runs: Any) -> None:
    runs(server, proxy_headers={"proxy-authorization": "secret"}).get_run("r1")
    assert "secret" not in str(server.requests[0].headers)
