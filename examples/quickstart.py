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
            run = follow(api.RunServiceApi(client), start_run(client))
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


def follow(runs: api.RunServiceApi, run_id: str) -> api.V2beta1Run:
    """Show progress until the run has ended: one live line on a terminal, a line for each change elsewhere."""
    start, shown = time.monotonic(), ""
    while True:
        run = runs.run_service_get_run(run_id)
        text = f"{run.state}: " + (", ".join(f"{t.display_name} {t.state}" for t in tasks(run)) or "no task yet")
        if sys.stdout.isatty():
            print(f"\r\033[K{time.monotonic() - start:5.1f} s  {text}"[:160], end="", flush=True)
        elif text != shown:
            print(f"{time.monotonic() - start:5.1f} s  {text}", flush=True)
        shown = text
        if run.finished_at >= run.created_at:  # 1970 until the run has ended
            print()
            return run
        if time.monotonic() - start > PATIENCE:
            raise TimeoutError(f"run {run_id} has not ended after {PATIENCE:.0f} s; its state is {run.state}")
        time.sleep(0.2)


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
