# SPDX-License-Identifier: Apache-2.0
"""Use `kfp.Client` the way people do, from upload to delete: `probe_scenario.py <url> <package> <result>`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import kfp

import kfp_server_api

RUN_SECONDS = 180


def scenario(client: Any, package: str) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    uploaded = client.upload_pipeline(package, "report", "first")
    version = client.upload_pipeline_version(package, "second", pipeline_id=uploaded.pipeline_id)
    seen["pipeline"] = [client.get_pipeline_id("report") == uploaded.pipeline_id, uploaded.display_name]
    seen["versions"] = sorted(
        each.display_name for each in client.list_pipeline_versions(uploaded.pipeline_id).pipeline_versions
    )
    experiment = client.create_experiment("trial", description="d")
    run = client.run_pipeline(
        experiment.experiment_id,
        "one",
        pipeline_id=uploaded.pipeline_id,
        version_id=version.pipeline_version_id,
        params={"count": 50},
    )
    done = client.wait_for_run_completion(run.run_id, timeout=RUN_SECONDS, sleep_duration=1)
    seen["run"] = [done.state, done.runtime_config.parameters, done.finished_at >= done.created_at]
    seen["runs"] = [each.run_id == run.run_id for each in client.list_runs(experiment_id=experiment.experiment_id).runs]
    client.archive_run(run.run_id)
    seen["archived"] = client.get_run(run.run_id).storage_state
    client.unarchive_run(run.run_id)
    client.archive_experiment(experiment.experiment_id)
    seen["experiment"] = client.get_experiment(experiment_id=experiment.experiment_id).storage_state
    seen["gone"] = [_gone(client.delete_run, client.get_run, run.run_id)]
    client.delete_pipeline_version(uploaded.pipeline_id, version.pipeline_version_id)
    for each in client.list_pipeline_versions(uploaded.pipeline_id).pipeline_versions or []:
        client.delete_pipeline_version(uploaded.pipeline_id, each.pipeline_version_id)
    seen["gone"] += [_gone(client.delete_pipeline, client.get_pipeline, uploaded.pipeline_id)]
    seen["gone"] += [
        _gone(
            client.delete_experiment,
            lambda each: client.get_experiment(experiment_id=each),
            experiment.experiment_id,
        )
    ]
    return seen


def _gone(delete: Any, get: Any, identity: str) -> int:
    delete(identity)
    try:
        get(identity)
    except kfp_server_api.ApiException as error:
        return int(error.status)
    return 200


if __name__ == "__main__":
    url, package, result = sys.argv[1:4]
    Path(result).write_text(json.dumps(scenario(kfp.Client(host=url), package)), "utf-8")
