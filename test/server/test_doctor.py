# SPDX-License-Identifier: Apache-2.0
"""The doctor at the local server."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kfp_server_api import (
    ApiClient,
    ApiException,
    Configuration,
    ExperimentServiceApi,
    PipelineServiceApi,
    RunServiceApi,
    V2beta1Experiment,
    V2beta1Pipeline,
)
from kfp_server_api.doctor import examine
from kfp_server_api.server import LocalServer


def test_a_local_server_is_well(server: LocalServer) -> None:
    report = examine(Configuration(host=server.url))
    assert {each.level for each in report.findings} == {"ok"}
    assert any("single-user" in each.text for each in report.findings)
    assert any(each.text == "The server looks like release 2.17 or newer" for each in report.findings)


def test_the_command_says_so_too(server: LocalServer) -> None:
    command = [sys.executable, "-m", "kfp_server_api", "doctor", "--host", server.url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "The API answers at" in done.stdout


def test_a_path_below_it_is_found_wrong(server: LocalServer) -> None:
    report = examine(Configuration(host=f"{server.url}/pipeline"))
    assert report.failed
    assert any(each.advice == f"set `Configuration.host` to {server.url}" for each in report.findings)


@pytest.fixture
def client(server: LocalServer) -> ApiClient:
    configuration = Configuration(host=server.url)
    configuration.namespace = "team-a"
    return ApiClient(configuration)


def test_a_namespace_hides_nothing_of_a_single_user_server(client: ApiClient) -> None:
    experiments = ExperimentServiceApi(client)
    made = experiments.create_experiment(V2beta1Experiment(display_name="e"))
    listed = experiments.list_experiments(page_size=200).experiments or []
    assert made.experiment_id in {each.experiment_id for each in listed}


def test_what_the_local_server_has_not_is_no_difference_of_releases(client: ApiClient) -> None:
    PipelineServiceApi(client).create_pipeline(V2beta1Pipeline(display_name="p", name="p"))
    for call in (
        lambda: RunServiceApi(client).get_run("no-such-run"),
        lambda: RunServiceApi(client).retry_run("no-such-run"),
        lambda: PipelineServiceApi(client).update_pipeline("no-such-pipeline", {}),
        lambda: PipelineServiceApi(client).create_pipeline({"display_name": "q", "colour": "red"}),
    ):
        with pytest.raises(ApiException) as caught:
            call()
        assert caught.value.hint == ""
