# SPDX-License-Identifier: Apache-2.0
"""`Configuration.namespace`: sent where an operation takes it and the call names none."""

from __future__ import annotations

from typing import Any

import pytest
from fixtures.servers import Server, reply

from kfp_server_api import (
    ApiClient,
    ApiValueError,
    ExperimentServiceApi,
    PipelineServiceApi,
    RecurringRunServiceApi,
    RunServiceApi,
    V2beta1Experiment,
    V2beta1RecurringRun,
    V2beta1Run,
)


@pytest.fixture
def server(serve: Any) -> Server:
    return serve(reply({}))  # type: ignore[no-any-return]


@pytest.fixture
def client(connect: Any, server: Server) -> ApiClient:
    return connect(server, namespace="team-a")  # type: ignore[no-any-return]


LISTS = {
    "experiments": lambda client, **values: ExperimentServiceApi(client).list_experiments(**values),
    "runs": lambda client, **values: RunServiceApi(client).list_runs(**values),
    "recurring runs": lambda client, **values: RecurringRunServiceApi(client).list_recurring_runs(**values),
}


@pytest.mark.parametrize("each", LISTS)
def test_a_list_is_of_the_namespace(client: ApiClient, server: Server, each: str) -> None:
    LISTS[each](client, page_size=5)
    assert server.requests[0].query == {"page_size": ["5"], "namespace": ["team-a"]}


@pytest.mark.parametrize("each", LISTS)
@pytest.mark.parametrize("explicit", ["team-b", ""])
def test_an_explicit_namespace_wins(client: ApiClient, server: Server, each: str, explicit: str) -> None:
    LISTS[each](client, namespace=explicit)
    assert server.requests[0].query == {"namespace": [explicit]}


@pytest.mark.parametrize("each", ["runs", "recurring runs"])
def test_a_list_of_an_experiment_needs_no_namespace(client: ApiClient, server: Server, each: str) -> None:
    LISTS[each](client, experiment_id="e1")
    assert server.requests[0].query == {"experiment_id": ["e1"]}


@pytest.mark.parametrize("each", ["runs", "recurring runs"])
def test_an_empty_experiment_is_none(client: ApiClient, server: Server, each: str) -> None:
    LISTS[each](client, experiment_id="")
    assert server.requests[0].query["namespace"] == ["team-a"]


@pytest.mark.parametrize("experiment", [V2beta1Experiment(display_name="e"), {"display_name": "e"}], ids=type)
def test_an_experiment_is_created_in_the_namespace(client: ApiClient, server: Server, experiment: Any) -> None:
    ExperimentServiceApi(client).create_experiment(experiment)
    assert server.requests[0].json == {"display_name": "e", "namespace": "team-a"}


def test_what_the_caller_gave_stays_as_it_was(client: ApiClient) -> None:
    model, mapping = V2beta1Experiment(display_name="e"), {"display_name": "e"}
    for each in (model, mapping):
        ExperimentServiceApi(client).create_experiment(each)
    assert (model.namespace, mapping) == (None, {"display_name": "e"})


def test_the_namespace_of_an_experiment_wins(client: ApiClient, server: Server) -> None:
    ExperimentServiceApi(client).create_experiment(V2beta1Experiment(display_name="e", namespace="team-b"))
    assert server.requests[0].json["namespace"] == "team-b"


def test_callers_of_call_api_get_it_too(client: ApiClient, server: Server) -> None:
    client.call_api("/apis/v2beta1/runs", "GET", query_params=[("page_size", 2)])
    assert server.requests[0].query == {"page_size": ["2"], "namespace": ["team-a"]}


OTHERS = {
    "pipelines": lambda client: PipelineServiceApi(client).list_pipelines(),
    "a run": lambda client: RunServiceApi(client).get_run("r1"),
    "a new run": lambda client: RunServiceApi(client).create_run(V2beta1Run(display_name="r")),
    "a new recurring run": lambda client: RecurringRunServiceApi(client).create_recurring_run(
        V2beta1RecurringRun(display_name="r")
    ),
    "a path of the caller's own": lambda client: client.call_api("/x", "GET"),
}


@pytest.mark.parametrize("each", OTHERS)
def test_other_requests_have_none(client: ApiClient, server: Server, each: str) -> None:
    OTHERS[each](client)
    assert server.requests[0].query == {}
    assert b"team-a" not in server.requests[0].body


@pytest.mark.parametrize("nothing", [None, ""])
def test_without_the_setting_nothing_is_added(client: ApiClient, server: Server, nothing: Any) -> None:
    client.configuration.namespace = nothing
    RunServiceApi(client).list_runs()
    assert server.requests[0].query == {}


def test_a_namespace_that_is_no_text_is_an_error_that_names_it(client: ApiClient, server: Server) -> None:
    client.configuration.namespace = 7  # type: ignore[assignment]
    with pytest.raises(ApiValueError, match=r"`Configuration\.namespace`"):
        RunServiceApi(client).list_runs()
    assert server.requests == []
