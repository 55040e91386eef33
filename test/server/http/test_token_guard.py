# SPDX-License-Identifier: Apache-2.0
"""A server with a token answers those who show it, and health checks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import urllib3
from fixtures.calling import PREFIX

from kfp_server_api import ApiClient, AuthenticationError, Configuration, ExperimentServiceApi
from kfp_server_api.server import LocalServer

TOKEN = "t0ken-of-the-server"


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    """A server that asks for a token."""
    with LocalServer(token=TOKEN, parallel_runs=0) as running:
        yield running


def asked(server: LocalServer, path: str, headers: urllib3.HTTPHeaderDict) -> urllib3.BaseHTTPResponse:
    return urllib3.PoolManager().request("GET", f"{server.url}{path}", headers=headers)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "Bearer")],
        [("Authorization", TOKEN)],
        [("Authorization", f"Basic {TOKEN}")],
        [("Authorization", f"Bearer {TOKEN}x")],
        [("Authorization", f"Bearer {TOKEN[:-1]}")],
        [("Authorization", "Bearer t\xf6ken")],
        [("Authorization", f"Bearer {TOKEN}"), ("Authorization", f"Bearer {TOKEN}")],
    ],
)
@pytest.mark.parametrize("path", [f"{PREFIX}/experiments", f"{PREFIX}/nothing", "/"])
def test_who_does_not_show_the_token_is_refused(server: LocalServer, path: str, headers: list[tuple[str, str]]) -> None:
    reply = asked(server, path, urllib3.HTTPHeaderDict(headers))
    short = "The request has no Authorization: Bearer with this server's token"
    whole = f"Unauthenticated: {short}"
    detail = {"@type": "type.googleapis.com/google.rpc.Status", "code": 16, "message": short}
    assert (reply.status, reply.json()) == (401, {"code": 16, "message": whole, "details": [detail]})
    assert reply.headers["WWW-Authenticate"] == whole


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
def test_who_shows_the_token_is_answered(server: LocalServer, scheme: str) -> None:
    headers = urllib3.HTTPHeaderDict({"Authorization": f"{scheme} {TOKEN}"})
    assert asked(server, f"{PREFIX}/experiments", headers).status == 200


def test_health_is_open(server: LocalServer) -> None:
    assert asked(server, f"{PREFIX}/healthz", urllib3.HTTPHeaderDict()).status == 200


def test_the_client_gets_in_with_the_token_alone(server: LocalServer) -> None:
    configuration = Configuration(host=server.url, auth=TOKEN)
    assert ExperimentServiceApi(ApiClient(configuration)).experiment_service_list_experiments().experiments
    with pytest.raises(AuthenticationError, match="no Authorization: Bearer"):
        ExperimentServiceApi(ApiClient(Configuration(host=server.url))).experiment_service_list_experiments()


@pytest.mark.parametrize("token", ["two words", "l\xf6ng", "line\n"])
def test_a_token_that_no_header_can_have_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(ValueError, match="token has characters") as error:
        LocalServer(token=token)
    assert token not in str(error.value)
