# SPDX-License-Identifier: Apache-2.0
"""Creating once on the local server, some of whose replies are lost on their way."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import yaml
from fixtures.calling import Caller, pipeline, shared
from fixtures.servers import forward, page, reset_after

from kfp_server_api import (
    ApiClient,
    ExperimentServiceApi,
    PipelineServiceApi,
    PipelineUploadServiceApi,
    RunServiceApi,
    ensure,
)
from kfp_server_api.server import LocalServer

SPEC = pipeline("echo")
TEXT = json.dumps(SPEC).encode()


@pytest.fixture(scope="module")
def parallel_runs() -> int:
    return 2


def make_experiment(client: ApiClient, name: str) -> Any:
    return ensure.experiment(ExperimentServiceApi(client), name)


def make_pipeline(client: ApiClient, name: str, package: Any = TEXT) -> Any:
    return ensure.pipeline(PipelineUploadServiceApi(client), PipelineServiceApi(client), name, package)


def make_run(client: ApiClient, name: str) -> Any:
    return ensure.run(RunServiceApi(client), {"display_name": name, "pipeline_spec": SPEC}, key=name)


def make(kind: str, client: ApiClient, name: str) -> str:
    """Return the ID of what is made or found."""
    call, key = {
        "experiments": (make_experiment, "experiment_id"),
        "pipelines": (make_pipeline, "pipeline_id"),
        "runs": (make_run, "run_id"),
    }[kind]
    return str(getattr(call(client, name), key))


LOOKS = {"experiments": 0, "pipelines": 1, "runs": 1}
"""Requests before the first create, by what is made."""


@pytest.fixture
def client(server: LocalServer, connect: Any) -> ApiClient:
    """A client of the module's server."""
    made: ApiClient = connect(server)
    return made


def count(call: Caller, kind: str, name: str) -> int:
    same = [{"operation": "EQUALS", "key": "display_name", "string_value": name}]
    return len(call("GET", f"/{kind}", filter=same).json.get(kind, []))


@pytest.mark.parametrize("kind", LOOKS)
def test_twenty_threads_leave_one(client: ApiClient, call: Caller, kind: str) -> None:
    with ThreadPoolExecutor(20) as threads:
        made = set(threads.map(lambda _: make(kind, client, "threads"), range(20)))
    assert len(made) == count(call, kind, "threads") == 1


def test_twenty_threads_leave_one_version(client: ApiClient) -> None:
    with ThreadPoolExecutor(20) as threads:
        made = list(threads.map(lambda _: make_pipeline(client, "twenty"), range(20)))
    assert len({each.pipeline_version_id for each in made}) == 1
    versions = PipelineServiceApi(client).pipeline_service_list_pipeline_versions(made[0].pipeline_id)
    assert versions.total_size == 1


@pytest.mark.parametrize("lost", [reset_after(), page("<title>Time-out</title>", 504)], ids=["broken", "504"])
@pytest.mark.parametrize("kind", LOOKS)
def test_a_create_whose_reply_was_lost_leaves_one(
    server: LocalServer, serve: Any, connect: Any, call: Caller, kind: str, lost: Any, request: Any
) -> None:
    through, name = forward(server.url), request.node.name
    made = make(kind, connect(serve(*[through] * LOOKS[kind], forward(server.url, lost), through)), name)
    assert count(call, kind, name) == 1
    assert make(kind, connect(server), name) == made


def test_an_archived_experiment_is_given_as_it_is(client: ApiClient) -> None:
    experiments = ExperimentServiceApi(client)
    made = ensure.experiment(experiments, "old")
    experiments.experiment_service_archive_experiment(made.experiment_id)
    found = ensure.experiment(experiments, "old")
    assert (found.experiment_id, found.storage_state) == (made.experiment_id, "ARCHIVED")


@pytest.mark.parametrize("name", ["a+b", "100%", "50%25", 'say "hi"', "a\\b", "a&b=c#d", "é 🙂"])
def test_names_of_any_text_are_found_again(client: ApiClient, name: str) -> None:
    assert make_experiment(client, name) == make_experiment(client, name)
    assert make_pipeline(client, name) == make_pipeline(client, name)


def test_a_pipeline_uploaded_by_hand_is_found_by_its_content(client: ApiClient) -> None:
    uploads = PipelineUploadServiceApi(client)
    made = uploads.upload_pipeline(yaml.safe_dump(SPEC).encode(), name="by hand")
    assert make_pipeline(client, "by hand").name == "by hand"
    assert make_pipeline(client, "by hand").pipeline_id == made.pipeline_id


@pytest.mark.parametrize("file", ["flip_coin.yaml", "pipeline_with_volume_long_name.yaml", "arguments_parameters.zip"])
def test_compiled_pipelines_are_found_by_their_content(client: ApiClient, file: str) -> None:
    content = shared(file)
    PipelineUploadServiceApi(client).upload_pipeline(content, name=file)
    assert make_pipeline(client, file, content).name == file


def test_a_run_of_an_ensured_version_is_started_once(client: ApiClient, call: Caller) -> None:
    version = make_pipeline(client, "whole")
    source = {"pipeline_id": version.pipeline_id, "pipeline_version_id": version.pipeline_version_id}
    wanted = {"display_name": "whole", "pipeline_version_reference": source}
    first = ensure.run(RunServiceApi(client), wanted, key="whole")
    call.wait(str(first.run_id))
    assert ensure.run(RunServiceApi(client), wanted, key="whole").state == "SUCCEEDED"
    assert count(call, "runs", "whole") == 1
