# SPDX-License-Identifier: Apache-2.0
"""Settings: copies, defaults, and that they are read when they are used."""

from __future__ import annotations

import copy
import pickle
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from fixtures.servers import reply

from kfp_server_api import ApiClient, ApiTypeError, Configuration, RunServiceApi


@pytest.fixture
def no_default() -> Iterator[None]:
    yield
    Configuration.set_default(None)


def test_a_default_is_what_clients_without_a_configuration_get(no_default: None) -> None:
    Configuration.set_default(Configuration(host="http://kfp.example"))
    assert ApiClient().configuration.host == "http://kfp.example"


def test_the_default_is_a_copy(no_default: None) -> None:
    mine = Configuration(api_key={"authorization": "t"})
    Configuration.set_default(mine)
    mine.api_key["authorization"] = "other"
    assert Configuration.get_default_copy().api_key == {"authorization": "t"}
    assert Configuration.get_default_copy() is not Configuration.get_default_copy()


def test_a_copy_shares_nothing_that_can_change() -> None:
    mine = Configuration(api_key={"authorization": "t"}, api_key_prefix={"authorization": "Bearer"})
    other = copy.deepcopy(mine)
    other.api_key.clear()
    other.api_key_prefix.clear()
    assert (mine.api_key, mine.api_key_prefix) == ({"authorization": "t"}, {"authorization": "Bearer"})


def test_a_copy_keeps_secrets_and_hook() -> None:
    mine = Configuration(access_token="t", password="p")
    mine.refresh_api_key_hook = print
    other = copy.deepcopy(mine)
    assert (other.access_token, other.password, other.refresh_api_key_hook) == ("t", "p", print)


def test_a_dict_given_for_keys_is_copied() -> None:
    keys = {"authorization": "t"}
    configuration = Configuration(api_key=keys)
    keys["authorization"] = "other"
    assert configuration.api_key == {"authorization": "t"}


def test_a_pickled_configuration_keeps_its_settings() -> None:
    mine = Configuration(host="https://kfp.example/pipeline", username="me", debug=False)
    mine.verify_ssl, mine.timeout, mine.proxy = False, (1, 2), "http://proxy.example:3128"
    again = pickle.loads(pickle.dumps(mine))
    names = ("host", "username", "verify_ssl", "timeout", "proxy", "debug", "connection_pool_maxsize")
    assert [getattr(again, name) for name in names] == [getattr(mine, name) for name in names]


class Credentials:
    """Stands for what fetches tokens."""

    def refresh(self, configuration: Configuration) -> None:
        configuration.access_token = "t"


def test_a_configuration_with_a_hook_pickles_with_it() -> None:
    mine = Configuration()
    mine.refresh_api_key_hook = Credentials().refresh
    again = pickle.loads(pickle.dumps(mine))
    assert again.auth_settings()["Bearer"]["value"] == "Bearer t"


def test_a_configuration_that_logs_to_a_file_pickles(tmp_path: Any) -> None:
    mine = Configuration()
    mine.logger_file = str(tmp_path / "log")
    try:
        assert pickle.loads(pickle.dumps(mine)).logger_file is None
    finally:
        mine.logger_file = None


def test_the_host_is_read_on_every_call(serve: Any, runs: Any) -> None:
    first, second = serve(reply({})), serve(reply({}))
    service = runs(first)
    service.get_run("r1")
    service.api_client.configuration.host = second.url
    service.get_run("r1")
    assert (len(first.requests), len(second.requests)) == (1, 1)


def test_a_path_in_the_host_stands_before_the_operations(serve: Any, runs: Any) -> None:
    server = serve(reply({}))
    runs(server.url + "/pipeline").get_run("r1")
    assert server.requests[0].path == "/pipeline/apis/v2beta1/runs/r1"


def test_a_host_without_a_scheme_is_http_and_silent(serve: Any, runs: Any) -> None:
    server = serve(reply({"run_id": "r1"}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert runs(server.url.removeprefix("http://")).get_run("r1").run_id == "r1"


def test_validation_can_be_switched_off(serve: Any, connect: Any) -> None:
    from kfp_server_api import ApiValueError

    server = serve(reply({}))
    client = connect(server)
    with pytest.raises(ApiValueError, match="run_id"):
        RunServiceApi(client).get_run(None)
    client.client_side_validation = False
    RunServiceApi(client).delete_run("r1")
    assert len(server.requests) == 1


def test_the_debug_report_has_upstreams_four_lines() -> None:
    lines = Configuration().to_debug_report().split("\n")
    assert lines[0] == "Python SDK Debug Report:"
    assert [any(line.startswith(start) for line in lines) for start in ("OS: ", "Python Version: ")] == [True, True]
    assert any(line.startswith("Version of the API: ") for line in lines)
    assert lines[-1].startswith("SDK Package Version: ")


def test_host_settings_are_as_upstreams() -> None:
    configuration = Configuration()
    assert configuration.get_host_from_settings(0) == configuration.get_host_settings()[0]["url"]
    with pytest.raises(ValueError, match="Invalid index 1"):
        configuration.get_host_from_settings(1)


@pytest.mark.parametrize("value", ["tok", None, ["tok"]])
def test_secrets_that_are_no_dict_are_refused_by_name(serve: Any, runs: Any, value: Any) -> None:
    server = serve(reply({}))
    with pytest.raises(ApiTypeError, match=r"`Configuration\.api_key` .* take a dict"):
        runs(server, api_key=value).list_runs()
    assert server.requests == []


@pytest.mark.parametrize(
    ("make", "argument"),
    [
        (lambda: ApiClient("http://127.0.0.1"), "`configuration` takes a Configuration, not str"),
        (lambda: RunServiceApi("http://127.0.0.1"), "`api_client` takes an ApiClient, not str"),
        (lambda: RunServiceApi(Configuration()), "`api_client` takes an ApiClient, not Configuration"),
        (lambda: ApiClient(session="x"), "`session` takes a `requests.Session`, not 'x'"),
        (lambda: ApiClient(session=dict), "`session` takes a `requests.Session`, not <class 'dict'>"),
    ],
)
def test_what_is_none_of_the_classes_that_build_on_each_other_is_refused_by_name(make: Any, argument: str) -> None:
    with pytest.raises(ApiTypeError) as caught:
        make()
    assert caught.value.message == argument


def test_retries_can_be_switched_off(serve: Any, runs: Any) -> None:
    from fixtures.servers import raw

    from kfp_server_api import ApiConnectionError

    server = serve(raw(b""))
    with pytest.raises(ApiConnectionError):
        runs(server, retries=False).get_run("r1")
    assert len(server.requests) == 1
