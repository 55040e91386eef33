# SPDX-License-Identifier: Apache-2.0
"""Clients that send over a caller's `requests.Session`."""

from __future__ import annotations

import copy
import gzip
import pickle
import threading
from typing import Any

import pytest
import urllib3
from fixtures.ports import black_hole, closed_port
from fixtures.servers import Peer, Request, drip, head, page, raw, redirect, reply, reset_after, silence_after

from kfp_server_api import (
    ApiClient,
    ApiConnectionError,
    ApiTimeoutError,
    AuthenticationError,
    Configuration,
    NotFoundError,
    PipelineUploadServiceApi,
    RunServiceApi,
    ServerError,
    TLSError,
)

requests = pytest.importorskip("requests")
responses = pytest.importorskip("responses")
RUN = reply({"run_id": "r1"})


@pytest.fixture
def session() -> Any:
    with requests.Session() as made:
        yield made


@pytest.fixture
def over(session: Any) -> Any:
    """Make clients of a server or URL over the session."""

    def client(server: Any, **settings: Any) -> ApiClient:
        configuration = Configuration(host=getattr(server, "url", server))
        for name, value in settings.items():
            setattr(configuration, name, value)
        return ApiClient(configuration, session=session)

    return client


def get(client: ApiClient, **options: Any) -> Any:
    return RunServiceApi(client).run_service_get_run("r1", **options)


def test_a_reply_is_decoded(serve: Any, over: Any) -> None:
    assert get(over(serve(RUN))).run_id == "r1"


def test_status_and_headers_come_with_it(serve: Any, over: Any) -> None:
    api = RunServiceApi(over(serve(reply({"run_id": "r1"}, 200, ("X-Trace", "t1")))))
    _, status, headers = api.run_service_get_run_with_http_info("r1")
    assert (status, headers["x-trace"]) == (200, "t1")


def test_the_sessions_own_authentication_is_used(serve: Any, over: Any, session: Any) -> None:
    class Corporate(requests.auth.AuthBase):
        def __call__(self, request: Any) -> Any:
            request.headers["X-Corporate"] = "ticket"
            return request

    session.auth = Corporate()
    server = serve(RUN)
    get(over(server))
    assert server.requests[0].header("x-corporate") == "ticket"


def test_adapters_and_cookies_of_the_session_are_used(serve: Any, over: Any, session: Any) -> None:
    sent = []

    class Adapter(requests.adapters.HTTPAdapter):
        def send(self, request: Any, **options: Any) -> Any:
            sent.append(request.url)
            return super().send(request, **options)

    session.mount("http://", Adapter())
    session.cookies.set("s", "1")
    server = serve(RUN)
    get(over(server))
    assert sent == [f"{server.url}/apis/v2beta1/runs/r1"]
    assert server.requests[0].header("cookie") == "s=1"


def test_the_clients_own_token_is_sent(serve: Any, over: Any) -> None:
    server = serve(RUN)
    get(over(server, access_token="t"))
    assert server.requests[0].header("authorization") == "Bearer t"


def test_a_body_is_the_same_as_without_a_session(serve: Any, over: Any, connect: Any) -> None:
    server = serve(RUN)
    for client in (over(server), connect(server)):
        RunServiceApi(client).run_service_create_run({"display_name": "r", "description": "ü"})
    first, second = server.requests
    assert (first.body, first.header("content-type")) == (second.body, second.header("content-type"))


@pytest.mark.parametrize("source", ["bytes", "file", "path"])
def test_an_upload_arrives_whole(serve: Any, over: Any, tmp_path: Any, source: str) -> None:
    package = tmp_path / "p.yaml"
    package.write_bytes(b"a" * 300_000)
    server = serve(reply({"pipeline_id": "p1"}))
    with package.open("rb") as file:
        content = {"bytes": package.read_bytes(), "file": file, "path": str(package)}[source]
        PipelineUploadServiceApi(over(server)).upload_pipeline(content)
    request = server.requests[0]
    assert request.header("content-length") == str(request.size)
    assert request.body.count(b"a" * 300_000) == 1


def test_mocks_of_responses_answer(over: Any) -> None:
    with responses.RequestsMock() as mock:
        mock.get("http://kfp.example/apis/v2beta1/runs/r1", json={"run_id": "r1"})
        assert get(over("http://kfp.example")).run_id == "r1"
        assert len(mock.calls) == 1


def test_an_error_of_a_mock_is_an_error_of_ours(over: Any) -> None:
    with responses.RequestsMock() as mock:
        mock.get("http://kfp.example/apis/v2beta1/runs/r1", status=404, json={"code": 5, "message": "no run"})
        with pytest.raises(NotFoundError, match="no run"):
            get(over("http://kfp.example"))


@responses.activate
def test_an_address_that_is_not_mocked_is_a_connection_error(over: Any) -> None:
    with pytest.raises(ApiConnectionError):
        get(over("http://kfp.example", retries=0))


def test_a_compressed_reply_is_unpacked_once(serve: Any, over: Any) -> None:
    server = serve(reply(gzip.compress(b'{"run_id": "r1"}'), 200, ("Content-Encoding", "gzip")))
    assert get(over(server)).run_id == "r1"


def test_an_unread_reply_is_urllib3s(serve: Any, over: Any) -> None:
    response = get(over(serve(RUN)), _preload_content=False)
    assert isinstance(response, urllib3.HTTPResponse)
    assert response.read() == b'{"run_id": "r1"}'


