# SPDX-License-Identifier: Apache-2.0
"""Logins by password at Dex, behind every gateway that Kubeflow has had."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fixtures.dex import LOGIN, PASSWORD, Gateway
from fixtures.ports import closed_port
from fixtures.servers import Peer, Request, page, redirect, reply, silence_after

from kfp_server_api import (
    ApiConnectionError,
    ApiTimeoutError,
    ApiTypeError,
    ApiValueError,
    AuthenticationError,
    ServerError,
    auth,
)

TWO = (("ldap", "LDAP"), ("local", "Email"))
FOREIGN = (("ldap", "LDAP"), ("github", "GitHub"))
GATEWAYS: dict[str, dict[str, Any]] = {
    "Kubeflow's": {},
    "without API routes": {"api_routes": False},
    "without a button": {"api_routes": False, "button": False},
    "authservice": {"authservice": True},
}
DEXES: dict[str, dict[str, Any]] = {
    "one connector": {},
    "LDAP alone": {"connectors": (("ldap", "LDAP"),)},
    "two connectors": {"connectors": TWO},
    "approval": {"approval": True},
    "older Dex": {"wrong": 200},
    "a long session": {"parts": 3},
    "cookies for https": {"secure": True},
    "all of it": {"connectors": TWO, "approval": True, "wrong": 200, "parts": 2},
}
CALLS = {
    "GET": lambda service, **options: service.get_run("r1", **options),
    "POST": lambda service, **options: service.create_run({"display_name": "r"}, **options),
}


def dex(**more: Any) -> auth.DexPassword:
    return auth.DexPassword(LOGIN, PASSWORD, **more)


def refused(call: Any) -> AuthenticationError:
    with pytest.raises(AuthenticationError) as caught:
        call()
    return caught.value


@pytest.mark.parametrize("settings", DEXES.values(), ids=DEXES)
@pytest.mark.parametrize("kind", GATEWAYS.values(), ids=GATEWAYS)
def test_a_password_is_enough(serve: Any, runs: Any, kind: Any, settings: Any) -> None:
    gateway = Gateway(**kind, **settings)
    server = serve(gateway)
    service = runs(f"{server.url}/pipeline", auth=dex())
    for _ in range(3):
        assert service.get_run("r1").run_id == "r1"
    assert (gateway.logins, gateway.passwords, gateway.refused) == (1, 1, 0)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("kind", GATEWAYS.values(), ids=GATEWAYS)
def test_a_session_that_is_over_is_begun_anew(serve: Any, runs: Any, kind: Any, call: Any) -> None:
    gateway = Gateway(**kind)
    service = runs(f"{serve(gateway).url}/pipeline", auth=dex())
    for _ in range(3):
        call(service)
        gateway.expire()
    assert (gateway.logins, gateway.refused) == (3, 2)


@pytest.mark.parametrize("kind", [{}, {"authservice": True}], ids=["Kubeflow's", "authservice"])
def test_sixteen_threads_begin_as_many_sessions_as_end(serve: Any, runs: Any, kind: Any) -> None:
    gateway = Gateway(**kind, calls=20)
    service = runs(serve(gateway), auth=dex(), connection_pool_maxsize=16)
    with ThreadPoolExecutor(16) as threads:
        got = list(threads.map(lambda n: service.get_run(str(n)).run_id, range(200)))
    assert got == [str(n) for n in range(200)]
    assert gateway.logins == gateway.passwords == 10


@pytest.mark.parametrize("wrong", [401, 200])
@pytest.mark.parametrize("approval", [False, True])
def test_a_wrong_password_is_tried_once(serve: Any, runs: Any, wrong: int, approval: bool) -> None:
    gateway = Gateway(wrong=wrong, approval=approval)
    service = runs(serve(gateway), auth=auth.DexPassword(LOGIN, "wrong-c4n4ry"))
    errors = [refused(lambda: service.get_run("r1")) for _ in range(5)]
    assert gateway.passwords == 1
    assert all("refuses the password" in error.message and LOGIN in error.message for error in errors)
    assert "c4n4ry" not in "".join(map(str, errors))


def test_a_wrong_password_is_tried_once_by_sixteen_threads(serve: Any, runs: Any) -> None:
    gateway = Gateway()
    service = runs(serve(gateway), auth=auth.DexPassword(LOGIN, "wrong"))
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda _: refused(lambda: service.get_run("r1")), range(64)))
    assert gateway.passwords == 1


def test_a_password_that_is_refused_at_one_server_is_tried_at_another(serve: Any, runs: Any) -> None:
    strict, gateway = Gateway(), Gateway()
    strict._password = lambda request, query: strict._form(request, 401)  # type: ignore[method-assign]
    source = dex()
    refused(lambda: runs(serve(strict), auth=source).get_run("r1"))
    assert runs(serve(gateway), auth=source).get_run("r1").run_id == "r1"


def test_a_session_stays_with_its_server(serve: Any, runs: Any) -> None:
    one, other, source = Gateway(), Gateway(), dex()
    first, second = serve(one), serve(other)
    for server in (first, second, first):
        runs(server, auth=source).get_run("r1")
    assert (one.logins, other.logins) == (1, 1)


def test_sessions_that_the_gateway_goes_on_refusing_are_an_error(serve: Any, runs: Any) -> None:
    gateway = Gateway()
    gateway.rejects = True
    error = refused(lambda: runs(serve(gateway), auth=dex()).get_run("r1"))
    assert "DexPassword" in error.message
    assert "expires at 2" in error.message
    assert (gateway.logins, gateway.refused) == (2, 2)


@pytest.mark.parametrize("connector", ["ldap", "LDAP", "Log in with LDAP"])
def test_a_connector_is_chosen_by_id_or_name(serve: Any, runs: Any, connector: str) -> None:
    server = serve(Gateway(connectors=TWO))
    runs(server, auth=dex(connector=connector)).get_run("r1")
    assert [request.path for request in server.requests if request.method == "POST"] == ["/dex/auth/ldap/login"]


def test_without_a_name_dexs_own_list_is_chosen(serve: Any, runs: Any) -> None:
    server = serve(Gateway(connectors=TWO))
    runs(server, auth=dex()).get_run("r1")
    assert [request.path for request in server.requests if request.method == "POST"] == ["/dex/auth/local/login"]


@pytest.mark.parametrize("connector", [None, "nosuch", "p"])
def test_connectors_of_which_none_fits_are_listed(serve: Any, runs: Any, connector: str | None) -> None:
    gateway = Gateway(connectors=FOREIGN)
    error = refused(lambda: runs(serve(gateway), auth=dex(connector=connector)).get_run("r1"))
    assert "`connector` is one of 'ldap' (Log in with LDAP), 'github' (Log in with GitHub)" in error.message
    assert gateway.passwords == 0


def test_a_connector_that_the_only_one_is_not_is_an_error(serve: Any, runs: Any) -> None:
    gateway = Gateway()
    error = refused(lambda: runs(serve(gateway), auth=dex(connector="ldap")).get_run("r1"))
    assert "`connector` is 'local'" in error.message
    assert gateway.passwords == 0


def test_dex_may_stand_on_another_server(serve: Any, runs: Any) -> None:
    login = Gateway()
    other = serve(login)
    gateway = Gateway(dex=other.url)
    server = serve(gateway)
    login._codes, login.dex, login.url = gateway._codes, other.url, server.url_by_name
    assert runs(server.url_by_name, auth=dex()).get_run("r1").run_id == "r1"
    assert (login.passwords, gateway.passwords, gateway.logins) == (1, 0, 1)
    assert all(request.header("cookie") is None for request in other.requests)


def form_to(action: str) -> Any:
    fields = '<input name="login"><input name="password" type="password">'
    return page(f'<html><form method="post" action="{action}">{fields}</form></html>')


def led_to(login: Any) -> Any:
    """Answer as a gateway whose Dex shows `login`."""

    def answer(request: Request, peer: Peer) -> bool:
        if request.path == "/oauth2/start":
            return redirect("/dex/auth?client_id=k&redirect_uri=%2Foauth2%2Fcallback&state=1")(request, peer)
        return (login if request.path.startswith("/dex") else reply({}, 401))(request, peer)

    return answer


def test_a_password_does_not_go_where_a_page_of_dex_sends_it(serve: Any, runs: Any) -> None:
    thief = serve(reply({}))
    error = refused(lambda: runs(serve(led_to(form_to(f"{thief.url}/dex/auth"))), auth=dex()).get_run("r1"))
    assert "leads to another server" in error.message
    assert thief.requests == []


def test_a_password_does_not_go_to_another_login_that_dex_leads_to(serve: Any, runs: Any) -> None:
    thief = serve(form_to("/session"))
    error = refused(lambda: runs(serve(led_to(redirect(f"{thief.url}/login?client_id=x"))), auth=dex()).get_run("r1"))
    assert "is not Dex" in error.message
    assert [request.method for request in thief.requests] == ["GET"]


def test_a_password_does_not_go_into_a_url(serve: Any, runs: Any) -> None:
    form = page('<form action="/dex/x"><input name="login"><input name="password" type="password"></form>')
    server = serve(led_to(form))
    refused(lambda: runs(server, auth=dex()).get_run("r1"))
    assert not [request for request in server.requests if "c4n4ry" in request.target]


def test_a_password_does_not_go_from_https_to_http(serve: Any, runs: Any, certificates: Any) -> None:
    plain = serve(form_to("/dex/auth/local/login"))
    server = serve(redirect(f"{plain.url}/dex/auth?client_id=k"), tls=certificates.right)
    error = refused(lambda: runs(server, auth=dex(), ssl_ca_cert=certificates.file).get_run("r1"))
    assert "no password for it" in error.message
    assert [request.method for request in plain.requests] == ["GET"]


def test_a_login_uses_the_certificates_of_the_configuration(serve: Any, runs: Any, certificates: Any) -> None:
    server = serve(Gateway(secure=True), tls=certificates.right)
    assert runs(server, auth=dex(), ssl_ca_cert=certificates.file).get_run("r1").run_id == "r1"
    with pytest.raises(ApiConnectionError, match="ssl_ca_cert"):
        runs(server, auth=dex()).get_run("r1")


def test_a_login_goes_through_the_proxy_of_the_configuration(
    serve: Any, runs: Any, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = Gateway()

    def proxy(request: Request, peer: Peer) -> bool:
        path = request.target.replace("http://kubeflow.example", "")
        return gateway(request._replace(target=path), peer)

    service = runs("http://kubeflow.example", proxy=serve(proxy).url, auth=dex())
    for _ in range(2):
        service.get_run("r1")
        gateway.expire()
    assert gateway.logins == 2
    said = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [record.getMessage() for record in said] == [
        "http://kubeflow.example: the password of DexPassword is sent without encryption"
    ]


def test_a_cookie_for_https_is_no_session_of_a_server_with_http(serve: Any, runs: Any) -> None:
    gateway = Gateway(secure=True)

    def proxy(request: Request, peer: Peer) -> bool:
        return gateway(request._replace(target=request.target.replace("http://secure.example", "")), peer)

    error = refused(lambda: runs("http://secure.example", proxy=serve(proxy).url, auth=dex()).get_run("r1"))
    assert "its cookies are for https alone" in error.message


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (reply("404 page not found", 404, type="text/plain"), "knows no way to log in"),
        (reply({"multi_user": False}), "knows no way to log in"),
        (page("<title>Welcome</title>"), "'Welcome'"),
        (redirect("/oauth2/start"), "has no end"),
        (redirect("ftp://host/x"), "is no http or https URL"),
        (redirect("http://[::1/x"), "is no http or https URL"),
        (led_to(page("<title>Maintenance</title><form action='?'>", 403)), "'Maintenance'"),
        (led_to(page("<![x[ <form", 200)), "knows no way"),
    ],
)
def test_what_is_no_login_of_dex_is_an_error_that_says_what_came(serve: Any, runs: Any, answer: Any, said: str) -> None:
    server = serve(answer)
    error = refused(lambda: runs(server, auth=dex()).get_run("r1"))
    assert said in error.message
    assert len(server.requests) <= 21


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_login_that_fails_is_an_error_of_the_server(serve: Any, runs: Any, status: int) -> None:
    with pytest.raises(ServerError) as caught:
        runs(serve(led_to(page("<title>Oh</title>", status))), auth=dex()).get_run("r1")
    assert (caught.value.status, "'Oh'" in caught.value.message) == (status, True)


def test_a_login_that_is_not_there_is_no_reply(serve: Any, runs: Any) -> None:
    with closed_port() as url, pytest.raises(ApiConnectionError, match="/dex/auth"):
        runs(serve(redirect(f"{url}/dex/auth?client_id=k")), auth=dex()).get_run("r1")


def test_a_login_that_hangs_does_not_hold_a_call_with_a_deadline(serve: Any, runs: Any) -> None:
    service = runs(serve(led_to(silence_after())), auth=dex())
    with ThreadPoolExecutor(4) as threads:
        for each in [threads.submit(service.get_run, "r1", _deadline=0.4) for _ in range(4)]:
            with pytest.raises(ApiTimeoutError, match="while waiting for DexPassword"):
                each.result(20)


def test_a_login_that_hangs_ends_with_the_timeout_of_the_configuration(serve: Any, runs: Any) -> None:
    with pytest.raises(ApiTimeoutError, match="/dex/auth"):
        runs(serve(led_to(silence_after())), auth=dex(), timeout=0.3).get_run("r1")


def test_a_page_without_end_is_not_read_to_its_end(serve: Any, runs: Any) -> None:
    sent = threading.Event()

    def endless(request: Request, peer: Peer) -> bool:
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        for _ in range(400):
            peer.send(bytes(1 << 16))
        sent.set()
        return False

    refused(lambda: runs(serve(led_to(endless)), auth=dex()).get_run("r1"))
    assert not sent.is_set()


def test_a_login_that_needs_no_page_is_a_login(serve: Any, runs: Any) -> None:
    gateway = Gateway()
    gateway._choice = lambda query: gateway._back(remember(gateway, query))  # type: ignore[method-assign]
    assert runs(serve(gateway), auth=dex()).get_run("r1").run_id == "r1"
    assert gateway.passwords == 0


def remember(gateway: Gateway, query: str) -> str:
    gateway._codes["c"] = query.rpartition("state=")[2]
    return "c"


@pytest.mark.parametrize("bad", ["", None, 5, b"x"])
def test_an_empty_login_or_password_is_named(bad: Any) -> None:
    with pytest.raises(ApiValueError, match="`login`"):
        auth.DexPassword(bad, "p")
    with pytest.raises(ApiValueError, match="`password`"):
        auth.DexPassword("l", bad)


def test_a_connector_that_is_no_text_is_named() -> None:
    with pytest.raises(ApiTypeError, match="`connector`"):
        auth.DexPassword("l", "p", 5)  # type: ignore[arg-type]
