# SPDX-License-Identifier: Apache-2.0
"""A secret goes to the server and nowhere else."""

from __future__ import annotations

import base64
import logging
import pickle
import traceback
from pathlib import Path
from typing import Any

import pytest
from fixtures.ports import closed_port
from fixtures.servers import page, raw, redirect, reply, reset_after

from kfp_server_api import ApiClient, Configuration, OpenApiException, RunServiceApi, V2beta1Run
from kfp_server_api._request import Request

pytestmark = pytest.mark.usefixtures("loggers_as_they_were")
CANARY = "c4n4ry5ecret"
SPELLINGS = (CANARY, base64.b64encode(f"me:{CANARY}".encode()).decode(), base64.b64encode(CANARY.encode()).decode())


def shows(text: str) -> bool:
    """Return whether a text has the secret in any spelling."""
    return any(each in text for each in SPELLINGS)


def loaded(url: str) -> ApiClient:
    """Return a client with a secret in every place that takes one."""
    configuration = Configuration(
        host=url.replace("://", f"://me:{CANARY}@"),
        api_key={"authorization": CANARY, "other": CANARY},
        api_key_prefix={"authorization": "Bearer"},
        username="me",
        password=CANARY,
        access_token=CANARY,
    )
    configuration.timeout = (5, 5)
    client = ApiClient(configuration, "Proxy-Authorization", f"Basic {CANARY}", cookie=f"authservice_session={CANARY}")
    client.set_default_header("X-Api-Key", CANARY)
    return client


ECHO = (
    ("Set-Cookie", f"authservice_session={CANARY}; Path=/"),
    ("Set-Cookie", f"second={CANARY}"),
    ("WWW-Authenticate", f'Bearer realm="{CANARY}"'),
    ("Authorization", CANARY),
)
ANSWERS: dict[str, Any] = {
    "success": reply({"run_id": "r1"}, 200, *ECHO),
    **{str(status): reply({"code": 2}, status, *ECHO) for status in (400, 401, 403, 404, 409, 429, 500, 502)},
    "login page": page(),
    "undecodable": reply(b"[", 200, *ECHO),
    "undecodable field": reply({"created_at": 1}, 200, *ECHO),
    "redirect to itself": redirect("/apis/v2beta1/runs/r1"),
    "reset": reset_after(),
    "garbage": raw(b"what?\r\n"),
}


