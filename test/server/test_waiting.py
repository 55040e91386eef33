# SPDX-License-Identifier: Apache-2.0
"""Waits for runs of a real server."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from kfp_server_api import (
    ApiClient,
    Configuration,
    NotFoundError,
    PipelineUploadServiceApi,
    RunCanceled,
    RunFailed,
    RunServiceApi,
    V2beta1Run,
)
from kfp_server_api.server import LocalServer
from kfp_server_api.waiting import wait_for_run, wait_for_runs

PIPELINE = Path(__file__).parents[2] / "examples/pipelines/report.yaml"
POLL = (0.05, 0.2)


@pytest.fixture(scope="module")
def parallel_runs() -> int:
    return 2


@pytest.fixture(scope="module")
def api(server: LocalServer) -> Iterator[RunServiceApi]:
    with ApiClient(Configuration(host=server.url)) as client:
        yield RunServiceApi(client)


@pytest.fixture(scope="module")
def pipeline_id(api: RunServiceApi) -> str:
    pipeline = PipelineUploadServiceApi(api.api_client).upload_pipeline(PIPELINE, name="waiting")
    assert pipeline.pipeline_id
    return pipeline.pipeline_id


def start(api: RunServiceApi, pipeline_id: str, count: int = 100) -> str:
    run = V2beta1Run(
        display_name=f"of {count}",
        pipeline_version_reference={"pipeline_id": pipeline_id},
        runtime_config={"parameters": {"count": count}},
    )
    started = api.run_service_create_run(run).run_id
    assert started
    return started


def test_a_run_that_succeeds(api: RunServiceApi, pipeline_id: str) -> None:
    run = wait_for_run(api, start(api, pipeline_id), timeout=60, check=True, poll=POLL)
    assert run.state == "SUCCEEDED"


def test_a_run_that_fails_names_its_task_and_error(api: RunServiceApi, pipeline_id: str) -> None:
    run_id = start(api, pipeline_id, 0)
    with pytest.raises(RunFailed) as caught:
        wait_for_run(api, run_id, timeout=60, check=True, poll=POLL)
    reason = f"run 'of 0' ({run_id}) failed: task 'clean': statistics.StatisticsError: no median for empty data"
    assert caught.value.message.startswith(f"{reason} (log: ")


def test_a_run_that_is_terminated_is_canceled(api: RunServiceApi, pipeline_id: str) -> None:
    run_id = start(api, pipeline_id)
    api.run_service_terminate_run(run_id)
    with pytest.raises(RunCanceled):
        wait_for_run(api, run_id, timeout=60, check=True, poll=POLL)


def test_many_runs_each_as_it_ends(api: RunServiceApi, pipeline_id: str) -> None:
    ids = [start(api, pipeline_id, count) for count in (100, 0, 50)]
    api.run_service_archive_run(ids[2])
    ended = {run.run_id: run.state for run in wait_for_runs(api, ids, timeout=120, poll=POLL)}
    assert ended == dict(zip(ids, ["SUCCEEDED", "FAILED", "SUCCEEDED"]))


@pytest.mark.parametrize("namespace", [None, "team"])
def test_a_run_that_is_deleted_meanwhile(api: RunServiceApi, pipeline_id: str, namespace: str | None) -> None:
    ids = [start(api, pipeline_id) for _ in range(2)]
    to_delete = [ids[1]]

    def delete(run: V2beta1Run) -> None:
        if run.run_id in to_delete:
            api.run_service_delete_run(to_delete.pop())

    with pytest.raises(NotFoundError) as caught:
        list(wait_for_runs(api, ids, timeout=60, poll=POLL, on_change=delete, namespace=namespace))
    assert caught.value.message == f"run {ids[1]!r} was deleted: Run {ids[1]} not found"


def test_a_request_for_two_hundred_runs_is_not_too_long(api: RunServiceApi, pipeline_id: str) -> None:
    ids = [start(api, pipeline_id), *(str(uuid.uuid4()) for _ in range(199))]
    with pytest.raises(NotFoundError, match=ids[1]):
        list(wait_for_runs(api, ids, timeout=60, poll=POLL))
