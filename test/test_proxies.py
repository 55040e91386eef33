# SPDX-License-Identifier: Apache-2.0
"""`Configuration.trust_env`: the environment's proxies."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from fixtures.servers import redirect, reply

from kfp_server_api import ApiValueError
from kfp_server_api._proxies import proxy_of

RUN = reply({"run_id": "r1"})
NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NAMES, *map(str.upper, NAMES), "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_the_proxy_of_the_environment_gets_the_request(
    serve: Any, runs: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    proxy = serve(RUN)
    monkeypatch.setenv(name, proxy.url)
    runs("http://kfp.example:8888", trust_env=True).get_run("r1")
    assert proxy.requests[0].target == "http://kfp.example:8888/apis/v2beta1/runs/r1"


def test_it_is_off_by_default(serve: Any, runs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, server = serve(RUN), serve(RUN)
    monkeypatch.setenv("http_proxy", proxy.url)
    runs(server).get_run("r1")
    assert (proxy.requests, len(server.requests)) == ([], 1)


def test_a_proxy_of_the_configuration_wins(serve: Any, runs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    own = serve(RUN)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    runs("http://kfp.example", proxy=own.url, trust_env=True).get_run("r1")
    assert len(own.requests) == 1


def test_the_environment_is_read_on_every_call(serve: Any, runs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, server = serve(RUN), serve(RUN)
    service = runs(server, trust_env=True)
    service.get_run("r1")
    monkeypatch.setenv("http_proxy", proxy.url)
    service.get_run("r1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    service.get_run("r1")
    assert (len(server.requests), len(proxy.requests)) == (2, 1)


def test_credentials_of_the_proxy_reach_it_alone(serve: Any, runs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(RUN)
    monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//me:p%40ss@"))
    runs("http://kfp.example", trust_env=True).get_run("r1")
    assert proxy.requests[0].header("proxy-authorization") == "Basic " + base64.b64encode(b"me:p@ss").decode()
    assert "me" not in proxy.requests[0].target.partition("//")[2].partition(".example")[0].replace("kfp", "")


def test_each_hop_of_a_redirect_has_its_own_proxy(serve: Any, runs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(RUN)
    proxy = serve(redirect(f"{server.url}/next"))
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    runs("http://kfp.example", trust_env=True).get_run("r1")
    assert (len(proxy.requests), server.requests[0].path) == (1, "/next")


@pytest.mark.parametrize("proxy", ["socks5://me:hunter2@p", "ftp://me:hunter2@p"])
def test_a_proxy_that_is_no_http_proxy_is_an_error(runs: Any, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(ApiValueError) as caught:
        runs("http://kfp.example", trust_env=True).get_run("r1")
    assert "hunter2" not in str(caught.value)


def test_a_proxy_without_a_scheme_is_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "proxy.example:3128")
    assert proxy_of("https://kfp.example") == "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("exceptions", "url", "direct"),
    [
        ("*", "http://kfp.example", True),
        ("kfp.example", "http://kfp.example", True),
        ("KFP.Example", "http://kfp.example", True),
        ("kfp.example", "http://api.kfp.example", True),
        (".kfp.example", "http://api.kfp.example", True),
        (".kfp.example", "http://kfp.example", True),
        ("*.kfp.example", "http://api.kfp.example", True),
        ("fp.example", "http://kfp.example", False),
        ("kfp.example.org", "http://kfp.example", False),
        ("a, b ,kfp.example", "http://kfp.example", True),
        (" ,, ", "http://kfp.example", False),
        ("kfp.example:8888", "http://kfp.example:8888", True),
        ("kfp.example:8888", "http://kfp.example", False),
        ("kfp.example:80", "http://kfp.example", True),
        ("kfp.example:443", "https://kfp.example", True),
        ("10.0.0.0/8", "http://10.1.2.3:80", True),
        ("10.0.0.0/8", "http://11.1.2.3", False),
        ("10.1.2.3/8", "http://10.9.9.9", True),
        ("10.1.2.3", "http://10.1.2.3:8888", True),
        ("10.1.2.3:8888", "http://10.1.2.3:8888", True),
        ("10.1.2.3:8888", "http://10.1.2.3", False),
        ("10.0.0.0/8:8888", "http://10.1.2.3:8888", True),
        ("10.0.0.0/33", "http://10.1.2.3", False),
        ("::1", "http://[::1]:8888", True),
        ("[::1]:8888", "http://[::1]:8888", True),
        ("[::1]:8888", "http://[::1]:1", False),
        ("fd00::/8", "http://[fd12::1]", True),
        ("2", "http://10.0.0.2", False),
        ("0.2", "http://10.0.0.2", False),
        ("kfp.example:²", "http://kfp.example", True),
    ],
)
def test_no_proxy_names_hosts(monkeypatch: pytest.MonkeyPatch, exceptions: str, url: str, direct: bool) -> None:
    monkeypatch.setenv("all_proxy", "http://proxy.example")
    monkeypatch.setenv("no_proxy", exceptions)
    assert (proxy_of(url) is None) == direct
