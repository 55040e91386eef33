# SPDX-License-Identifier: Apache-2.0
"""The client's conduct: before the network, on it, over time."""

from __future__ import annotations

import copy
import logging
import pickle
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import wait
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3

from kfp_server_api import (
    ApiClient,
    ApiConnectionError,
    ApiException,
    ApiTimeoutError,
    ApiTypeError,
    ApiValueError,
    AuthenticationError,
    BadRequestError,
    Configuration,
    DecodeError,
    ServerError,
)
from kfp_server_api.kedro import KedroError, KedroRunError, KedroServer, RunFailure

SUCCESS = b'{"status": "success", "run_id": "r", "duration_ms": 1.0}'


class Recorder(ThreadingHTTPServer):
    """Answers every request alike and keeps what came; `drop` closes connections without an answer."""

    daemon_threads = True

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.status, self.content_type, self.body, self.drop = 200, "application/json", SUCCESS, False
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def client(self) -> KedroServer:
        return KedroServer(ApiClient(Configuration(host=f"http://127.0.0.1:{self.server_port}")))


class _Handler(BaseHTTPRequestHandler):
    server: Recorder

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((self.command, self.path, headers, body))
        if self.server.drop:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(self.server.status)
        self.send_header("content-type", self.server.content_type)
        self.send_header("content-length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    do_POST = do_GET

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with Recorder() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def until(true, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.02)


def test_package_does_not_import_this_module():
    code = "import sys, kfp_server_api; sys.exit('kfp_server_api.kedro' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_request_without_fields_is_an_empty_object_as_json(recorder):
    recorder.client.run()
    method, path, headers, body = recorder.requests[0]
    assert (method, path, body, headers["content-type"]) == ("POST", "/run", b"{}", "application/json")


def test_none_fields_are_left_out(recorder):
    recorder.client.run(tags=None, is_async=None, params={"a": None})
    assert recorder.requests[0][3] == b'{"params": {"a": null}}'


@pytest.mark.parametrize("name", ["health", "snapshot", "run"])
def test_token_headers_and_cookie_of_the_client_are_sent(recorder, name):
    configuration = Configuration(host=f"http://127.0.0.1:{recorder.server_port}", access_token="t")
    kedro = KedroServer(ApiClient(configuration, "x-team", "harbour", cookie="session=1"))
    recorder.body = b'{"status": "healthy"}' if name == "health" else SUCCESS
    getattr(kedro, name)()
    headers = recorder.requests[0][2]
    assert (headers["authorization"], headers["x-team"], headers["cookie"]) == ("Bearer t", "harbour", "session=1")


def test_token_and_cookie_that_change_later_are_sent_with_a_run(recorder):
    kedro = recorder.client
    kedro.run()
    kedro.api_client.configuration.access_token = "new"
    kedro.api_client.cookie = "session=2"
    kedro.run()
    headers = recorder.requests[1][2]
    assert (headers["authorization"], headers["cookie"]) == ("Bearer new", "session=2")


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ({"pipeline": "daily"}, "'pipeline'; did you mean 'pipeline_names'?"),
        ({"tag": ["a"]}, "'tag'; did you mean 'tags'?"),
        ({"parameters": {}}, "'parameters'; did you mean 'params'?"),
        ({"env": "local"}, "'env'"),
    ],
)
@pytest.mark.parametrize("method", ["run", "run_async"])
def test_unknown_field_is_refused_before_the_network(recorder, method, fields, hint):
    with pytest.raises(ApiTypeError) as caught:
        getattr(recorder.client, method)(**fields)
    assert str(caught.value).endswith(hint)
    assert recorder.requests == []


@pytest.mark.parametrize("method", ["run", "run_async"])
def test_nan_is_refused_with_its_path_before_the_network(recorder, method):
    with pytest.raises(ApiValueError) as caught:
        getattr(recorder.client, method)(params={"model": [{"lr": float("nan")}]})
    assert str(caught.value).endswith("['params']['model'][0]['lr']")
    assert recorder.requests == []


EAGER = urllib3.Retry(5, allowed_methods=None, status_forcelist=[500, 503], backoff_factor=0)


