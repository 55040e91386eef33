# SPDX-License-Identifier: Apache-2.0
"""One client for many threads and processes, and none left behind."""

from __future__ import annotations

import copy
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from fixtures.servers import echo_id, later, reply, silence_after

from kfp_server_api import ApiClient, ApiTimeoutError, Configuration, RunServiceApi, V2beta1ListRunsResponse


def test_32_threads_get_their_own_answers(serve: Any, runs: Any) -> None:
    service = runs(serve(echo_id))

    def calls(number: int) -> bool:
        return all(service.get_run(f"{number}-{n}").run_id == f"{number}-{n}" for n in range(20))

    with ThreadPoolExecutor(32) as threads:
        assert all(threads.map(calls, range(32)))


def test_the_last_response_is_never_another_threads(serve: Any, runs: Any) -> None:
    service = runs(serve(echo_id))
    together = threading.Barrier(32, timeout=30)

    def calls(number: int) -> bool:
        good = True
        for n in range(20):
            together.wait()
            service.get_run(f"{number}-{n}")
            good &= f'"{number}-{n}"' in service.api_client.last_response.data
        return good

    with ThreadPoolExecutor(32) as threads:
        assert all(threads.map(calls, range(32)))


def test_a_thread_that_made_no_call_has_no_last_response(serve: Any, runs: Any) -> None:
    service = runs(serve(echo_id))
    service.get_run("r1")
    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(lambda: service.api_client.last_response).result() is None


def test_fields_decoded_by_many_threads_at_once_are_the_same_object(serve: Any, runs: Any) -> None:
    found = runs(serve(reply({"runs": [{"run_id": str(n)} for n in range(200)]}))).list_runs()
    together = threading.Barrier(16, timeout=30)

    def read(_: int) -> int:
        together.wait()
        return id(found.runs)

    with ThreadPoolExecutor(16) as threads:
        assert len(set(threads.map(read, range(16)))) == 1


@pytest.fixture
def decoding(monkeypatch: pytest.MonkeyPatch) -> threading.Barrier:
    """Return where two threads meet: each waits there before it decodes a page's `runs`, and before it stores them."""
    field, together = vars(V2beta1ListRunsResponse)["runs"], threading.Barrier(2, timeout=30)
    assert page_of_runs().runs
    decode = field.value

    def decode_and_wait(value: Any, reply: Any) -> Any:
        together.wait()
        decoded = decode(value, reply)
        together.wait()
        return decoded

    monkeypatch.setattr(field, "value", decode_and_wait)
    return together


def page_of_runs() -> V2beta1ListRunsResponse:
    return ApiClient().deserialize(SimpleNamespace(data='{"runs": [{"run_id": "r1"}]}'), "V2beta1ListRunsResponse")


def test_a_list_decoded_by_two_threads_at_once_is_the_same_object(decoding: threading.Barrier) -> None:
    page = page_of_runs()
    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(lambda _: page.runs, range(2))
    assert one is other is page.runs


def test_a_list_that_is_set_while_another_thread_decodes_stays(decoding: threading.Barrier) -> None:
    page = page_of_runs()
    with ThreadPoolExecutor(1) as threads:
        read = threads.submit(lambda: page.runs)
        decoding.wait()
        page.runs = []
        decoding.wait()
        assert read.result() == page.runs == []


def test_to_dict_of_a_model_that_is_read_meanwhile(decoding: threading.Barrier) -> None:
    class Reading:
        def to_dict(self) -> str:
            with ThreadPoolExecutor(2) as threads:
                list(threads.map(lambda _: page.runs, range(2)))
            return "read"

    page = page_of_runs()
    page.next_page_token = Reading()  # type: ignore[assignment]
    assert page.to_dict()["next_page_token"] == "read"


def test_async_calls_run_beside_one_another(serve: Any) -> None:
    server = serve(later(0.5, echo_id))
    client = ApiClient(Configuration(host=server.url), pool_threads=8)
    start = time.monotonic()
    results = [RunServiceApi(client).get_run(str(n), async_req=True) for n in range(8)]
    assert [result.get(30).run_id for result in results] == [str(n) for n in range(8)]
    assert time.monotonic() - start < 3


