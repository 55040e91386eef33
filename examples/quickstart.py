# SPDX-License-Identifier: Apache-2.0
"""Upload a pipeline, run it with parameters, follow it and print what it computed.

Starts a local server for the time it takes; with KFP_SERVER_API_HOST set it uses the server there instead.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import kfp_server_api as api
from kfp_server_api.waiting import wait_for_run

PIPELINE = Path(__file__).parent / "pipelines" / "report.yaml"
PARAMETERS = {"count": 2000, "seed": 42, "title": "Quickstart"}
PATIENCE = 120.0
"""Seconds to wait for the run."""


def main() -> int:
    """Run the example; return the exit code."""
    host = os.environ.get("KFP_SERVER_API_HOST")
    with tempfile.TemporaryDirectory() as folder:
        server = nullcontext() if host else local_server(Path(folder))
        with server as local, api.ApiClient(api.Configuration(host=host or local.url)) as client:
            print(f"Server    {host or local.url}")
            run_id = start_run(client)
            run = wait_for_run(api.RunServiceApi(client), run_id, timeout=PATIENCE, progress=True, poll=(0.2, 2))
    show(run)
    return 0 if run.state == "SUCCEEDED" else 1


def local_server(folder: Path) -> Any:
    """Return a server of this machine that keeps its data in one SQLite file."""
    from kfp_server_api.server import LocalServer

    return LocalServer(db=folder / "quickstart.db")


def start_run(client: api.ApiClient) -> str:
    """Upload the pipeline, create an experiment and start a run in it; return the run's ID."""
    stamp = time.strftime("%H%M%S")
    pipeline = api.PipelineUploadServiceApi(client).upload_pipeline(PIPELINE, name=f"report-{stamp}")
    print(f"Pipeline  {pipeline.display_name}  {pipeline.pipeline_id}")
    experiment = api.ExperimentServiceApi(client).experiment_service_create_experiment(
        api.V2beta1Experiment(display_name=f"quickstart-{stamp}")
    )
    print(f"Experiment {experiment.display_name}  {experiment.experiment_id}")
    run = api.RunServiceApi(client).run_service_create_run(
        api.V2beta1Run(
            display_name=f"report of {stamp}",
            experiment_id=experiment.experiment_id,
            pipeline_version_reference=api.V2beta1PipelineVersionReference(pipeline_id=pipeline.pipeline_id),
            runtime_config=api.V2beta1RuntimeConfig(parameters=PARAMETERS),
        )
    )
    print(f"Run       {run.display_name}  {run.run_id}  {PARAMETERS}")
    return run.run_id


def tasks(run: api.V2beta1Run) -> list[api.V2beta1PipelineTaskDetail]:
    """Return the tasks that a run has reached."""
    return (run.run_details.task_details if run.run_details else None) or []


def show(run: api.V2beta1Run) -> None:
    """Print the run's state, each task's state and duration, and the outputs."""
    print(f"{run.display_name}: {run.state}, {(run.finished_at - run.created_at).total_seconds():.0f} s")
    for task in tasks(run):
        seconds = (task.end_time - task.start_time).total_seconds()
        print(f"  {task.display_name:<14} {task.state:<10} {seconds:3.0f} s")
        if task.error:
            print(f"    {task.error.message}")
    if run.error:
        print(run.error.message)
    for plugin in (run.plugins_output or {}).values():
        for name, entry in (plugin.entries or {}).items():
            if "." not in name:
                print(f"  {name} = {entry.value}")


if __name__ == "__main__":
    sys.exit(main())
