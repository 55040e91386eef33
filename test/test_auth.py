# SPDX-License-Identifier: Apache-2.0
"""Where the credentials of a call come from."""

from __future__ import annotations

from typing import Any

import pytest
from fixtures.servers import reply

from kfp_server_api import Configuration


def sent(server: Any) -> str | None:
    """Return the credential of the latest request."""
    return server.requests[-1].header("authorization")


@pytest.fixture
def server(serve: Any) -> Any:
    return serve(reply({"run_id": "r1"}))


def test_without_a_credential_none_is_sent(server: Any, runs: Any) -> None:
    runs(server).get_run("r1")
    assert sent(server) is None


def test_an_api_key_is_sent_with_its_prefix(server: Any, runs: Any) -> None:
    runs(server, api_key={"authorization": "t"}, api_key_prefix={"authorization": "Bearer"}).get_run("r1")
    assert sent(server) == "Bearer t"


def test_an_api_key_is_sent_as_it_is_without_a_prefix(server: Any, runs: Any) -> None:
    runs(server, api_key={"authorization": "t"}).get_run("r1")
    assert sent(server) == "t"


def test_an_access_token_is_sent_as_bearer(server: Any, runs: Any) -> None:
    runs(server, access_token="t").get_run("r1")
    assert sent(server) == "Bearer t"


def test_a_key_that_is_changed_is_sent_from_then_on(server: Any, runs: Any) -> None:
    service = runs(server, api_key={"authorization": "old"})
    service.get_run("r1")
    service.api_client.configuration.api_key["authorization"] = "new"
    service.get_run("r1")
    assert [each.header("authorization") for each in server.requests] == ["old", "new"]


def test_the_hook_runs_where_no_key_is_set(server: Any, runs: Any) -> None:
    def hook(configuration: Configuration) -> None:
        configuration.api_key["authorization"] = "from the hook"

    runs(server, refresh_api_key_hook=hook).get_run("r1")
    assert sent(server) == "from the hook"


def test_the_hook_may_set_an_access_token(server: Any, runs: Any) -> None:
    def hook(configuration: Configuration) -> None:
        configuration.access_token = "t"

    runs(server, refresh_api_key_hook=hook).get_run("r1")
    assert sent(server) == "Bearer t"


def test_the_hook_runs_where_a_key_is_set(server: Any, runs: Any) -> None:
    def hook(configuration: Configuration) -> None:
        configuration.api_key["authorization"] = "new"

    runs(server, api_key={"authorization": "old"}, refresh_api_key_hook=hook).get_run("r1")
    assert sent(server) == "new"


def test_the_hook_runs_once_for_every_call(server: Any, runs: Any) -> None:
    given: list[Configuration] = []
    service = runs(server, refresh_api_key_hook=given.append)
    for _ in range(3):
        service.get_run("r1")
    assert given == [service.api_client.configuration] * 3


def test_a_hook_set_later_runs(server: Any, runs: Any) -> None:
    calls: list[Configuration] = []
    service = runs(server)
    service.api_client.configuration.refresh_api_key_hook = calls.append
    service.get_run("r1")
    assert len(calls) == 1


def test_a_host_that_the_hook_sets_is_the_one_called(serve: Any, server: Any, runs: Any) -> None:
    def hook(configuration: Configuration) -> None:
        configuration.host = server.url

    old = serve(reply({}))
    runs(old, refresh_api_key_hook=hook).get_run("r1")
    assert (len(old.requests), len(server.requests)) == (0, 1)


def test_an_error_in_the_hook_reaches_the_caller_and_nothing_is_sent(server: Any, runs: Any) -> None:
    def hook(configuration: Configuration) -> None:
        raise LookupError("no token")

    with pytest.raises(Exception) as caught:
        runs(server, refresh_api_key_hook=hook).get_run("r1")
    assert "no token" in str(caught.value) or isinstance(caught.value.__cause__, LookupError)
    assert server.requests == []


def test_the_hook_runs_in_async_calls(server: Any, runs: Any) -> None:
    def hook(configuration: Configuration) -> None:
        configuration.api_key["authorization"] = "t"

    runs(server, refresh_api_key_hook=hook).get_run("r1", async_req=True).get(20)
    assert sent(server) == "t"


def test_a_cookie_is_sent(server: Any) -> None:
    from kfp_server_api import ApiClient, RunServiceApi

    RunServiceApi(ApiClient(Configuration(host=server.url), cookie="session=1")).get_run("r1")
    assert server.requests[0].header("cookie") == "session=1"


def test_a_default_header_is_sent(server: Any, connect: Any) -> None:
    from kfp_server_api import RunServiceApi

    client = connect(server)
    client.set_default_header("kubeflow-userid", "me@example.com")
    RunServiceApi(client).get_run("r1")
    assert server.requests[0].header("kubeflow-userid") == "me@example.com"


def test_basic_credentials_are_base64() -> None:
    assert Configuration(username="me", password="ü").get_basic_auth_token() == "Basic bWU6/A=="  # Latin-1