def test_the_first_async_calls_of_many_threads_share_one_pool(serve: Any) -> None:
    server = serve(echo_id)
    before = set(threading.enumerate())
    services = [RunServiceApi(ApiClient(Configuration(host=server.url))) for _ in range(10)]
    together = threading.Barrier(16, timeout=30)

    def first(service: RunServiceApi) -> Any:
        together.wait()
        return service.get_run("r1", async_req=True)

    for service in services:
        with ThreadPoolExecutor(16) as threads:
            results = list(threads.map(first, [service] * 16))
        assert {result.get(30).run_id for result in results} == {"r1"}
    new = [thread for thread in set(threading.enumerate()) - before if thread.name != "server"]
    assert len(new) <= 4 * len(services)  # a pool of one thread has three helpers


def test_an_async_call_outlives_the_clients_last_name(serve: Any) -> None:
    server = serve(later(0.05, echo_id))
    for number in range(20):
        result = RunServiceApi(ApiClient(Configuration(host=server.url))).get_run(str(number), async_req=True)
        assert result.get(10).run_id == str(number)


def test_the_result_of_an_async_call_has_upstreams_methods(serve: Any, runs: Any) -> None:
    service = runs(serve(later(0.3, echo_id)))
    result = service.get_run("r1", async_req=True)
    assert not result.ready()
    result.wait(20)
    assert result.ready()
    assert result.successful()


def test_an_async_call_with_http_info_gives_three(serve: Any, runs: Any) -> None:
    service = runs(serve(echo_id))
    data, status, headers = service.get_run_with_http_info("r1", async_req=True).get(20)
    assert (data.run_id, status, headers["content-type"]) == ("r1", 200, "application/json")


def test_a_client_starts_no_thread_before_an_async_call(serve: Any, runs: Any) -> None:
    service = runs(serve(echo_id))
    before = set(threading.enumerate())
    service.get_run("r1")
    new = set(threading.enumerate()) - before
    assert not [thread for thread in new if thread.name != "server"]


def test_a_closed_client_has_no_threads_and_still_works(serve: Any) -> None:
    server = serve(echo_id)
    with ApiClient(Configuration(host=server.url)) as client:
        service = RunServiceApi(client)
        before = threading.active_count()
        service.get_run("r1", async_req=True).get(20)
    client.close()
    assert threading.active_count() <= before + 1  # the server's own
    assert service.get_run("r2").run_id == "r2"
    assert service.get_run("r3", async_req=True).get(20).run_id == "r3"


LEAK = """
import gc, os, sys, threading, time
from kfp_server_api import ApiClient, Configuration, RunServiceApi
url, how = sys.argv[1:]
def once(n):
    service = RunServiceApi(ApiClient(Configuration(host=url), pool_threads=2))
    if how == "async":
        assert service.get_run(str(n), async_req=True).get(30).run_id == str(n)
    else:
        assert service.get_run(str(n)).run_id == str(n)
once(0)
def state():
    gc.collect()
    return threading.active_count(), len(os.listdir("/proc/self/fd"))
end = time.monotonic() + 5
before = state()
for n in range(300):
    once(n)
while time.monotonic() < end + 10 and any(a > b + 4 for a, b in zip(state(), before)):
    time.sleep(0.05)
after = state()
print(after[0] - before[0] <= 4 and after[1] - before[1] <= 4, before, after)
"""


@pytest.mark.parametrize("how", ["sync", "async"])
def test_hundreds_of_clients_made_and_dropped_leave_no_thread_and_no_socket(serve: Any, python: Any, how: str) -> None:
    assert python(LEAK, serve(echo_id).url, how, timeout=120).startswith("True")


EXIT = """
import sys
from kfp_server_api import ApiClient, Configuration, RunServiceApi
service = RunServiceApi(ApiClient(Configuration(host=sys.argv[1]), pool_threads=4))
results = [service.get_run("r1", async_req=True) for _ in range(8)]
results[0].wait(0.5)
import time
print(time.time(), flush=True)
"""


def test_a_process_ends_within_a_second_while_calls_hang(serve: Any, python: Any) -> None:
    said = float(python(EXIT, serve(silence_after()).url))
    assert time.time() - said < 1


def test_a_process_ends_within_a_second_where_the_client_is_dropped_while_calls_hang(serve: Any, python: Any) -> None:
    code = EXIT.replace("import time\n", "del service, results\nimport time\n")
    said = float(python(code, serve(silence_after()).url))
    assert time.time() - said < 1


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickled_client_works(serve: Any, runs: Any, protocol: int) -> None:
    service = runs(serve(echo_id))
    service.get_run("r1", async_req=True).get(20)
    again = pickle.loads(pickle.dumps(service, protocol))
    assert again.get_run("r2").run_id == "r2"
    assert again.get_run("r3", async_req=True).get(20).run_id == "r3"


