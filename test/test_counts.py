# SPDX-License-Identifier: Apache-2.0
"""Count the work of a call: numbers that do not vary with the machine."""

from __future__ import annotations

import gc
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import kfp_server_api
from kfp_server_api import ApiClient, Configuration, RunServiceApi

RUNS = "V2beta1ListRunsResponse"
PACKAGE = Path(kfp_server_api.__file__).parents[1]


class Text:
    def __init__(self, text: str) -> None:
        self.data = text


def page(runs: int) -> Text:
    history = [{"update_time": "2024-01-01T12:00:00Z", "state": state} for state in ("PENDING", "SUCCEEDED")]
    return Text(
        json.dumps(
            {
                "runs": [
                    {
                        "run_id": f"run {number}",
                        "display_name": f"Run {number}",
                        "created_at": "2024-01-01T12:00:00Z",
                        "state": "SUCCEEDED",
                        "state_history": history,
                    }
                    for number in range(runs)
                ]
            }
        )
    )


def read(client: ApiClient, reply: Text) -> list[Any]:
    return [(run.run_id, run.display_name, run.state, run.created_at) for run in client.deserialize(reply, RUNS).runs]


def calls_of(function: Any) -> int:
    """Return how many functions of Python and C a call calls."""
    counted = [0]

    def count(frame: Any, event: str, argument: Any) -> None:
        counted[0] += event in ("call", "c_call")

    gc.disable()  # its callbacks would be counted, too
    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(None)
        gc.enable()
    return counted[0]


@pytest.fixture
def client() -> ApiClient:
    client = ApiClient(Configuration(host="http://127.0.0.1:1"))
    read(client, page(1))
    return client


class Counting(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.requests: list[str] = []
        self.connections = 0

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.requests.append(self.path)  # type: ignore[attr-defined]
        body = b'{"run_id": "1"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Counting]:
    server = Counting()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def runs(server: Counting) -> Iterator[RunServiceApi]:
    client = ApiClient(Configuration(host=f"http://127.0.0.1:{server.server_address[1]}"))
    yield RunServiceApi(client)
    client.rest_client.pool_manager.clear()


def imported_by(code: str) -> set[str]:
    program = f"import sys; before = set(sys.modules); {code}; print(*(set(sys.modules) - before))"
    command = [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(PACKAGE)!r}); {program}"]
    return set(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=60).stdout.split())


def test_import_of_the_package_loads_three_modules() -> None:
    assert imported_by("import kfp_server_api") == {"__future__", "kfp_server_api", "kfp_server_api._version"}


def test_import_of_one_model_loads_no_other() -> None:
    loaded = imported_by("from kfp_server_api import V2beta1Run")
    assert [name for name in loaded if ".models.v2beta1" in name] == ["kfp_server_api.models.v2beta1_run"]


def test_a_call_sends_one_request(server: Counting, runs: RunServiceApi) -> None:
    runs.run_service_get_run("1")
    assert server.requests == ["/apis/v2beta1/runs/1"]


def test_calls_one_after_another_share_a_connection(server: Counting, runs: RunServiceApi) -> None:
    for _ in range(20):
        runs.run_service_get_run("1")
    assert (len(server.requests), server.connections) == (20, 1)


def test_decoding_makes_no_configuration(client: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    monkeypatch.setattr(Configuration, "__init__", lambda *args, **values: made.append(args))
    read(client, page(10))
    assert made == []


def test_decoding_asks_for_no_logger(client: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    with monkeypatch.context() as patched:
        patched.setattr(logging, "getLogger", asked.append)
        patched.setattr(logging.Logger, "isEnabledFor", lambda self, level: asked.append(level))
        read(client, page(10))
    assert asked == []


def test_reading_ten_times_the_runs_takes_at_most_ten_and_a_half_times_the_calls(client: ApiClient) -> None:
    few, many = page(100), page(1000)
    assert calls_of(lambda: read(client, many)) <= 10.5 * calls_of(lambda: read(client, few))


def test_to_dict_of_ten_times_the_runs_takes_at_most_ten_and_a_half_times_the_calls(client: ApiClient) -> None:
    few, many = client.deserialize(page(100), RUNS), client.deserialize(page(1000), RUNS)
    assert calls_of(many.to_dict) <= 10.5 * calls_of(few.to_dict)


def test_decoding_alone_takes_the_same_calls_for_any_number_of_runs(client: ApiClient) -> None:
    few, many = page(10), page(1000)
    assert calls_of(lambda: client.deserialize(many, RUNS)) == calls_of(lambda: client.deserialize(few, RUNS))


def test_reading_the_list_columns_costs_at_most_sixteen_calls_a_run(client: ApiClient) -> None:
    few, many = page(100), page(200)
    assert calls_of(lambda: read(client, many)) - calls_of(lambda: read(client, few)) <= 100 * 16


HELD = """
import gc, json, tracemalloc, types
import kfp_server_api
def held_by(function):
    function()
    gc.collect()
    tracemalloc.start()
    held = function()
    found = tracemalloc.take_snapshot().statistics("filename")
    tracemalloc.stop()
    return sum(each.count for each in found), sum(each.size for each in found)
def decoded():
    page = client.deserialize(reply, "V2beta1ListRunsResponse")
    for run in page.runs:
        assert run.run_id and run.display_name and run.state and run.created_at
    return page
reply = types.SimpleNamespace(data=json.dumps({"runs": json.loads(%r)["runs"] * 1000}))
client = kfp_server_api.ApiClient()
of_models, of_json = held_by(decoded), held_by(lambda: json.loads(reply.data))
print((of_models[0] - of_json[0]) / 1000, (of_models[1] - of_json[1]) / 1000)
"""


def test_a_model_read_holds_at_most_ten_blocks_and_350_bytes_beyond_its_json(python: Any) -> None:
    # In a process of its own, because Python gives objects room for the attributes that others of their class had.
    blocks, size = map(float, python(HELD % page(1).data).split())
    assert blocks <= 10
    assert size <= 350
