# SPDX-License-Identifier: Apache-2.0
"""Functions that people patch or override are called, with the arguments that upstream gives them."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
import urllib3
from fixtures.servers import redirect, reply, reset_after

from kfp_server_api import (
    ApiClient,
    ApiException,
    ApiValueError,
    Configuration,
    DecodeError,
    OpenApiException,
    RunServiceApi,
    V2beta1Run,
)

RUN = reply({"run_id": "r1"})
MINE = urllib3.HTTPResponse(b'{"run_id": "mine"}', status=200, preload_content=True)


def test_request_is_called_with_keywords_behind_the_url(serve: Any, connect: Any) -> None:
    client = connect(serve(RUN))
    with mock.patch.object(client, "request", wraps=client.request) as request:
        RunServiceApi(client).create_run(V2beta1Run(display_name="r"))
    assert request.call_args.args[0] == "POST"
    assert len(request.call_args.args) == 2
    assert {"query_params", "headers", "post_params", "body", "_preload_content", "_request_timeout"} == {
        *request.call_args.kwargs
    }


def test_an_override_of_request_with_keywords_works(serve: Any) -> None:
    class Traced(ApiClient):
        def request(self, method: str, url: str, **options: Any) -> Any:
            seen.append((method, url))
            return super().request(method, url, **options)

    seen: list[Any] = []
    server = serve(RUN)
    RunServiceApi(Traced(Configuration(host=server.url))).get_run("r1")
    assert seen == [("GET", f"{server.url}/apis/v2beta1/runs/r1")]


def test_an_override_of_deserialize_is_called(serve: Any) -> None:
    class Mine(ApiClient):
        def deserialize(self, response: Any, response_type: Any) -> Any:
            return response_type, super().deserialize(response, response_type).run_id

    service = RunServiceApi(Mine(Configuration(host=serve(RUN).url)))
    assert service.get_run("r1") == ("V2beta1Run", "r1")


def test_an_error_of_deserialize_inside_a_call_names_the_request(serve: Any, runs: Any) -> None:
    server = serve(reply(b"["))
    with pytest.raises(DecodeError) as caught:
        runs(server).create_run(V2beta1Run(display_name="r"))
    assert (caught.value.method, caught.value.committed) == ("POST", True)


def test_deserialize_alone_names_no_request(serve: Any, connect: Any) -> None:
    client = connect(serve(RUN))
    RunServiceApi(client).get_run("r1")
    response = client.last_response
    response.data, response.url = "[", None
    with pytest.raises(DecodeError) as caught:
        client.deserialize(response, "V2beta1Run")
    assert (caught.value.method, caught.value.url) == (None, None)


@pytest.mark.parametrize("name", ["urlopen", "request"])
def test_a_patch_of_urllib3s_manager_takes_the_call(serve: Any, runs: Any, name: str) -> None:
    server = serve(RUN)
    service = runs(server)
    service.get_run("r1")
    with mock.patch(f"urllib3.PoolManager.{name}", return_value=MINE):
        assert service.get_run("r1").run_id == "mine"
    assert service.get_run("r1").run_id == "r1"
    assert len(server.requests) == 2


def test_a_reply_that_somebody_made_by_hand_is_read(connect: Any) -> None:
    client = connect("http://127.0.0.1:9")
    with mock.patch.object(client, "request", return_value=mock.Mock(data=b'{"run_id": "mine"}', status=200)):
        assert RunServiceApi(client).get_run("r1").run_id == "mine"
    broken = mock.patch.object(client, "request", return_value=mock.Mock(data=b"no json", status=200))
    with broken, pytest.raises(DecodeError):
        RunServiceApi(client).get_run("r1")


def test_headers_that_are_pairs_are_shown_without_secrets() -> None:
    made = mock.Mock(status=404, reason="x", data="", getheaders=lambda: [("Set-Cookie", "hunter2"), ("A", "b")])
    text = str(ApiException(http_resp=made))
    assert "hunter2" not in text
    assert "'A': 'b'" in text


def test_a_path_parameter_that_is_missing_is_refused_without_validation_too(serve: Any, connect: Any) -> None:
    server = serve(RUN)
    client = connect(server)
    client.client_side_validation = False
    with pytest.raises(ApiValueError, match="run_id"):
        RunServiceApi(client).get_run(None)
    assert server.requests == []


@pytest.mark.parametrize("proxy", ["socks5://me:hunter2@host", "http://me:hun/ter2@host", "nothing://x"])
def test_a_proxy_that_is_no_http_url_is_an_error_of_ours(proxy: str) -> None:
    configuration = Configuration()
    configuration.proxy = proxy
    with pytest.raises(OpenApiException) as caught:
        ApiClient(configuration)
    assert "Configuration.proxy" in str(caught.value)
    assert "ter2" not in str(caught.value)


@pytest.mark.parametrize(
    "host", ["http://user:SE/CRET@{}", "//user:SECRET@{}", "user:SECRET@{}", "http://user:SE#CRET@{}"]
)
def test_a_password_in_the_host_is_neither_sent_nor_shown(serve: Any, runs: Any, host: str) -> None:
    server = serve(reply({}, 404))
    with pytest.raises(ApiException) as caught:
        runs(host.format(f"127.0.0.1:{server.port}")).get_run("r1")
    assert "CRET" not in str(caught.value) + caught.value.message
    assert caught.value.url == f"{server.url}/apis/v2beta1/runs/r1"


def test_broken_json_of_a_host_without_a_scheme_is_no_login(serve: Any, runs: Any) -> None:
    server = serve(reply(b"{bad"))
    with pytest.raises(DecodeError):
        runs(f"127.0.0.1:{server.port}").get_run("r1")


def test_a_length_beyond_all_numbers_is_an_error_of_ours(serve: Any, runs: Any) -> None:
    from fixtures.servers import head, raw

    with pytest.raises(OpenApiException):
        runs(serve(raw(head(200, ("Content-Length", "9" * 20)) + b"{"))).create_run(V2beta1Run(display_name="r"))


def test_a_request_that_is_sent_once_keeps_the_policy_for_redirects(serve: Any) -> None:
    from kfp_server_api.kedro import KedroServer

    other = serve(reply({"status": "success", "run_id": "r", "duration_ms": 1}))
    first = serve(redirect(f"{other.url}/run".replace("127.0.0.1", "localhost"), 307))
    configuration = Configuration(host=first.url)
    configuration.retries = urllib3.Retry(3, remove_headers_on_redirect=["X-Token"])
    KedroServer(ApiClient(configuration, header_name="X-Token", header_value="hunter2")).run()
    assert first.requests[0].header("x-token") == "hunter2"
    assert other.requests[0].header("x-token") is None


def test_a_request_that_is_sent_once_is_not_repeated_under_eager_retries(serve: Any) -> None:
    from kfp_server_api.kedro import KedroServer

    server = serve(reset_after())
    configuration = Configuration(host=server.url)
    configuration.retries = urllib3.Retry(5, allowed_methods=None)
    with pytest.raises(OpenApiException):
        KedroServer(ApiClient(configuration)).run()
    assert len(server.requests) == 1


def test_the_status_of_another_server_is_not_in_the_message(serve: Any) -> None:
    from kfp_server_api.kedro import KedroServer

    with pytest.raises(DecodeError) as caught:
        KedroServer(ApiClient(Configuration(host=serve(reply({"status": {"token": "hunter2"}})).url))).health()
    assert "hunter2" not in caught.value.message + str(caught.value)
