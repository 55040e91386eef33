# SPDX-License-Identifier: Apache-2.0
"""Replies of a real Kedro to run requests, and what the client makes of them."""

from __future__ import annotations

import json

import pytest

from kfp_server_api import ApiClient, BadRequestError, Configuration, NotFoundError, ServerError
from kfp_server_api.kedro import KedroRunError, KedroServer, RunFailure, RunRequest, RunSuccess

SUCCEED = [
    {},
    {"pipeline_names": ["daily"]},
    {"pipeline_names": ["daily", "slow"], "params": {"seconds": 0.1}},
    {"pipeline_names": []},
    {"params": {"count": 5, "title": "x"}},
    {"params": {"nosuch": 5}},
    {"tags": ["intake"]},
    {"tags": ("intake",)},
    {"from_nodes": ["weigh"]},
    {"to_nodes": ["weigh"]},
    {"node_names": ["list_ships"]},
    {"from_inputs": ["ships"]},
    {"to_outputs": ["weights"]},
    {"pipeline_names": ["yard"], "namespaces": ["yard"]},
    {"pipeline_names": ["yard"], "node_names": ["yard.rest"]},
    {"runner": "ThreadRunner"},
    {"runner": "ParallelRunner"},
    {"runner": "kedro.runner.SequentialRunner"},
    {"is_async": True},
    {"is_async": True, "runner": "ThreadRunner"},
    {"is_async": "yes", "to_nodes": ["list_ships"]},
    {"load_versions": {"ships": "2024-01-01T00.00.00.000Z"}},
    {"only_missing_outputs": True},
    dict.fromkeys(RunRequest.__annotations__),
]

FAIL = [
    ({"pipeline_names": ["sinks"]}, "ValueError", "the ship\nsank"),
    ({"pipeline_names": ["vanishes"]}, "RuntimeError", ""),
    ({"pipeline_names": ["nosuch"]}, "ValueError", "nosuch"),
    ({"pipeline_names": ["daily", "nosuch"]}, "ValueError", "nosuch"),
    ({"params": {"count": "five"}}, "TypeError", ""),
    ({"params": {"berth": 5}, "pipeline_names": ["echo"]}, "ValueError", "params:berth.depth"),
    ({"tags": ["nosuch"]}, "ValueError", ""),
    ({"from_nodes": ["nosuch"]}, "ValueError", "nosuch"),
    ({"node_names": ["nosuch"]}, "ValueError", "nosuch"),
    ({"node_names": ["report"]}, "ValueError", "weights"),
    ({"pipeline_names": ["yard"], "node_names": ["rest"]}, "ValueError", "rest"),
    ({"from_inputs": ["nosuch"]}, "ValueError", "nosuch"),
    ({"namespaces": ["nosuch"]}, "ValueError", "nosuch"),
    ({"runner": "os.system"}, "ValueError", "os"),
    ({"runner": "NoSuchRunner"}, "AttributeError", "NoSuchRunner"),
    ({"runner": "harbour.runners.X"}, "ModuleNotFoundError", "harbour.runners"),
    ({"runner": "kedro.runner.run_node"}, "AttributeError", "run_node"),
    ({"load_versions": {"nosuch": "x"}}, "DatasetNotFoundError", "nosuch"),
]

REFUSED = [
    ({"tags": "intake"}, ["tags"]),
    ({"pipeline_names": [1]}, ["pipeline_names[0]"]),
    ({"params": [1]}, ["params"]),
    ({"is_async": "maybe"}, ["is_async"]),
    ({"load_versions": {"a": 1}}, ["load_versions.a"]),
    ({"runner": "os; x"}, ["runner"]),
    ({"runner": ""}, ["runner"]),
    ({"tags": 1, "node_names": [2]}, ["node_names[0]", "tags"]),
]

# Bodies that only a defect of this client, or a proxy, could send.
RAW = [
    (b"", "application/json", ["body"]),
    (b"null", "application/json", ["body"]),
    (b"[]", "application/json", ["body"]),
    (b'"x"', "application/json", ["body"]),
    (b'{"pipeline": "daily"}', "application/json", ["pipeline"]),
    (b'{"a": 1, "b": 2}', "application/json", ["a", "b"]),
    (b'{"env": "local"}', "application/json", ["env"]),
    (b'{"is_async": null}', "application/json", ["is_async"]),
    (b'{"tags": [', "application/json", ["[10]"]),
    (b"{}", "text/plain", ["body"]),
    (b"a=1", "application/x-www-form-urlencoded", ["body"]),
]
UNREADABLE = [
    (b'{"tags": "\xff"}', 400, BadRequestError),
    (b'{"tags": NaN}', 500, ServerError),
]


def faults(error: BadRequestError, paths: list[str]) -> str:
    """Return the message that names each fault of a refusal by its path, in the server's words."""
    return "; ".join(f"{path}: {fault['msg']}" for path, fault in zip(paths, error.details, strict=True))


