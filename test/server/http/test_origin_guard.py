# SPDX-License-Identifier: Apache-2.0
"""Requests that web pages make through the browser of the one who runs the server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fixtures.calling import PREFIX, Caller, pipeline

import kfp_server_api
from kfp_server_api.server import LocalServer


def status(call: Caller, method: str = "GET", path: str = "/experiments", **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return call.http.request(method, f"{call.url}{PREFIX}{path}", headers=named).status


@pytest.fixture(scope="module")
def open_call() -> Iterator[Caller]:
    with LocalServer("0.0.0.0") as server:
        yield Caller(f"http://127.0.0.1:{urlsplit(server.url).port}")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1"])
def test_another_origin_is_refused(call: Caller, origin: str) -> None:
    assert status(call, Origin=origin) == 403


def test_the_server_s_own_origin_is_answered(call: Caller) -> None:
    assert status(call, Origin=call.url) == 200


def test_a_cross_site_request_is_refused(call: Caller) -> None:
    assert status(call, Sec_Fetch_Site="cross-site") == 403


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_other_requests_of_browsers_are_answered(call: Caller, site: str) -> None:
    assert status(call, Sec_Fetch_Site=site) == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "10.0.0.1", "[::2]:80"])
def test_a_foreign_host_is_refused(call: Caller, host: str) -> None:
    assert status(call, Host=host) == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8888", "127.0.0.1", "127.1.2.3:80", "[::1]:8888"])
def test_a_name_of_the_loopback_is_answered(call: Caller, host: str) -> None:
    assert status(call, Host=host) == 200


def test_a_server_for_all_addresses_takes_any_host(open_call: Caller) -> None:
    assert status(open_call, Host="build-7.lan:8888") == 200


def test_a_server_for_all_addresses_refuses_another_origin(open_call: Caller) -> None:
    assert status(open_call, Origin="https://evil.example") == 403


def test_a_refused_request_runs_nothing(call: Caller, tmp_path: Path) -> None:
    run = {"display_name": "r", "run_id": "foreign", "pipeline_spec": pipeline(f"touch {tmp_path}/it")}
    foreign = {"Origin": "https://evil.example", "Content-Type": "text/plain"}
    answer = call.http.request("POST", f"{call.url}{PREFIX}/runs", json=run, headers=foreign)
    assert answer.status == 403
    assert call("GET", "/runs/foreign").status == 404


def test_the_reason_comes_in_the_shape_of_other_errors(call: Caller) -> None:
    answer = call.http.request("GET", f"{call.url}{PREFIX}/runs", headers={"Origin": "null"})
    reason = "Requests from pages of other origins are not answered; start the server with --allow-origin"
    assert answer.json() == {"code": 7, "message": reason}


def test_the_client_is_answered(server: LocalServer) -> None:
    client = kfp_server_api.ApiClient(kfp_server_api.Configuration(host=server.url))
    assert kfp_server_api.RunServiceApi(client).run_service_list_runs() is not None


@pytest.fixture(scope="module")
def behind_proxy() -> Iterator[Caller]:
    with LocalServer(allow_origins=["https://KFP.example.com:443/"]) as server:
        yield Caller(server.url)


@pytest.mark.parametrize("site", ["same-origin", "same-site", "cross-site"])
def test_an_allowed_origin_may_write(behind_proxy: Caller, site: str) -> None:
    headers = {"Origin": "https://kfp.example.com", "Sec_Fetch_Site": site}
    assert status(behind_proxy, "POST", "/experiments/x:archive", **headers) != 403


def test_a_proxy_may_pass_its_own_host(behind_proxy: Caller) -> None:
    assert status(behind_proxy, Host="kfp.example.com") == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://kfp.example.com"},
        {"Origin": "https://kfp.example.com:8443"},
        {"Origin": "https://kfp.example.com.evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Host": "evil.example"},
    ],
    ids=str,
)
def test_others_are_refused_beside_an_allowed_origin(behind_proxy: Caller, headers: dict[str, str]) -> None:
    assert status(behind_proxy, "POST", "/experiments/x:archive", **headers) == 403


def test_a_page_of_the_server_that_sends_no_referrer_may_write(call: Caller) -> None:
    assert status(call, "POST", "/experiments/x:archive", Origin="null", Sec_Fetch_Site="same-origin") != 403


@pytest.mark.parametrize("origin", ["", "*", "kfp.example.com", "https://kfp.example.com/ui", "ftp://x", "https://a@b"])
def test_what_is_no_origin_is_refused_as_a_setting(origin: str) -> None:
    with pytest.raises(ValueError, match="is no origin such as"):
        LocalServer(allow_origins=[origin])