def test_run_is_not_sent_again_after_a_dropped_connection(recorder):
    configuration = Configuration(host=f"http://127.0.0.1:{recorder.server_port}")
    configuration.retries = EAGER
    recorder.drop = True
    with pytest.raises(ApiConnectionError):
        KedroServer(ApiClient(configuration)).run()
    assert len(recorder.requests) == 1


def test_run_is_not_sent_again_after_a_server_error(recorder):
    configuration = Configuration(host=f"http://127.0.0.1:{recorder.server_port}")
    configuration.retries = EAGER
    recorder.status, recorder.content_type, recorder.body = 503, "text/plain", b"busy"
    with pytest.raises(ServerError, match="busy"):
        KedroServer(ApiClient(configuration)).run()
    assert len(recorder.requests) == 1


def test_health_is_sent_again_as_the_configuration_says(recorder):
    configuration = Configuration(host=f"http://127.0.0.1:{recorder.server_port}")
    configuration.retries = urllib3.Retry(2, status_forcelist=[503], backoff_factor=0)
    recorder.status, recorder.body = 503, b"busy"
    with pytest.raises(urllib3.exceptions.MaxRetryError):
        KedroServer(ApiClient(configuration)).health()
    assert len(recorder.requests) == 3


@pytest.mark.parametrize(
    ("content_type", "body", "kind"),
    [
        ("text/html", b"<html>log in</html>", AuthenticationError),
        ("application/json", b"{", DecodeError),
        ("application/json", b"[]", DecodeError),
        ("application/json", b"{}", DecodeError),
        ("application/json", b'{"status": ["success"]}', DecodeError),
        ("application/json", b'{"status": "queued"}', DecodeError),
    ],
)
@pytest.mark.parametrize("method", ["health", "snapshot", "run"])
def test_reply_of_something_else_than_kedro_is_an_error(recorder, method, content_type, body, kind):
    recorder.content_type, recorder.body = content_type, body
    with pytest.raises(kind) as caught:
        getattr(recorder.client, method)()
    assert caught.value.url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    ("detail", "message"),
    [
        (b'["full"]', "full"),
        (b'[{"msg": "full"}]', "{'msg': 'full'}"),
        (b'[{"loc": ["body", "tags", 0], "msg": "two\\nlines"}]', "tags[0]: two lines"),
        (b'[{"loc": ["query", "params"], "msg": "odd"}]', "params: odd"),
    ],
)
def test_any_list_of_faults_gives_a_message(recorder, detail, message):
    recorder.status, recorder.body = 422, b'{"detail": ' + detail + b"}"
    with pytest.raises(BadRequestError) as caught:
        recorder.client.run()
    assert caught.value.message == message


def test_failure_without_an_error_is_a_failure(recorder):
    recorder.body = b'{"status": "failure", "run_id": "r", "duration_ms": 1.0}'
    with pytest.raises(KedroRunError) as caught:
        recorder.client.run()
    assert (caught.value.run_id, caught.value.message) == ("r", "")


def test_run_waits_longer_than_the_configured_read_timeout(running):
    kedro = running.client
    kedro.api_client.configuration.timeout = (5, 0.2)
    assert kedro.run(pipeline_names=["slow"], params={"seconds": 0.6}).duration_ms > 600


def test_snapshot_keeps_the_configured_read_timeout():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        configuration = Configuration(host=f"http://127.0.0.1:{silent.getsockname()[1]}")
        configuration.timeout, configuration.retries = (5, 0.2), 0
        with pytest.raises(ApiTimeoutError):
            KedroServer(ApiClient(configuration)).snapshot()


def test_run_that_times_out_goes_on_at_the_server(start):
    server = start()
    with pytest.raises(ApiTimeoutError):
        server.client.run(pipeline_names=["slow", "echo"], params={"seconds": 1}, _request_timeout=0.3)
    until(lambda: "Pipeline execution completed successfully" in (server.project / "server.log").read_text())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the kernel's table of connections")
def test_connection_of_a_run_is_probed():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        configuration = Configuration(host=f"http://127.0.0.1:{port}")
        future = KedroServer(ApiClient(configuration)).run_async(_request_timeout=20)
        connection, _ = silent.accept()
        with connection:
            connection.recv(65536)
            until(lambda: any(line.split()[5].startswith("02:") for line in _connections_to(port)))
        with pytest.raises(ApiConnectionError):
            future.result(20)