@pytest.mark.parametrize("request_", SUCCEED, ids=json.dumps)
def test_request_succeeds(kedro, request_):
    ended = kedro.run(**request_)
    assert isinstance(ended, RunSuccess)
    assert ended.status == "success"
    assert ended.run_id.endswith("Z")
    assert type(ended.duration_ms) is float
    assert ended.duration_ms > 0


@pytest.mark.parametrize(("request_", "error_type", "text"), FAIL, ids=[json.dumps(row[0]) for row in FAIL])
def test_request_ends_in_a_failed_run(kedro, request_, error_type, text):
    with pytest.raises(KedroRunError) as caught:
        kedro.run(**request_)
    error = caught.value
    assert (error.status, error.error_type) == (200, error_type)
    assert text in error.message
    assert error.message == json.loads(error.body)["error"]["message"]
    assert error.run_id.endswith("Z")
    assert error.duration_ms >= 0
    assert f"{error_type}: {error.message} (run {error.run_id}" in str(error)


@pytest.mark.parametrize(("request_", "paths"), REFUSED, ids=[json.dumps(row[0]) for row in REFUSED])
def test_request_is_refused_with_the_path_of_each_fault(kedro, request_, paths):
    with pytest.raises(BadRequestError) as caught:
        kedro.run(**request_)
    assert caught.value.status == 422
    assert caught.value.message == faults(caught.value, paths)
    assert "\n" not in caught.value.message


@pytest.fixture
def sending(running):
    """Return a function that sends a run request with another body than the client's."""

    def send(body, content_type="application/json"):
        client = ApiClient(Configuration(host=running.host))
        pools = client.rest_client.pool_manager

        class Raw:
            def request(self, method, url, **options):
                headers = {**options["headers"], "Content-Type": content_type}
                return pools.request(method, url, **{**options, "body": body, "headers": headers})

        client.rest_client.pool_manager = Raw()
        return KedroServer(client).run()

    return send


@pytest.mark.parametrize(("body", "content_type", "paths"), RAW, ids=[str(row[:2]) for row in RAW])
def test_every_shape_of_refusal_gives_a_message(sending, body, content_type, paths):
    with pytest.raises(BadRequestError) as caught:
        sending(body, content_type)
    assert caught.value.status == 422
    assert caught.value.message == faults(caught.value, paths)


@pytest.mark.parametrize(("body", "status", "kind"), UNREADABLE, ids=[str(row[0]) for row in UNREADABLE])
def test_body_that_the_server_cannot_read_gives_its_text_as_the_message(sending, body, status, kind):
    with pytest.raises(kind) as caught:
        sending(body)
    assert caught.value.status == status
    assert caught.value.message
    assert caught.value.message in caught.value.body


def test_wrong_host_gives_a_status_and_a_message(running):
    with pytest.raises(NotFoundError) as caught:
        KedroServer(ApiClient(Configuration(host=running.host + "/nosuch"))).health()
    assert (caught.value.status, caught.value.message) == (404, "Not Found")


def test_failed_run_is_returned_without_check(kedro):
    ended = kedro.run(check=False, pipeline_names=["sinks"])
    assert isinstance(ended, RunFailure)
    assert (ended.status, ended.error.type, ended.error.message) == ("failure", "ValueError", "the ship\nsank")
    assert ended.run_id.endswith("Z")
    assert ended.duration_ms > 0


def test_refusal_is_raised_without_check(kedro):
    with pytest.raises(BadRequestError):
        kedro.run(check=False, tags="intake")


def test_node_that_exits_is_a_server_error_and_the_server_goes_on(kedro):
    with pytest.raises(ServerError) as caught:
        kedro.run(pipeline_names=["quits"])
    assert caught.value.status == 500
    assert kedro.run().status == "success"


def test_params_reach_the_nodes(kedro, running):
    kedro.run(params={"count": 4, "title": "tides"})
    report = json.loads((running.project / "data/report.json").read_text())
    assert report == {"title": "tides", "total": 3 * (10 + 11 + 12 + 13), "ships": 4}


def test_nested_params_are_merged_deeply(kedro, running):
    kedro.run(pipeline_names=["echo"], params={"berth": {"depth": 9}})
    echoed = json.loads((running.project / "data/echoed.json").read_text())
    assert echoed == {"berth": {"depth": 9, "length": 90}, "depth": 9}


def test_none_inside_params_is_sent(kedro, running):
    kedro.run(pipeline_names=["echo"], params={"berth": {"depth": None}})
    assert json.loads((running.project / "data/echoed.json").read_text())["depth"] is None


def test_only_missing_outputs_makes_what_is_gone(kedro, running):
    kedro.run()
    report = running.project / "data/report.json"
    report.unlink()
    kedro.run(only_missing_outputs=True)
    assert report.exists()


def test_slash_behind_run_is_followed_with_method_and_body(running):
    reply = ApiClient(Configuration(host=running.host)).call_api(
        "/run/", "POST", body={"tags": ["intake"]}, response_type="object", _return_http_data_only=True
    )
    assert reply["status"] == "success"