def test_redirects_are_followed_as_without_a_session(serve: Any, over: Any) -> None:
    server = serve(redirect("/next"), RUN)
    assert get(over(server)).run_id == "r1"
    assert server.requests[1].path == "/next"


def test_secrets_do_not_follow_to_another_host(serve: Any, over: Any) -> None:
    other = serve(RUN)
    get(over(serve(redirect(f"{other.url_by_name}/x")), access_token="t"))
    assert other.requests[0].header("authorization") is None


@pytest.mark.parametrize("settings", [{"headers": {"Authorization": "Bearer s"}}, {"auth": ("me", "s")}])
def test_the_sessions_own_secrets_do_not_follow_either(serve: Any, over: Any, session: Any, settings: Any) -> None:
    vars(session).update(settings)
    other = serve(RUN)
    server = serve(redirect(f"{other.url_by_name}/x"))
    get(over(server))
    assert server.requests[0].header("authorization")
    assert other.requests[0].header("authorization") is None


def test_the_sessions_secrets_follow_on_the_same_server(serve: Any, over: Any, session: Any) -> None:
    session.auth = ("me", "s")
    server = serve(redirect("/next"), RUN)
    get(over(server))
    assert server.requests[1].header("authorization")


def test_a_login_page_is_an_authentication_error(serve: Any, over: Any) -> None:
    with pytest.raises(AuthenticationError):
        get(over(serve(page())))


@pytest.mark.parametrize("answer", [reset_after(), raw(b""), reply({}, 503)], ids=["reset", "closed", "503"])
def test_retries_are_the_clients(serve: Any, over: Any, answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    server = serve(answer, answer, RUN)
    assert get(over(server)).run_id == "r1"
    assert len(server.requests) == 3


def test_a_dead_host_is_what_it_is_without_a_session(over: Any) -> None:
    with closed_port() as url, pytest.raises(urllib3.exceptions.MaxRetryError) as caught:
        get(over(url))
    assert isinstance(caught.value, ApiConnectionError)
    assert isinstance(caught.value.reason, urllib3.exceptions.NewConnectionError)


def test_a_silent_server_is_a_timeout(serve: Any, over: Any) -> None:
    server = serve(silence_after())
    with pytest.raises(ApiTimeoutError):
        get(over(server), _request_timeout=0.2)
    assert len(server.requests) == 1


def test_a_body_that_ends_early_is_a_connection_error(serve: Any, over: Any) -> None:
    with pytest.raises(ApiConnectionError):
        get(over(serve(raw(head(200, ("Content-Length", "99")) + b'{"run_id"')), retries=0))


def test_a_certificate_that_the_session_does_not_know_is_a_tls_error(serve: Any, over: Any, certificates: Any) -> None:
    with pytest.raises(TLSError):
        get(over(serve(RUN, tls=certificates.right)))


def test_the_sessions_certificates_count(serve: Any, over: Any, session: Any, certificates: Any) -> None:
    session.verify, session.trust_env = certificates.file, False
    assert get(over(serve(RUN, tls=certificates.right))).run_id == "r1"


@pytest.mark.parametrize(
    "answer",
    [silence_after(), drip(head(200, ("Content-Length", "200"))), silence_after(head(200, ("Content-Length", "9")))],
    ids=["silent", "drip in the head", "silent in the body"],
)
def test_a_deadline_ends_the_call(serve: Any, over: Any, answer: Any) -> None:
    with pytest.raises(ApiTimeoutError, match=r"the deadline of 0\.3 s"):
        get(over(serve(answer)), _deadline=0.3)


@pytest.mark.parametrize("ending", [(), (("Connection", "close"),)], ids=["kept open", "closed behind it"])
def test_a_deadline_ends_a_download_that_drips(serve: Any, over: Any, tmp_path: Any, ending: Any) -> None:
    def answer(request: Request, peer: Peer) -> bool:
        peer.send(head(200, ("Content-Length", "200"), *ending))
        return drip(b"x" * 200)(request, peer)

    client = over(serve(answer), temp_folder_path=str(tmp_path))
    with pytest.raises(ApiTimeoutError, match=r"the deadline of 0\.3 s"):
        client.call_api("/file", "GET", response_type="file", _deadline=0.3)
    assert not list(tmp_path.iterdir())


def test_a_deadline_ends_a_black_hole(over: Any) -> None:
    with black_hole() as url, pytest.raises(ApiTimeoutError):
        get(over(url), _deadline=0.3)


def test_an_error_under_a_deadline_is_itself(serve: Any, over: Any) -> None:
    with pytest.raises(ServerError):
        get(over(serve(reply({}, 500))), _deadline=60)


def test_a_call_in_a_thread_works(serve: Any, over: Any) -> None:
    assert get(over(serve(RUN)), async_req=True).get(10).run_id == "r1"


def test_copies_share_the_session(serve: Any, over: Any, session: Any) -> None:
    client = over(serve(RUN))
    for each in (copy.copy(client), copy.deepcopy(client)):
        assert each.rest_client.session is session
        assert get(each).run_id == "r1"


def test_a_pickle_is_refused(over: Any) -> None:
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(over("http://kfp.example"))


def test_closing_the_client_leaves_the_session_open(serve: Any, over: Any, session: Any) -> None:
    server = serve(RUN)
    with over(server) as client:
        get(client)
    assert session.get(f"{server.url}/x").status_code == 200


def test_no_thread_is_left_behind(serve: Any, over: Any) -> None:
    client, before = over(serve(RUN)), set(threading.enumerate())
    for _ in range(5):
        get(client, _deadline=60)
    assert not [each for each in set(threading.enumerate()) - before if each.name == "kfp-session"]