def provoke(call: Any) -> str:
    """Make a call and return all that a person could be shown of its failure."""
    try:
        result = call()
        return repr(result.to_dict())
    except OpenApiException as error:
        logging.getLogger("application").exception("failed")
        shown = [str(error), repr(error), error.message, str(error.url), str(error.reason)]
        return "".join([*shown, *traceback.format_exception(type(error), error, error.__traceback__)])


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_no_secret_is_logged_or_shown(
    serve: Any,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    answer: Any,
    debug: bool,
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    caplog.set_level(logging.DEBUG)
    server = serve(answer)
    client = loaded(server.url)
    client.configuration.debug = debug
    service = RunServiceApi(client)
    for call in (lambda: service.get_run("r1"), lambda: service.create_run(V2beta1Run(display_name="r"))):
        assert not shows(provoke(call))
    assert not shows(caplog.text)
    assert not shows("".join(capfd.readouterr()))
    assert CANARY in (server.requests[0].header("authorization") or "")


def test_credentials_in_a_redirect_are_not_shown(serve: Any, runs: Any) -> None:
    target = serve(page())
    server = serve(redirect(target.url.replace("://", f"://me:{CANARY}@") + "/login?next=http://x"))
    with pytest.raises(OpenApiException) as caught:
        runs(server).get_run("r1")
    assert not shows(str(caught.value) + str(caught.value.url))
    assert "/login" in caught.value.url


def test_no_secret_is_shown_when_no_reply_comes(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with closed_port() as url:
        assert not shows(provoke(lambda: RunServiceApi(loaded(url)).get_run("r1")))
    assert not shows(caplog.text)


@pytest.mark.parametrize("retries", [None, False])
def test_no_credential_of_a_proxy_is_shown(caplog: pytest.LogCaptureFixture, runs: Any, retries: Any) -> None:
    caplog.set_level(logging.DEBUG)
    with closed_port() as url:
        service = runs(
            f"http://me:{CANARY}@kfp.example",
            proxy=url.replace("://", f"://me:{CANARY}@"),
            proxy_headers={"proxy-authorization": f"Basic {CANARY}"},
            retries=retries,
        )
        assert not shows(provoke(lambda: service.get_run("r1")))
    assert not shows(caplog.text)


@pytest.mark.parametrize("answer", [reply({"run_id": "r1"}), reply({}, 500), raw(b"")], ids=["ok", "500", "nothing"])
def test_no_credential_in_the_host_is_shown_through_a_proxy(
    serve: Any, caplog: pytest.LogCaptureFixture, runs: Any, answer: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    service = runs(f"http://me:{CANARY}@kfp.example", proxy=serve(answer).url)
    assert not shows(provoke(lambda: service.get_run("r1")))
    assert not shows(caplog.text)


@pytest.mark.parametrize("bad", ["\n", "\r\nX: y", "\x00", "\u2603"])
def test_a_secret_that_no_header_can_hold_is_not_shown(
    serve: Any, caplog: pytest.LogCaptureFixture, runs: Any, bad: str
) -> None:
    caplog.set_level(logging.DEBUG)
    service = runs(serve(reply({})), api_key={"authorization": CANARY + bad})
    with pytest.raises(ValueError) as caught:
        service.get_run("r1")
    assert not shows("".join(traceback.format_exception(caught.type, caught.value, caught.tb)))
    assert not shows(caplog.text)


def test_a_log_file_holds_no_secret(serve: Any, tmp_path: Path) -> None:
    client = loaded(serve(ANSWERS["401"]).url)
    client.configuration.debug = True
    client.configuration.logger_file = str(tmp_path / "log")
    provoke(lambda: RunServiceApi(client).get_run("r1"))
    client.configuration.logger_file = None
    text = (tmp_path / "log").read_text()
    assert "runs/r1" in text
    assert not shows(text)


@pytest.mark.parametrize("show", [repr, str, lambda client: repr(client.configuration), lambda c: str(c.configuration)])
def test_no_secret_is_in_a_repr(show: Any) -> None:
    assert not shows(show(loaded("http://localhost")))


def test_no_secret_is_in_the_repr_of_a_request() -> None:
    request = Request(None, "POST", "/runs", headers={"authorization": f"Bearer {CANARY}"}, body={"password": CANARY})
    assert repr(request) == "Request(POST /runs)"


def test_no_secret_is_in_the_debug_report() -> None:
    assert not shows(loaded("http://localhost").configuration.to_debug_report())


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_no_secret_is_in_a_pickle_of_a_client(serve: Any, protocol: int) -> None:
    client = loaded(serve(reply({}, 200, *ECHO)).url)
    client.configuration.proxy = f"http://me:{CANARY}@proxy.example"
    client.configuration.proxy_headers = {"proxy-authorization": CANARY}
    RunServiceApi(client).get_run("r1")
    for each in (client, client.configuration, RunServiceApi(client)):
        pickled = pickle.dumps(each, protocol)
        assert not any(spelling.encode() in pickled for spelling in SPELLINGS)


def test_no_secret_is_in_a_pickle_of_a_client_made_of_an_endpoint_that_has_it_in_a_header() -> None:
    client = ApiClient(Configuration(), "authorization", f"Bearer {CANARY}")
    assert CANARY.encode() not in pickle.dumps(client)


def test_the_headers_of_an_error_are_complete_for_code(serve: Any, runs: Any) -> None:
    with pytest.raises(OpenApiException) as caught:
        runs(serve(ANSWERS["401"])).get_run("r1")
    assert CANARY in caught.value.headers["Set-Cookie"]


@pytest.mark.parametrize("url", ["http://me:{}@h", "http://me:{}@h/a?b=http://c", "me:{}@h/a@b", "https://{}@h:1/"])
def test_no_credential_in_a_host_is_in_a_pickle(url: str) -> None:
    assert CANARY.encode() not in pickle.dumps(Configuration(host=url.format(CANARY)))
