# SPDX-License-Identifier: Apache-2.0
"""What a real Kedro answers to requests, and what the client makes of it."""

from __future__ import annotations

import json

import pytest

from kfp_server_api import ApiClient, ApiException, BadRequestError, Configuration, NotFoundError, ServerError, rest
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
    ({"pipeline_names": ["nosuch"]}, "ValueError", "Failed to find the pipeline named 'nosuch'"),
    ({"pipeline_names": ["daily", "nosuch"]}, "ValueError", "Failed to find the pipeline named 'nosuch'"),
    ({"params": {"count": "five"}}, "TypeError", "'str' object cannot be interpreted as an integer"),
    ({"params": {"berth": 5}, "pipeline_names": ["echo"]}, "ValueError", "params:berth.depth"),
    ({"tags": ["nosuch"]}, "ValueError", "Pipeline contains no nodes"),
    ({"from_nodes": ["nosuch"]}, "ValueError", "Pipeline does not contain nodes named ['nosuch']"),
    ({"node_names": ["nosuch"]}, "ValueError", "Pipeline does not contain nodes named ['nosuch']"),
    ({"node_names": ["report"]}, "ValueError", "Pipeline input(s) {'weights'} not found"),
    ({"pipeline_names": ["yard"], "node_names": ["rest"]}, "ValueError", "does not contain nodes named ['rest']"),
    ({"from_inputs": ["nosuch"]}, "ValueError", "Pipeline does not contain datasets named ['nosuch']"),
    ({"namespaces": ["nosuch"]}, "ValueError", "namespaces: ['nosuch']"),
    ({"runner": "os.system"}, "ValueError", "Runner module 'os' is not allowed"),
    ({"runner": "NoSuchRunner"}, "AttributeError", "has no attribute 'NoSuchRunner'"),
    ({"runner": "harbour.runners.X"}, "ModuleNotFoundError", "No module named 'harbour.runners'"),
    ({"runner": "kedro.runner.run_node"}, "AttributeError", "has no attribute 'run_node'"),
    ({"load_versions": {"nosuch": "x"}}, "DatasetNotFoundError", "[nosuch] are not found in the catalog"),
]

REFUSED = [
    ({"tags": "intake"}, ["list_type"], "tags: Input should be a valid list"),
    ({"pipeline_names": [1]}, ["string_type"], "pipeline_names[0]: Input should be a valid string"),
    ({"params": [1]}, ["dict_type"], "params: Input should be a valid dictionary"),
    ({"is_async": "maybe"}, ["bool_parsing"], "is_async: Input should be a valid boolean, unable to interpret input"),
    ({"load_versions": {"a": 1}}, ["string_type"], "load_versions.a: Input should be a valid string"),
    ({"runner": "os; x"}, ["value_error"], "runner: Value error, runner 'os; x' is not a valid Python dotted"),
    ({"runner": ""}, ["value_error"], "runner: Value error, runner '' is not a valid Python dotted"),
    (
        {"tags": 1, "node_names": [2]},
        ["string_type", "list_type"],
        "node_names[0]: Input should be a valid string; tags: Input should be a valid list",
    ),
]

# Bodies that only a defect of this client, or a proxy, could send.
RAW = [
    (b"", "application/json", 422, "body: Field required"),
    (b"null", "application/json", 422, "body: Input should be a valid dictionary or object"),
    (b"[]", "application/json", 422, "body: Input should be a valid dictionary or object"),
    (b'"x"', "application/json", 422, "body: Input should be a valid dictionary or object"),
    (b'{"pipeline": "daily"}', "application/json", 422, "pipeline: Extra inputs are not permitted"),
    (b'{"a": 1, "b": 2}', "application/json", 422, "a: Extra inputs are not permitted; b: Extra inputs"),
    (b'{"env": "local"}', "application/json", 422, "env: Extra inputs are not permitted"),
    (b'{"is_async": null}', "application/json", 422, "is_async: Input should be a valid boolean"),
    (b'{"tags": [', "application/json", 422, "[10]: JSON decode error"),
    (b"{}", "text/plain", 422, "body: Input should be a valid dictionary or object"),
    (b"a=1", "application/x-www-form-urlencoded", 422, "body: Input should be a valid dictionary or object"),
    (b'{"tags": "\xff"}', "application/json", 400, "There was an error parsing the body"),
    (b'{"tags": NaN}', "application/json", 500, "Internal Server Error"),
]


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
    assert error.run_id.endswith("Z")
    assert error.duration_ms >= 0
    assert f"{error_type}: {error.message} (run {error.run_id}" in str(error)


@pytest.mark.parametrize(("request_", "types", "message"), REFUSED, ids=[json.dumps(row[0]) for row in REFUSED])
def test_request_is_refused_with_the_path_of_each_fault(kedro, request_, types, message):
    with pytest.raises(BadRequestError) as caught:
        kedro.run(**request_)
    assert caught.value.status == 422
    assert [each["type"] for each in caught.value.details] == types
    assert caught.value.message.startswith(message)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(("body", "content_type", "status", "message"), RAW, ids=[str(row[:2]) for row in RAW])
def test_every_shape_of_refusal_gives_a_message(running, body, content_type, status, message):
    class Raw(rest.RESTClientObject):
        def _exchange(self, method, url, options):
            headers = {**options["headers"], "Content-Type": content_type}
            return super()._exchange(method, url, {**options, "body": body, "headers": headers})

    client = ApiClient(Configuration(host=running.host))
    client.rest_client = Raw(client.configuration)
    with pytest.raises({422: BadRequestError, 400: BadRequestError, 500: ServerError}[status]) as caught:
        KedroServer(client).run()
    assert caught.value.status == status
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize(
    ("below", "kind", "status", "message"),
    [("/nosuch", NotFoundError, 404, "Not Found"), ("/run?x=", ApiException, 405, "Method Not Allowed")],
)
def test_wrong_host_gives_a_status_and_a_message(running, below, kind, status, message):
    with pytest.raises(kind) as caught:
        KedroServer(ApiClient(Configuration(host=running.host + below))).health()
    assert (caught.value.status, caught.value.message) == (status, message)


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
    with pytest.raises(ServerError, match="Internal Server Error") as caught:
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
