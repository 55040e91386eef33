# SPDX-License-Identifier: Apache-2.0
"""`paginate` over the local server's lists."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from kfp_server_api import ApiClient, Configuration, ExperimentServiceApi, PipelineServiceApi, RunServiceApi
from kfp_server_api.filters import field, tag
from kfp_server_api.pagination import paginate
from kfp_server_api.server import LocalServer

SPEC = {
    "pipelineInfo": {"name": "p"},
    "schemaVersion": "2.1.0",
    "root": {"dag": {"tasks": {"t": {"componentRef": {"name": "c"}, "taskInfo": {"name": "t"}}}}},
    "components": {"c": {"executorLabel": "e"}},
    "deploymentSpec": {"executors": {"e": {"container": {"image": "i", "command": ["true"]}}}},
}
COUNT = 23


@pytest.fixture(scope="module")
def client() -> Iterator[ApiClient]:
    """A client of a server with runs in two experiments, and pipelines with tags."""
    with LocalServer(parallel_runs=0) as server, ApiClient(Configuration(host=server.url)) as client:
        yield client


@pytest.fixture(scope="module")
def list_runs(client: ApiClient) -> Any:
    runs, experiments = RunServiceApi(client), ExperimentServiceApi(client)
    for name in ("ours", "theirs"):
        experiment = experiments.create_experiment({"display_name": name}).experiment_id
        for number in range(COUNT):
            runs.create_run({"display_name": f"{name} {number:02}", "experiment_id": experiment, "pipeline_spec": SPEC})
    return runs.run_service_list_runs


@pytest.fixture(scope="module")
def list_pipelines(client: ApiClient) -> Any:
    pipelines = PipelineServiceApi(client)
    for number in range(COUNT):
        pipelines.create_pipeline({"name": f"p{number:02}", "tags": {"team": "xy"[number % 2]}})
    return pipelines.pipeline_service_list_pipelines


@pytest.mark.parametrize("size", [1, 7, 23, 100])
@pytest.mark.parametrize("order", [None, "created_at desc", field("display_name").desc()])
@pytest.mark.parametrize(
    "criteria",
    [
        None,
        field("display_name").contains("ours"),
        field("display_name").in_([f"ours {number:02}" for number in range(COUNT)]),
        {"predicates": [{"operation": "GREATER_THAN", "key": "created_at", "long_value": "1"}]},
    ],
    ids=["all", "contains", "in", "number"],
)
def test_every_run_comes_once_and_in_order(list_runs: Any, size: int, order: Any, criteria: Any) -> None:
    whole = [run.run_id for run in list_runs(page_size=200, sort_by=order, filter=criteria).runs]
    assert len(whole) >= COUNT
    assert [run.run_id for run in paginate(list_runs, page_size=size, sort_by=order, filter=criteria)] == whole


def test_no_run_of_another_experiment_comes(list_runs: Any, client: ApiClient) -> None:
    experiment = next(paginate(ExperimentServiceApi(client).list_experiments, filter=field("name") == "ours"))
    found = paginate(list_runs, experiment_id=experiment.experiment_id, page_size=5, sort_by="name")
    assert [run.display_name for run in found] == [f"ours {number:02}" for number in range(COUNT)]


@pytest.mark.parametrize("order", [None, "name desc"])
def test_no_pipeline_with_another_tag_comes(list_pipelines: Any, order: Any) -> None:
    found = list(paginate(list_pipelines, page_size=3, filter=tag("team") == "x", sort_by=order))
    assert len(found) == (COUNT + 1) // 2
    assert {pipeline.tags["team"] for pipeline in found} == {"x"}


def test_a_state_goes_on_with_the_next_run(list_runs: Any) -> None:
    whole = [run.run_id for run in paginate(list_runs, sort_by="created_at desc")]
    for read in (0, 1, 6, 7, 8, 2 * COUNT):
        found = paginate(list_runs, page_size=7, sort_by="created_at desc")
        got = [run.run_id for run in islice(found, read)]
        state = json.loads(json.dumps(found.state))
        got += [run.run_id for run in paginate(list_runs, state=state, page_size=4, sort_by="created_at desc")]
        assert got == whole
