# SPDX-License-Identifier: Apache-2.0
"""Credentials that a server refuses are fetched anew, once for all threads, and the request is sent once more."""

from __future__ import annotations

import io
import logging
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import urllib3
from fixtures.credentials import counted, sent
from fixtures.servers import Peer, Request, page, redirect, reply, reset_after

from kfp_server_api import (
    ApiConnectionError,
    ApiException,
    AuthenticationError,
    NotFoundError,
    PermissionDeniedError,
    PipelineUploadServiceApi,
    ServerError,
    auth,
)

RUN = reply({"run_id": "r1"})
LOGIN_PAGE = page("<!DOCTYPE html><title>Log in</title><form action='/login' method='post'></form>")
SIGN_IN = '<html><form method="GET" action="/oauth2/start"><input type="hidden" name="rd" value="/"></form></html>'


def test_a_callable_is_called_once_for_calls_that_succeed(serve: Any, runs: Any) -> None:
    fetch, given = counted()
    server = serve(RUN)
    service = runs(server, auth=fetch)
    for _ in range(3):
        service.get_run("r1")
    assert (given, sent(server)) == (["t1"], ["Bearer t1"] * 3)


def test_a_token_that_is_refused_again_makes_exactly_two_requests(serve: Any, runs: Any) -> None:
    server = serve(reply({}, 401))
    with pytest.raises(AuthenticationError):
        runs(server, auth=lambda: "bad").get_run("r1")
    assert len(server.requests) == 2


def test_a_fixed_token_that_is_refused_makes_one_request(serve: Any, runs: Any) -> None:
    server = serve(reply({}, 401))
    for fixed in ("token", auth.Cookie("session=1")):
        with pytest.raises(AuthenticationError):
            runs(server, auth=fixed).get_run("r1")
    assert len(server.requests) == 2


def ends_elsewhere(*answer: Any) -> Any:
    """Answer with a redirect to a login, and there as given."""

    def respond(request: Request, peer: Peer) -> bool:
        if request.path.startswith("/dex"):
            return answer[0](request, peer)
        if request.header("authorization") == "Bearer t2":
            return RUN(request, peer)
        return redirect("/dex/auth?client_id=kubeflow")(request, peer)

    return respond


def first_refused(refusal: Any) -> Any:
    def respond(request: Request, peer: Peer) -> bool:
        return (RUN if request.header("authorization") == "Bearer t2" else refusal)(request, peer)

    return respond


