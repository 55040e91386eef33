# SPDX-License-Identifier: Apache-2.0
"""`Configuration.host`: what is taken for the address of a server, and what is refused before the network."""

from __future__ import annotations

from typing import Any

import pytest
from fixtures.servers import Server, reply

from kfp_server_api import ApiClient, ApiValueError, Configuration, RunServiceApi
from kfp_server_api._urls import base_url

CANARY = "hunter2"


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("localhost:8888", "http://localhost:8888"),
        ("kfp", "http://kfp"),
        ("http://kfp:", "http://kfp:"),
        ("HTTPS://Kfp.Example/P%20q", "HTTPS://Kfp.Example/P%20q"),
        ("http://kfp/", "http://kfp"),
        ("http://kfp/pipeline//", "http://kfp/pipeline"),
        ("http://kfp/a//b", "http://kfp/a//b"),
        ("my_service.team.svc.cluster.local.:80", "http://my_service.team.svc.cluster.local.:80"),
        ("http://127.0.0.1:65535/x", "http://127.0.0.1:65535/x"),
        ("[::1]:8888", "http://[::1]:8888"),
        ("https://[fe80::1%25eth0]/x", "https://[fe80::1%25eth0]/x"),
        ("https://kfp.münchen.example", "https://kfp.münchen.example"),
        ("http://me:pass/w#o?rd@kfp:1/x", "http://kfp:1/x"),
        ("me:password@kfp", "http://kfp"),
    ],
)
def test_an_address_is_taken(host: str, base: str) -> None:
    assert base_url(host) == base


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("/x", "names no host"),
        ("//kfp/x", "names no host"),
        ("http://", "names no host"),
        ("http:///x", "names no host"),
        ("http://:80", "names no host"),
        ("http://[::1", "names no host"),
        ("http://a..b", "names no host"),
        ("<your-host>", "names no host"),
        ("ftp://kfp", "neither http"),
        ("unix:///run/kfp.sock", "neither http"),
        ("http:/kfp", "neither http"),
        ("https:", "neither http"),
        ("HTTPS:/", "neither http"),
        ("https//kfp", "neither http"),
        ("http://http://kfp", "neither http"),
        (" http://kfp", "neither http"),
        ("http://k fp", "space"),
        ("http://kfp\n", "space"),
        ("http:\\\\kfp", "space"),
        ("http://kfp\x00", "control"),
        ("http://kfp/pipeline/#/runs", "fragment"),
        ("http://kfp?x=1", "query"),
        ("http://kfp:99999", "port"),
        ("http://kfp:0", "port"),
        ("http://kfp:-1", "port"),
        ("http://kfp:\u0661", "port"),
        ("kfp:http", "port"),
        ("::1", "brackets"),
        ("http://::1:8888/x", "brackets"),
    ],
)
def test_anything_else_is_an_error_that_names_the_setting(host: str, why: str) -> None:
    with pytest.raises(ApiValueError, match=why) as caught:
        RunServiceApi(ApiClient(Configuration(host=host))).get_run("r1")
    assert "`Configuration.host`" in str(caught.value)


@pytest.mark.parametrize("host", [None, "", "  ", 8888, b"http://kfp"])
def test_what_is_no_text_is_an_error_that_names_the_setting(host: Any) -> None:
    with pytest.raises(ApiValueError, match=r"`Configuration\.host`"):
        RunServiceApi(ApiClient(Configuration(host=host))).get_run("r1")


def test_the_host_of_one_call_is_called_by_its_own_name() -> None:
    with pytest.raises(ApiValueError, match="`_host`"):
        ApiClient().call_api("/x", "GET", _host="ftp://kfp")


@pytest.mark.parametrize(
    "host", [f"ftp://me:{CANARY}@kfp", f"http://me:{CANARY}@k fp", f"me:{CANARY}@/x", f"me:se://{CANARY}@kfp"]
)
def test_the_error_shows_no_password(host: str) -> None:
    with pytest.raises(ApiValueError) as caught:
        RunServiceApi(ApiClient(Configuration(host=host))).get_run("r1")
    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None


def test_nothing_is_sent_to_a_host_that_is_refused(serve: Any, runs: Any) -> None:
    server: Server = serve(reply({}))
    with pytest.raises(ApiValueError):
        runs(f"{server.url}/?x=1").get_run("r1")
    assert server.connections == 0