def _connections_to(port):
    with open("/proc/net/tcp") as table:
        return [line for line in table if line.split()[2].endswith(f":{port:04X}")]


def test_forty_runs_at_once_share_one_client(running, caplog):
    configuration = Configuration(host=running.host)
    configuration.connection_pool_maxsize = 40
    kedro = KedroServer(ApiClient(configuration))
    with caplog.at_level(logging.WARNING, "urllib3"):
        began = time.monotonic()
        futures = [kedro.run_async(pipeline_names=["slow"], params={"seconds": 1.0}) for _ in range(40)]
        done, late = wait(futures, timeout=60)
    assert not late
    assert {future.result().status for future in done} == {"success"}
    assert time.monotonic() - began < 20
    assert caplog.records == []


def test_health_answers_while_runs_block(kedro):
    future = kedro.run_async(pipeline_names=["slow"], params={"seconds": 1.0})
    assert kedro.health().status == "healthy"
    assert not future.done()
    assert future.result(20).status == "success"


def test_server_killed_in_the_middle_of_a_run_is_a_connection_error(start):
    server = start()
    future = server.client.run_async(pipeline_names=["slow"], params={"seconds": 60})
    until(lambda: "Running node: wait" in (server.project / "server.log").read_text())
    server.process.kill()
    with pytest.raises(ApiConnectionError) as caught:
        future.result(20)
    assert caught.value.status == 0


def test_server_that_is_not_there_is_a_connection_error():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ApiConnectionError):
        KedroServer(ApiClient(Configuration(host=f"http://127.0.0.1:{port}"))).run()


def test_future_holds_the_error_of_a_failed_run(kedro):
    error = kedro.run_async(pipeline_names=["sinks"]).exception(20)
    assert isinstance(error, KedroRunError)


def test_future_holds_the_failed_run_without_check(kedro):
    assert isinstance(kedro.run_async(check=False, pipeline_names=["sinks"]).result(20), RunFailure)


def test_future_cannot_be_cancelled(kedro):
    future = kedro.run_async(pipeline_names=["slow"], params={"seconds": 0.2})
    assert not future.cancel()
    assert future.result(20).status == "success"


def test_values_changed_after_run_async_are_not_sent(recorder):
    params = {"count": 1}
    future = recorder.client.run_async(params=params)
    params["count"] = 2
    future.result(20)
    assert recorder.requests[0][3] == b'{"params": {"count": 1}}'


def test_exit_does_not_wait_for_a_run(running):
    code = (
        "from kfp_server_api import ApiClient, Configuration\n"
        "from kfp_server_api.kedro import KedroServer\n"
        f"kedro = KedroServer(ApiClient(Configuration(host={running.host!r})))\n"
        "kedro.run_async(pipeline_names=['slow'], params={'seconds': 8})"
    )
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
    assert time.monotonic() - began < 6


@pytest.mark.parametrize(
    ("request_", "kind"),
    [({"pipeline_names": ["sinks"]}, KedroRunError), ({"tags": "intake"}, BadRequestError)],
)
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_error_survives_pickling(kedro, request_, kind, duplicate):
    with pytest.raises(kind) as caught:
        kedro.run(**request_)
    error, other = caught.value, duplicate(caught.value)
    assert type(other) is kind
    assert (str(other), other.message, other.body, other.url) == (str(error), error.message, error.body, error.url)
    for name in ("error_type", "run_id", "duration_ms"):
        assert getattr(other, name, None) == getattr(error, name, None)


def test_all_errors_of_kedro_are_api_exceptions():
    assert issubclass(KedroRunError, KedroError)
    assert issubclass(KedroError, ApiException)


def test_error_of_a_run_tells_request_and_reply(kedro):
    with pytest.raises(KedroRunError) as caught:
        kedro.run(pipeline_names=["sinks"])
    error = caught.value
    assert (error.method, error.url) == ("POST", f"{kedro.api_client.configuration.host}/run")
    assert '"status":"failure"' in error.body
    assert error.headers["content-type"] == "application/json"