REFUSALS = {
    "401 of KFP": first_refused(reply({"code": 16, "message": "Unauthenticated: who?", "details": []}, 401)),
    "401 of a gateway": first_refused(reply({}, 401)),
    "401 without a body": first_refused(reply(b"", 401, type="text/plain")),
    "500 that wraps it": first_refused(reply({"code": 16, "message": "Unauthenticated: who?"}, 500)),
    "a login page with 200": first_refused(LOGIN_PAGE),
    "a page with 200 that says it is JSON": first_refused(reply("<html>Log in</html>")),
    "a page with a button, 403": first_refused(page(SIGN_IN, 403)),
    "a redirect to a login page": ends_elsewhere(LOGIN_PAGE),
    "a redirect that ends in 400": ends_elsewhere(page("<h1>Bad Request</h1>", 400)),
    "a redirect that ends in 401": ends_elsewhere(page("<h1>Who?</h1>", 401)),
    "a redirect that ends in 403": ends_elsewhere(reply("Forbidden", 403, type="text/plain")),
    "a redirect that ends in 404": ends_elsewhere(reply("not found", 404, type="text/plain")),
    "a redirect that ends in 405": ends_elsewhere(reply("Method Not Allowed", 405, type="text/plain")),
    "a redirect that ends in 500": ends_elsewhere(page("<h1>Not for this</h1>", 500)),
    "a redirect that ends in 405 without a body": ends_elsewhere(reply(b"", 405, type="text/plain")),
}
CALLS = {
    "GET": lambda service, **options: service.get_run("r1", **options),
    "POST": lambda service, **options: service.create_run({"display_name": "r"}, **options),
    "DELETE": lambda service, **options: service.delete_run("r1", **options),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("answer", REFUSALS.values(), ids=REFUSALS)
def test_a_server_that_asks_for_a_login_gets_the_request_again(serve: Any, runs: Any, answer: Any, call: Any) -> None:
    fetch, given = counted()
    call(runs(serve(answer), auth=fetch))
    assert given == ["t1", "t2"]


@pytest.mark.parametrize("answer", [LOGIN_PAGE, page(SIGN_IN, 403), reply({}, 401)], ids=["200", "403", "401"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_server_that_goes_on_asking_is_an_authentication_error(serve: Any, runs: Any, answer: Any, call: Any) -> None:
    server = serve(answer)
    with pytest.raises(AuthenticationError, match=r"the callable `Configuration\.auth`"):
        call(runs(server, auth=counted()[0]))
    assert len(server.requests) == 2


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_redirect_to_a_login_without_end_is_an_authentication_error(serve: Any, runs: Any, call: Any) -> None:
    login = serve(page("<h1>Not for this</h1>", 405))
    server = serve(redirect(f"{login.url}/dex/auth"))
    with pytest.raises(AuthenticationError, match="a login answered in place of the API") as caught:
        call(runs(server, auth=counted()[0]))
    assert (caught.value.status, len(server.requests)) == (405, 2)
    assert sent(login) == [None, None]


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_redirect_to_a_login_that_is_not_followed_is_one_too(serve: Any, runs: Any, call: Any) -> None:
    fetch, given = counted()
    call(runs(serve(redirect("/dex/auth"), RUN), auth=fetch, retries=urllib3.Retry(3, redirect=False)))
    assert given == ["t1", "t2"]


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (reply({"code": 7, "message": "no rights"}, 403), PermissionDeniedError),
        (reply("RBAC: access denied", 403, type="text/plain"), PermissionDeniedError),
        (reply({"code": 5, "message": "no such run"}, 404), NotFoundError),
        (reply({"code": 13, "message": "broken"}, 500), ServerError),
    ],
    ids=["403", "403 of a mesh", "404", "500"],
)
def test_another_error_fetches_nothing(serve: Any, runs: Any, answer: Any, raised: Any) -> None:
    fetch, given = counted()
    server = serve(answer)
    with pytest.raises(raised):
        runs(server, auth=fetch).get_run("r1")
    assert (given, len(server.requests)) == (["t1"], 1)


def test_an_error_of_the_api_behind_a_redirect_fetches_nothing(serve: Any, runs: Any) -> None:
    fetch, given = counted()
    api = serve(reply({"code": 5, "message": "no such run"}, 404))
    with pytest.raises(NotFoundError):
        runs(serve(redirect(f"{api.url}/moved/here")), auth=fetch).get_run("r1")
    assert given == ["t1"]


def test_a_redirect_to_the_same_path_is_no_login(serve: Any, runs: Any) -> None:
    fetch, given = counted()
    api = serve(reply("404 page not found", 404, type="text/plain"))
    with pytest.raises(NotFoundError):
        runs(serve(redirect(f"{api.url}/kfp/apis/v2beta1/runs/r1/")), auth=fetch).get_run("r1")
    assert given == ["t1"]


@pytest.mark.parametrize("type", ["text/html; charset=utf-8", "Text/HTML"])
def test_an_unread_reply_that_is_a_login_page_is_asked_for_again(serve: Any, runs: Any, type: str) -> None:
    fetch, given = counted()
    refusal = first_refused(reply("<html>Log in</html>", type=type))
    response = runs(serve(refusal), auth=fetch).get_run("r1", _preload_content=False)
    assert response.read() == b'{"run_id": "r1"}'
    assert given == ["t1", "t2"]


def test_an_unread_page_of_a_callers_own_path_is_his(serve: Any, connect: Any) -> None:
    client = connect(serve(LOGIN_PAGE), auth="t")
    assert client.call_api("/", "GET", auth_settings=["Bearer"], _preload_content=False).status == 200


def test_a_call_without_auth_settings_sends_no_credentials_and_is_not_repeated(serve: Any, connect: Any) -> None:
    server = serve(reply({}, 401))
    with pytest.raises(AuthenticationError):
        connect(server, auth=counted()[0]).call_api("/own", "GET", response_type="object")
    assert sent(server) == [None]


@pytest.mark.parametrize("source", ["bytes", "file", "path"])
def test_an_upload_is_sent_again_whole(serve: Any, connect: Any, tmp_path: Any, source: str) -> None:
    content = os.urandom(3 << 20)
    file = tmp_path / "p.zip"
    file.write_bytes(content)
    given = {"bytes": content, "file": io.BytesIO(content), "path": str(file)}[source]
    server = serve(first_refused(reply({}, 401)))
    PipelineUploadServiceApi(connect(server, auth=counted()[0])).upload_pipeline(given, name="p")
    first, second = server.requests
    assert first.size == second.size > len(content)
    assert content in second.body


def test_values_that_can_be_read_once_are_sent_again(serve: Any, connect: Any) -> None:
    server = serve(first_refused(reply({}, 401)))
    connect(server, auth=counted()[0]).call_api(
        "/apis/v2beta1/runs", "GET", query_params=iter([("a", "b")]), response_type="object", auth_settings=["Bearer"]
    )
    assert [request.query for request in server.requests] == [{"a": ["b"]}] * 2


def test_a_renewal_changes_neither_host_nor_path(serve: Any, runs: Any) -> None:
    other = serve(RUN)
    server = serve(first_refused(reply({}, 401)))
    service = runs(f"{server.url}/pipeline")
    tokens, given = counted()

    def fetch() -> str:
        if given:
            service.api_client.configuration.host = other.url
        return tokens()

    service.api_client.configuration.auth = fetch
    service.get_run("r1")
    assert [request.path for request in server.requests] == ["/pipeline/apis/v2beta1/runs/r1"] * 2
    assert other.requests == []


def test_a_retry_keeps_the_token(serve: Any, runs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    fetch, given = counted()
    server = serve(reset_after(), reply({}, 503), RUN)
    runs(server, auth=fetch).get_run("r1")
    assert (given, sent(server)) == (["t1"], ["Bearer t1"] * 3)


def test_a_call_in_a_thread_is_repeated(serve: Any, runs: Any) -> None:
    service = runs(serve(first_refused(reply({}, 401))), auth=counted()[0])
    assert service.get_run("r1", async_req=True).get(20).run_id == "r1"


def test_a_renewal_that_fails_is_an_error_of_each_thread_and_the_next_call_tries_again(serve: Any, runs: Any) -> None:
    fails = threading.Event()
    fails.set()

    def fetch() -> str:
        if fails.is_set():
            raise LookupError("no token")
        return "t"

    service = runs(serve(RUN), auth=fetch)

    def call(_: int) -> AuthenticationError:
        with pytest.raises(AuthenticationError) as caught:
            service.get_run("r1")
        return caught.value

    with ThreadPoolExecutor(8) as threads:
        errors = list(threads.map(call, range(8)))
    assert len({id(error) for error in errors}) == 8
    assert all(isinstance(error.__cause__, LookupError) for error in errors)
    fails.clear()
    assert service.get_run("r1").run_id == "r1"


def test_no_reply_is_no_matter_of_credentials(serve: Any, runs: Any) -> None:
    fetch, given = counted()
    with pytest.raises(ApiConnectionError):
        runs(serve(reset_after()), auth=fetch, retries=0).get_run("r1")
    assert given == ["t1"]


def test_a_renewal_is_logged_without_the_token(serve: Any, runs: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    runs(serve(first_refused(reply({}, 401))), auth=counted()[0]).get_run("r1")
    assert "asking the callable `Configuration.auth`" in caplog.text
    assert "t2" not in caplog.text


def test_an_api_that_has_moved_to_another_origin_is_named(serve: Any, runs: Any) -> None:
    moved = serve(reply({}, 401))
    server = serve(redirect(f"{moved.url}/apis/v2beta1/runs/r1"))
    with pytest.raises(AuthenticationError, match=f"it redirects to {moved.url}, where none were sent"):
        runs(server, auth="token").get_run("r1")


def test_credentials_do_not_go_to_another_origin(serve: Any, runs: Any) -> None:
    other = serve(RUN)
    server = serve(redirect(f"{other.url}/apis/v2beta1/runs/r1"))
    for given in (auth.Cookie("session=1"), "token"):
        runs(server, auth=given).get_run("r1")
    assert [(request.header("cookie"), request.header("authorization")) for request in other.requests] == [
        (None, None)
    ] * 2
    assert [request.header("cookie") for request in server.requests] == ["session=1", None]


def test_the_hook_is_no_renewal(serve: Any, runs: Any) -> None:
    calls: list[Any] = []
    server = serve(reply({}, 401))
    with pytest.raises(ApiException):
        runs(server, refresh_api_key_hook=calls.append).get_run("r1")
    assert (len(calls), len(server.requests)) == (1, 1)


def test_a_page_whose_links_do_not_end_is_read_fast(python: Any) -> None:
    page = "from kfp_server_api._forms import links_in; [link] = links_in('<a href=x>' + 'y<b>' * 65000)"
    python(f"{page}; assert link.text.startswith('y y y')", timeout=30)
