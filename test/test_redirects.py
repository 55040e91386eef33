# SPDX-License-Identifier: Apache-2.0
"""Redirects that lead nowhere are errors that name where they would have led."""

from __future__ import annotations

from typing import Any

import pytest
import urllib3
from fixtures.ports import closed_port
from fixtures.servers import redirect, reply

from kfp_server_api import ApiConnectionError, ApiException

RUN = reply({"run_id": "r1"})
BROKEN = [
    "ftp://127.0.0.1/x",
    "http://[::1/x",
    "http://[::g]/x",
    "http://127.0.0.1:99999/x",
    "http://127.0.0.1:http/x",
    "http://h ost/x",
    "http://",
    "https:///x",
    "mailto:a@b.c",
    "javascript:alert(1)",
    "file:///etc/passwd",
]


def refused(service: Any, **options: Any) -> ApiException:
    with pytest.raises(ApiException) as caught:
        service.get_run("r1", **options)
    return caught.value


@pytest.mark.parametrize("location", BROKEN)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_what_is_no_address_has_its_status(serve: Any, runs: Any, location: str, status: int) -> None:
    assert refused(runs(serve(redirect(location, status)))).status == status


@pytest.mark.parametrize("location", BROKEN)
def test_a_redirect_to_what_is_no_address_names_the_location(serve: Any, runs: Any, location: str) -> None:
    error = refused(runs(serve(redirect(location))))
    assert repr(location) in error.message
    assert repr(location) in str(error)


def test_a_redirect_without_end_names_the_location(serve: Any, runs: Any) -> None:
    error = refused(runs(serve(redirect("/again"))))
    assert (error.status, "'/again'" in error.message) == (302, True)
    assert error.url.endswith("/again")


def test_a_redirect_that_is_not_to_be_followed_names_the_location(serve: Any, runs: Any) -> None:
    error = refused(runs(serve(redirect("/there")), retries=False))
    assert (error.status, "'/there'" in error.message) == (302, True)


def test_the_second_of_two_redirects_is_the_one_named(serve: Any, runs: Any) -> None:
    server = serve(redirect("/next"), redirect("ftp://host/x"))
    error = refused(runs(server))
    assert "'ftp://host/x'" in error.message
    assert error.url == f"{server.url}/next"


def test_a_redirect_without_a_location_has_its_status(serve: Any, runs: Any) -> None:
    assert refused(runs(serve(reply({}, 302)))).status == 302


@pytest.mark.parametrize("location", ["ftp://me:hunter2@host/x", "//me:hunter2@host:99999/x"])
def test_credentials_in_a_location_are_not_shown(serve: Any, runs: Any, location: str) -> None:
    error = refused(runs(serve(redirect(location))))
    assert "hunter2" not in error.message


def test_credentials_in_a_location_that_was_followed_are_not_shown(serve: Any, runs: Any) -> None:
    server = serve(reply({}, 404))
    first = serve(redirect(f"http://me:hunter2@127.0.0.1:{server.port}/x"))
    error = refused(runs(first))
    assert error.url == f"{server.url}/x"


@pytest.mark.parametrize(
    "location", ["ftp://me:hunter2@host/x", "http://me:hun/ter2@[::1/x", "//me:hunter2@host:99999/x"]
)
def test_credentials_in_a_location_are_not_in_the_text(serve: Any, runs: Any, location: str) -> None:
    error = refused(runs(serve(redirect(location))))
    assert "ter2" not in str(error) + repr(error)


@pytest.mark.parametrize("retries", [1, 5, True, urllib3.Retry(2), urllib3.Retry(None, connect=1, read=1)])
def test_a_redirect_is_followed_whatever_retries_are(serve: Any, runs: Any, retries: Any) -> None:
    assert runs(serve(redirect("/next"), RUN), retries=retries).get_run("r1").run_id == "r1"


def test_redirects_end_though_retries_set_no_end(serve: Any, runs: Any) -> None:
    server = serve(redirect("/again"))
    error = refused(runs(server, retries=urllib3.Retry(None, connect=1, read=1)))
    assert (error.status, len(server.requests)) == (302, 21)


@pytest.mark.parametrize("status", [300, 305])
def test_another_redirect_that_is_not_followed_names_the_location(serve: Any, runs: Any, status: int) -> None:
    assert "'/there'" in refused(runs(serve(redirect("/there", status)))).message


def test_a_redirect_with_an_empty_location_says_so(serve: Any, runs: Any) -> None:
    error = refused(runs(serve(redirect(""))))
    assert (error.status, error.message) == (302, "The server redirects without a Location: it cannot be followed")


def test_an_error_after_a_303_names_the_get_that_was_sent(serve: Any, connect: Any) -> None:
    server = serve(redirect("/next", 303), reply({}, 404))
    with pytest.raises(ApiException) as caught:
        connect(server).rest_client.POST(f"{server.url}/a", body={})
    assert (caught.value.method, caught.value.url) == ("GET", f"{server.url}/next")


def test_a_connection_error_after_a_redirect_names_where_it_led(serve: Any, runs: Any) -> None:
    with closed_port() as url, pytest.raises(ApiConnectionError) as caught:
        runs(serve(redirect(f"{url}/x"))).get_run("r1")
    assert caught.value.url == f"{url}/x"


def test_a_redirect_to_where_nobody_listens_is_a_connection_error(serve: Any, runs: Any) -> None:
    with closed_port() as url, pytest.raises(ApiConnectionError):
        runs(serve(redirect(f"{url}/x"))).get_run("r1")


def test_a_bad_redirect_without_preloading_has_its_status(serve: Any, runs: Any) -> None:
    assert refused(runs(serve(redirect("ftp://host/x"))), _preload_content=False).status == 302


def test_a_write_is_redirected_with_its_body(serve: Any, connect: Any) -> None:
    server = serve(redirect("/next", 307), RUN)
    connect(server).rest_client.POST(f"{server.url}/a", body={"a": 1})
    assert [(each.method, each.json) for each in server.requests] == [("POST", {"a": 1})] * 2


def test_a_token_does_not_go_along_to_another_host(serve: Any, runs: Any) -> None:
    other = serve(RUN)
    service = runs(serve(redirect(f"{other.url}/x".replace("127.0.0.1", "localhost"))), access_token="t")
    service.get_run("r1")
    assert other.requests[0].header("authorization") is None
