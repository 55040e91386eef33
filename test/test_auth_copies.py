# SPDX-License-Identifier: Apache-2.0
"""Sources of credentials in copies, pickles, forked processes and texts for people."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from pathlib import Path
from typing import Any

import pytest
from fixtures.dex import LOGIN, PASSWORD, Gateway
from fixtures.servers import echo_id, page, raw, redirect, reply, reset_after

from kfp_server_api import ApiClient, AuthenticationError, Configuration, OpenApiException, RunServiceApi, auth

CANARY = "c4n4ry"
RUN = reply({"run_id": "r1"})


def fetch() -> str:
    return f"{CANARY}-token"


def sources(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "token").write_text(f"{CANARY}-token")
    return {
        "token": f"{CANARY}-token",
        "callable": fetch,
        "file": auth.TokenFile(tmp_path / "token"),
        "command": auth.Command(["echo", f"{CANARY}-token"]),
        "cookie": auth.Cookie(f"session={CANARY}"),
        "dex": auth.DexPassword(LOGIN, PASSWORD),
    }


SOURCES = ["token", "callable", "file", "command", "cookie", "dex"]


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize(
    "answer",
    [
        Gateway(lambda request, peer: RUN(request, peer)),
        reply({}, 401, ("Set-Cookie", f"a={CANARY}")),
        page(),
        reply({"code": 2}, 500),
        redirect("/dex/auth?client_id=x"),
        reset_after(),
        raw(b"what?\r\n"),
    ],
    ids=["ok", "401", "page", "500", "redirect", "reset", "garbage"],
)
def test_no_secret_is_logged_or_shown(
    serve: Any,
    runs: Any,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    loggers_as_they_were: None,
    name: str,
    answer: Any,
) -> None:
    caplog.set_level(logging.DEBUG)
    source = sources(tmp_path)[name]
    service = runs(serve(answer), auth=source, debug=True, retries=0)
    shown = [repr(source) if name != "token" else "", str(service.api_client.configuration)]
    for call in (lambda: service.get_run("r1"), lambda: service.create_run({"display_name": "r"})):
        try:
            call()
        except OpenApiException as error:
            logging.getLogger("application").exception("failed")
            shown += [str(error), repr(error), error.message, *traceback.format_exception(error.__class__, error, None)]
    assert CANARY not in "".join([*shown, caplog.text, *capfd.readouterr()])


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("name", ["token", "callable", "file", "cookie", "dex"])
def test_a_pickle_holds_no_secret(serve: Any, runs: Any, tmp_path: Path, name: str, protocol: int) -> None:
    service = runs(serve(Gateway(RUN)), auth=sources(tmp_path)[name])
    if name == "dex":
        service.get_run("r1")
    else:
        with pytest.raises(AuthenticationError):
            service.get_run("r1")
    for each in (service, service.api_client, service.api_client.configuration):
        assert CANARY.encode() not in pickle.dumps(each, protocol)


@pytest.mark.parametrize("name", ["callable", "file", "command"])
def test_a_source_that_only_says_where_a_token_is_stays_in_a_pickle(
    serve: Any, connect: Any, tmp_path: Path, name: str
) -> None:
    server = serve(RUN)
    client = connect(server, auth=sources(tmp_path)[name])
    RunServiceApi(pickle.loads(pickle.dumps(client))).get_run("r1")
    assert server.requests[0].header("authorization") == f"Bearer {CANARY}-token"


@pytest.mark.parametrize("name", ["cookie", "dex"])
def test_a_source_that_is_a_secret_says_that_it_was_in_a_pickle(
    serve: Any, connect: Any, tmp_path: Path, name: str
) -> None:
    server = serve(RUN)
    client = connect(server, auth=sources(tmp_path)[name])
    with pytest.raises(AuthenticationError, match=r"a pickle holds none; set `Configuration\.auth` anew"):
        RunServiceApi(pickle.loads(pickle.dumps(client))).get_run("r1")
    assert server.requests == []


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
@pytest.mark.parametrize("name", ["callable", "file", "command", "dex"])
def test_copies_share_what_was_fetched(serve: Any, connect: Any, tmp_path: Path, copied: Any, name: str) -> None:
    gateway = Gateway(RUN) if name == "dex" else RUN
    server = serve(gateway)
    client = connect(server, auth=sources(tmp_path)[name])
    RunServiceApi(client).get_run("r1")
    other = copied(client)
    assert other.configuration.auth is client.configuration.auth
    before = len(server.requests)
    RunServiceApi(other).get_run("r1")
    assert len(server.requests) == before + 1


def test_a_default_configuration_gives_one_login_to_all_clients(serve: Any) -> None:
    gateway = Gateway(RUN)
    Configuration.set_default(Configuration(serve(gateway).url, auth=auth.DexPassword(LOGIN, PASSWORD)))
    try:
        for _ in range(3):
            RunServiceApi(ApiClient()).get_run("r1")
    finally:
        Configuration.set_default(None)
    assert gateway.logins == 1


def test_errors_of_logins_pickle(serve: Any, runs: Any) -> None:
    for source in (auth.DexPassword(LOGIN, "wrong"), lambda: "bad"):
        with pytest.raises(AuthenticationError) as caught:
            runs(serve(Gateway(RUN)), auth=source).get_run("r1")
        assert pickle.loads(pickle.dumps(caught.value)).message == caught.value.message


PROGRAM = """
import os, sys, threading
from kfp_server_api import ApiClient, Configuration, RunServiceApi, auth
{before}
child = os.fork()
if not child:
    code = 1
    try:
        code = 0 if service.get_run("r1").run_id == "r1" else 2
    finally:
        os._exit(code)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
{after}
"""
WHILE_ANOTHER_THREAD_FETCHES = """
hold, count = threading.Event(), [0]
def fetch():
    count[0] += 1
    if count[0] == 1:
        hold.wait(30)
    return f"t{os.getpid()}"
service = RunServiceApi(ApiClient(Configuration(host=sys.argv[1], auth=fetch)))
thread = threading.Thread(target=service.get_run, args=("first",))
thread.start()
while not count[0]:
    pass
"""
WITH_A_SESSION = """
service = RunServiceApi(ApiClient(Configuration(host=sys.argv[1], auth=auth.DexPassword(*sys.argv[2:]))))
service.get_run("first")
"""
OPTIONS = ("-W", "ignore::DeprecationWarning")


def test_a_fork_during_a_login_leaves_a_child_that_logs_in_itself(serve: Any, python: Any) -> None:
    program = PROGRAM.format(before=WHILE_ANOTHER_THREAD_FETCHES, after="hold.set(); thread.join()")
    assert python(program, serve(echo_id).url, options=OPTIONS) == "0\n"


def test_a_child_goes_on_with_the_session_of_its_parent(serve: Any, python: Any) -> None:
    gateway = Gateway()
    program = PROGRAM.format(before=WITH_A_SESSION, after="")
    assert python(program, serve(gateway).url, LOGIN, PASSWORD, options=OPTIONS) == "0\n"
    assert gateway.logins == 1