def test_a_pickled_client_keeps_its_settings(connect: Any) -> None:
    client = connect("http://localhost:1", timeout=7, ssl_ca_cert=None, retries=2)
    client.set_default_header("kubeflow-userid", "me")
    again = pickle.loads(pickle.dumps(client))
    assert (again.configuration.host, again.configuration.timeout, again.configuration.retries) == (
        "http://localhost:1", 7, 2,
    )  # fmt: skip
    assert again.default_headers == client.default_headers
    assert again.last_response is None


def test_a_copied_client_works_and_has_the_credentials(serve: Any, runs: Any) -> None:
    server = serve(echo_id)
    service = runs(server, api_key={"authorization": "t"})
    service.api_client.cookie = "c=1"
    service.get_run("r1")
    copied = copy.deepcopy(service)
    assert copied.get_run("r2").run_id == "r2"
    assert server.requests[-1].header("authorization") == "t"
    assert server.requests[-1].header("cookie") == "c=1"


def test_a_copied_client_has_a_configuration_of_its_own(connect: Any) -> None:
    client = connect("http://localhost", api_key={"authorization": "t"})
    copied = copy.deepcopy(client)
    copied.configuration.api_key["authorization"] = "other"
    assert client.configuration.api_key == {"authorization": "t"}
    assert copied.rest_client.configuration is copied.configuration


def test_a_client_works_in_a_spawned_process(serve: Any, python: Any, tmp_path: Any) -> None:
    (tmp_path / "spawned.py").write_text(
        "import multiprocessing, sys\n"
        "from kfp_server_api import ApiClient, Configuration, RunServiceApi\n"
        "def call(service, number):\n"
        "    return service.get_run(number).run_id\n"
        "if __name__ == '__main__':\n"
        "    service = RunServiceApi(ApiClient(Configuration(host=sys.argv[1])))\n"
        "    service.get_run('first')\n"
        "    with multiprocessing.get_context('spawn').Pool(2) as pool:\n"
        "        print(pool.starmap(call, [(service, str(n)) for n in range(4)]))\n"
    )
    run = "import subprocess, sys; subprocess.run([sys.executable, 'spawned.py', sys.argv[1]], check=True)"
    assert python(run, serve(echo_id).url) == "['0', '1', '2', '3']\n"


FORK = """
import os, sys
from kfp_server_api import ApiClient, Configuration, RunServiceApi
service = RunServiceApi(ApiClient(Configuration(host=sys.argv[1])))
service.get_run("first")  # leaves a connection open, which children must not share
if sys.argv[2] == "async":
    service.get_run("first", async_req=True).get(30)
def calls(who):
    for n in range(50):
        if sys.argv[2] == "async":
            got = service.get_run(f"{who}-{n}", async_req=True).get(30)
        else:
            got = service.get_run(f"{who}-{n}", _request_timeout=20)
        assert got.run_id == f"{who}-{n}", (got.run_id, who, n)
children = []
for who in range(3):
    child = os.fork()
    if not child:
        code = 1
        try:
            calls(who)
            code = 0
        except BaseException as error:
            print(type(error).__name__, str(error)[:200], flush=True)
        finally:
            os._exit(code)
    children.append(child)
calls("parent")
print([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
"""


@pytest.mark.parametrize("how", ["sync", "async"])
def test_a_client_works_in_forked_processes_at_the_same_time(serve: Any, python: Any, how: str) -> None:
    options = ("-W", "ignore::DeprecationWarning")
    assert python(FORK, serve(echo_id).url, how, options=options, timeout=60) == "[0, 0, 0]\n"


def test_a_timeout_in_one_thread_does_not_touch_another(serve: Any, runs: Any) -> None:
    def answer(request: Any, peer: Any) -> bool:
        return (silence_after() if request.path.endswith("slow") else echo_id)(request, peer)

    service = runs(serve(answer), retries=False)
    with ThreadPoolExecutor(8) as threads:
        slow = [threads.submit(service.get_run, "slow", _request_timeout=0.5) for _ in range(4)]
        assert all(service.get_run(str(n)).run_id == str(n) for n in range(50))
        for each in slow:
            with pytest.raises(ApiTimeoutError):
                each.result()


def test_a_thousand_calls_reuse_few_connections(serve: Any, runs: Any) -> None:
    server = serve(echo_id)
    service = runs(server, connection_pool_maxsize=4)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(service.get_run, map(str, range(1000))))
    assert server.connections <= 4
