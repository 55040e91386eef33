# SPDX-License-Identifier: Apache-2.0
"""Paths and methods, before a route is looked for."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from kfp_server_api.server import LocalServer

RUN = "/apis/v2beta1/runs/x"
Answer = tuple[int, str, str]


def ask(server: LocalServer, method: str, target: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Send a request as it is and return the status, the Location and the body of the reply."""
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    try:
        connection.request(method, target, headers=dict(headers or {}))
        reply = connection.getresponse()
        return reply.status, reply.headers.get("Location", ""), reply.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("target", "clean"),
    [
        ("//apis/v2beta1/runs", "/apis/v2beta1/runs"),
        ("/apis/v2beta1/x/../runs?page_size=1", "/apis/v2beta1/runs?page_size=1"),
        ("/apis/./v2beta1/runs/", "/apis/v2beta1/runs/"),
        ("/apis/v2beta1//a%20b", "/apis/v2beta1/a%20b"),
    ],
)
def test_a_path_with_dots_or_empty_parts_leads_to_the_clean_one(server: LocalServer, target: str, clean: str) -> None:
    assert ask(server, "GET", target) == (301, clean, "")


def test_a_percent_sign_that_begins_no_escape_is_a_bad_request(server: LocalServer) -> None:
    assert ask(server, "GET", "/apis/v2beta1/runs/%zz") == (400, "", "400 Bad Request")


def test_a_path_outside_the_api_is_not_found_as_text(server: LocalServer) -> None:
    assert ask(server, "GET", "/nothing")[::2] == (404, "404 page not found\n")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_health_is_told_whatever_the_method(server: LocalServer, method: str) -> None:
    assert ask(server, method, "/apis/v2beta1/healthz") == ask(server, "GET", "/apis/v2beta1/healthz")


def test_health_of_the_earlier_version_names_no_pipeline_store(server: LocalServer) -> None:
    body = ask(server, "GET", "/apis/v1beta1/healthz")[2]
    assert body == '{"commit_sha":"unknown","tag_name":"unknown","multi_user":false}'


def test_head_is_no_get(server: LocalServer) -> None:
    assert ask(server, "HEAD", "/apis/v2beta1/runs")[0] == 501


def test_a_form_may_stand_for_another_method(server: LocalServer) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded", "X-HTTP-Method-Override": "GET"}
    assert ask(server, "POST", RUN, form) == ask(server, "GET", RUN)


def test_another_body_stands_for_no_other_method(server: LocalServer) -> None:
    headers = {"Content-Type": "application/json", "X-HTTP-Method-Override": "GET"}
    assert ask(server, "POST", RUN, headers)[0] == 501
