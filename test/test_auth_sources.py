# SPDX-License-Identifier: Apache-2.0
"""Tokens, callables and cookies as `Configuration.auth`, and what the error says of those that are refused."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest
from fixtures.credentials import CANARY, refused, sent
from fixtures.servers import reply

from kfp_server_api import (
    ApiClient,
    ApiTypeError,
    ApiValueError,
    AuthenticationError,
    Configuration,
    RunServiceApi,
    auth,
)

RUN = reply({"run_id": "r1"})


@pytest.fixture
def server(serve: Any) -> Any:
    return serve(RUN)


def test_a_token_is_sent_as_bearer(server: Any, runs: Any) -> None:
    runs(server, auth="t").get_run("r1")
    assert sent(server) == ["Bearer t"]


def test_a_configuration_is_made_with_it(server: Any) -> None:
    RunServiceApi(ApiClient(Configuration(server.url, auth="t"))).get_run("r1")
    assert sent(server) == ["Bearer t"]


def test_it_can_be_set_and_taken_away_later(server: Any, runs: Any) -> None:
    service = runs(server)
    for value in ("t", None, lambda: "u", "v"):
        service.api_client.configuration.auth = value
        service.get_run("r1")
    assert sent(server) == ["Bearer t", None, "Bearer u", "Bearer v"]


@pytest.mark.parametrize("given", ["Bearer t", "bearer  t", " t\n", "t\r\n"])
def test_what_is_around_a_token_is_taken_off(server: Any, runs: Any, given: str) -> None:
    runs(server, auth=given).get_run("r1")
    assert sent(server) == ["Bearer t"]


@pytest.mark.parametrize(
    "given", ["", "  ", f"{CANARY} b", f"{CANARY}\nb", f"{CANARY}\x00", "tökén", "\u2603", "Bearer "]
)
@pytest.mark.parametrize("how", [lambda t: t, lambda t: lambda: t], ids=["token", "callable"])
def test_what_is_no_token_is_an_error_before_the_network(server: Any, runs: Any, given: str, how: Any) -> None:
    assert "`Configuration.auth`" in refused(runs(server, auth=how(given)))
    assert server.requests == []


@pytest.mark.parametrize("given", [5, b"token", ["t"], auth.ServiceAccount, object()])
def test_what_gives_no_token_is_named(server: Any, runs: Any, given: Any) -> None:
    with pytest.raises(ApiTypeError, match=r"`Configuration\.auth`"):
        runs(server, auth=given).get_run("r1")
    assert server.requests == []


@pytest.mark.parametrize("given", [None, b"t", 5, {"token": CANARY}])
def test_a_callable_that_returns_no_text_is_named(server: Any, runs: Any, given: Any) -> None:
    def fetch_token() -> Any:
        return given

    message = refused(runs(server, auth=fetch_token))
    assert "fetch_token" in message
    assert type(given).__name__ in message


def test_a_callable_that_raises_is_the_cause(server: Any, runs: Any) -> None:
    def fetch_token() -> str:
        raise LookupError(CANARY)

    with pytest.raises(AuthenticationError, match=r"fetch_token.* raised LookupError") as caught:
        runs(server, auth=fetch_token).get_run("r1")
    assert isinstance(caught.value.__cause__, LookupError)
    assert CANARY not in str(caught.value)


def test_an_error_of_a_callables_own_calls_is_none_of_the_call(server: Any, serve: Any, runs: Any) -> None:
    other = runs(serve(reply({"code": 5, "message": "no such run"}, 404)))
    for source in (lambda: other.get_run("x").run_id, auth.Cookie(lambda: other.get_run("x").run_id)):
        assert "raised NotFoundError" in refused(runs(server, auth=source))


def test_a_callable_may_make_calls_of_its_own(server: Any, runs: Any) -> None:
    other = runs(server)
    runs(server, auth=lambda: other.get_run("r1").run_id).get_run("r1")
    assert sent(server) == [None, "Bearer r1"]


SECRETS = {
    "api_key": {"authorization": "placeholder"},
    "api_key_prefix": {"authorization": "Bearer"},
    "access_token": "placeholder",
}


@pytest.mark.parametrize(("given", "token"), [("t", "Bearer t"), (auth.Cookie("a=b"), None)])
def test_it_wins_over_other_secrets(server: Any, runs: Any, given: Any, token: str | None) -> None:
    runs(server, auth=given, **SECRETS).get_run("r1")
    assert sent(server) == [token]


def test_it_replaces_a_default_header(server: Any, runs: Any) -> None:
    service = runs(server, auth="t")
    service.api_client.set_default_header("Authorization", "Basic x")
    service.get_run("r1")
    assert sent(server) == ["Bearer t"]


def test_the_hook_runs_as_before_and_may_set_the_host(serve: Any, server: Any, runs: Any) -> None:
    def hook(configuration: Configuration) -> None:
        configuration.host = server.url
        configuration.api_key["authorization"] = "of the hook"

    runs(serve(RUN), auth="t", refresh_api_key_hook=hook).get_run("r1")
    assert sent(server) == ["Bearer t"]


def test_a_cookie_is_sent(server: Any, runs: Any) -> None:
    runs(server, auth=auth.Cookie("session=a=b; other=c")).get_run("r1")
    assert sent(server, "cookie") == ["session=a=b; other=c"]


def test_a_cookie_stands_beside_the_clients_own(server: Any) -> None:
    client = ApiClient(Configuration(server.url, auth=auth.Cookie("session=new")), cookie="lang=en; session=old")
    RunServiceApi(client).get_run("r1")
    assert sent(server, "cookie") == ["lang=en; session=new"]


def test_a_cookie_may_come_from_a_callable(serve: Any, runs: Any) -> None:
    values = iter(["session=1", "session=2"])
    server = serve(reply({}, 401), RUN)
    runs(server, auth=auth.Cookie(lambda: next(values))).get_run("r1")
    assert sent(server, "cookie") == ["session=1", "session=2"]


@pytest.mark.parametrize("bad", ["", "no equals sign", CANARY, "a=b\nc", "=b", f"{CANARY}\n=b", "\x00=b", "ä=b", "a=ä"])
def test_a_bad_cookie_is_named(bad: str) -> None:
    with pytest.raises(ApiValueError, match="`value`") as caught:
        auth.Cookie(bad)
    assert CANARY not in str(caught.value)


def jwt(**claims: Any) -> str:
    parts = (json.dumps(each).encode() for each in ({"alg": "none"}, claims))
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), CANARY])


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"exp": 1_000_000_000}, "expired at 2001-09-09T01:46:40Z"),
        ({"exp": 32503680000}, "expires at 3000-01-01T00:00:00Z"),
        ({"exp": 1_000_000_000.5, "aud": "istio"}, "expired at 2001-09-09T01:46:40Z and is for istio"),
        ({"aud": ["a", "b"]}, "which is for a, b"),
        ({"aud": "x\ny"}, "is for x y"),
        ({"exp": 1e300}, "`Configuration.auth`"),
        ({"exp": "soon"}, "`Configuration.auth`"),
    ],
)
def test_a_refused_token_says_when_it_ends_and_for_whom_it_is(
    serve: Any, runs: Any, claims: dict[str, Any], said: str
) -> None:
    token = jwt(**claims)
    message = refused(runs(serve(reply({"message": "Unauthenticated: no"}, 401)), auth=token))
    assert said in message
    assert message.endswith(": no")
    assert token not in message


def test_a_refused_token_of_a_file_names_the_file_and_the_end(serve: Any, runs: Any, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(jwt(exp=1_000_000_000))
    message = refused(runs(serve(reply({}, 401)), auth=auth.TokenFile(file)))
    assert f"TokenFile({str(file)!r}) gave, which expired at 2001-09-09T01:46:40Z, fetched anew" in message


def test_a_refused_token_of_a_command_says_the_end_that_the_command_said(serve: Any, runs: Any) -> None:
    printed = json.dumps({"token": CANARY, "expirationTimestamp": "2999-01-01T00:00:00Z"})
    message = refused(runs(serve(reply({}, 401)), auth=auth.Command(["echo", printed])))
    assert "Command('echo') gave, which expires at 2999-01-01T00:00:00Z" in message


def test_a_token_that_only_looks_like_one_with_claims_is_refused_without_them(serve: Any, runs: Any) -> None:
    for token in ("a.b.c", f"a.{base64.b64encode(b'[1]').decode()}.c", "..", "a.!!.c"):
        assert "the token `Configuration.auth` gave:" in refused(runs(serve(reply({}, 401)), auth=token))


def test_without_it_a_call_looks_at_no_source(server: Any, runs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth.Source, "_give", lambda *_: time.sleep(1) or 1 / 0)
    runs(server).get_run("r1")
