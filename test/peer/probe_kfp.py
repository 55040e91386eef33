# SPDX-License-Identifier: Apache-2.0
"""Make every `kfp.Client` call against the recorder, with the candidate's `kfp_server_api` below it."""

# No postponed annotations here: kfp reads the types of a component as objects.

import contextlib
import io
import json
import os
from pathlib import Path
from typing import Any, Callable

import candidate
import kfp
import recorder
from kfp import compiler, dsl

RUN = {
    "run_id": "r1",
    "display_name": "job",
    "experiment_id": "e1",
    "state": "SUCCEEDED",
    "created_at": "2024-01-02T03:04:05.6Z",
    "pipeline_version_reference": {"pipeline_id": "p1", "pipeline_version_id": "v1"},
    "runtime_config": {"parameters": {"a": 1}},
}
EXPERIMENT = {
    "experiment_id": "e1",
    "display_name": "Default",
    "namespace": "ns1",
    "created_at": "2024-01-02T03:04:05Z",
}
PIPELINE = {"pipeline_id": "p1", "display_name": "x", "name": "x", "created_at": "2024-01-02T03:04:05Z"}
VERSION = {
    "pipeline_id": "p1",
    "pipeline_version_id": "v1",
    "display_name": "v",
    "created_at": "2024-01-02T03:04:05Z",
}
JOB = {
    "recurring_run_id": "j1",
    "display_name": "j",
    "status": "ENABLED",
    "experiment_id": "e1",
    "created_at": "2024-01-02T03:04:05Z",
}
REPLIES: list[tuple[str, str, Any]] = [
    ("GET", "/healthz", {"multi_user": False}),
    ("GET", "/experiments\\?", {"experiments": [EXPERIMENT], "total_size": 1}),
    ("(GET|POST)", "/experiments(/e1)?$", EXPERIMENT),
    ("POST", "/upload_version", VERSION),
    ("POST", "/upload", PIPELINE),
    ("GET", "/versions\\?", {"pipeline_versions": [VERSION], "total_size": 1}),
    ("GET", "/versions/", VERSION),
    ("GET", "/pipelines\\?", {"pipelines": [PIPELINE], "total_size": 1}),
    ("GET", "/pipelines/", PIPELINE),
    ("GET", "/recurringruns\\?", {"recurringRuns": [JOB], "total_size": 1}),
    ("(GET|POST)", "/recurringruns(/j1)?$", JOB),
    ("GET", "/runs\\?", {"runs": [RUN], "total_size": 1}),
    ("(GET|POST)", "/runs(/r1)?$", RUN),
]


@dsl.component(install_kfp_package=False)
def echo(a: int) -> int:
    """Return the number."""
    return a


@dsl.pipeline(name="probe")
def pipeline(a: int = 1) -> None:
    """Run one component."""
    echo(a=a)


def probe(_cases: object, folder: Path) -> dict[str, Any]:
    package = folder / "p.yaml"
    os.environ["HOME"] = str(folder)
    compiler.Compiler().compile(pipeline, str(package))
    with recorder.Recorder() as server:
        server.rules = [
            (method, pattern, _json(body))
            for methods, pattern, body in REPLIES
            for method in methods.strip("()").split("|")
        ]
        seen: dict[str, Any] = {}
        client = kfp.Client(host=server.url, namespace="ns1", existing_token="tok", cookies="a=b", verify_ssl=False)
        seen["made"] = server.take()
        for label, call in calls(client, str(package)).items():
            with contextlib.redirect_stdout(io.StringIO()):
                outcome = candidate.attempt(call)
            seen[label] = {
                "outcome": _without_address(outcome, server),
                "requests": [_unordered(each) for each in server.take()],
            }
        kfp.Client(host=server.url)
        return {**seen, "default namespace": server.take(), "shape": _shape(client)}


def _json(body: Any) -> recorder.Reply:
    return recorder.Reply(body=json.dumps(body).encode("utf-8"))


def _unordered(request: dict[str, Any]) -> dict[str, Any]:
    """Read JSON bodies: the compiler orders the keys of a package anew in every process."""
    is_json = request["body"].startswith("{")
    return {**request, "body": json.loads(request["body"])} if is_json else request


def _without_address(outcome: Any, server: recorder.Recorder) -> Any:
    return json.loads(json.dumps(outcome).replace(server.address, "ADDRESS"))


def _shape(client: Any) -> dict[str, Any]:
    groups = [name for name in vars(client) if name[0] != "_"]
    return {
        name: sorted(each for each in vars(getattr(client, name)) if each[0] != "_")
        for name in groups
        if name != "api_models"
    }


def calls(client: Any, package: str) -> dict[str, Callable[[], Any]]:
    """Return every call of the recorded list, by name."""
    return {
        **_experiments(client),
        **_pipelines(client, package),
        **_runs(client, package),
        **_recurring(client, package),
    }


def _experiments(client: Any) -> dict[str, Callable[[], Any]]:
    return {
        "healthz": client.get_kfp_healthz,
        "create existing": lambda: client.create_experiment("Default", description="d", namespace="ns1"),
        "list": lambda: client.list_experiments(namespace="ns1"),
        "list all": lambda: client.list_experiments(
            page_token="t", page_size=5, sort_by="created_at desc", namespace="ns1", filter="{}"
        ),
        "get id": lambda: client.get_experiment(experiment_id="e1"),
        "get name": lambda: client.get_experiment(experiment_name="Default", namespace="ns1"),
        "archive": lambda: client.archive_experiment("e1"),
        "unarchive": lambda: client.unarchive_experiment("e1"),
        "delete": lambda: client.delete_experiment("e1"),
    }


def _pipelines(client: Any, package: str) -> dict[str, Callable[[], Any]]:
    return {
        "pipeline id": lambda: client.get_pipeline_id("x"),
        "pipelines": client.list_pipelines,
        "pipeline": lambda: client.get_pipeline("p1"),
        "delete pipeline": lambda: client.delete_pipeline("p1"),
        "versions": lambda: client.list_pipeline_versions("p1"),
        "version": lambda: client.get_pipeline_version("p1", "v1"),
        "delete version": lambda: client.delete_pipeline_version("p1", "v1"),
        "upload": lambda: client.upload_pipeline(package, "n é", "d", namespace="ns1"),
        "upload version": lambda: client.upload_pipeline_version(package, "v2", pipeline_id="p1", description="dd"),
        "upload version by name": lambda: client.upload_pipeline_version(package, "v2", pipeline_name="x"),
        "upload func": lambda: client.upload_pipeline_from_pipeline_func(pipeline, "fn"),
    }


def _runs(client: Any, package: str) -> dict[str, Callable[[], Any]]:
    return {
        "run package": lambda: client.run_pipeline(
            "e1", "job", package, {"a": 3}, pipeline_root="/r", service_account="sa"
        ),
        "run reference": lambda: client.run_pipeline("e1", "job", pipeline_id="p1", version_id="v1"),
        "run from package": lambda: (
            client.create_run_from_pipeline_package(package, {"a": 1}, run_name="rn", namespace="ns1").run_id
        ),
        "run from func": lambda: (
            client.create_run_from_pipeline_func(pipeline, {"a": 1}, run_name="rn", namespace="ns1").run_id
        ),
        "get run": lambda: client.get_run("r1"),
        "runs": lambda: client.list_runs(namespace="ns1"),
        "runs of": lambda: client.list_runs(experiment_id="e1", page_size=3, sort_by="name asc", filter="{}"),
        "archive run": lambda: client.archive_run("r1"),
        "unarchive run": lambda: client.unarchive_run("r1"),
        "terminate run": lambda: client.terminate_run("r1"),
        "delete run": lambda: client.delete_run("r1"),
        "wait": lambda: client.wait_for_run_completion("r1", timeout=10, sleep_duration=1),
        "retry": lambda: client.runs.run_service_retry_run("r1"),
        "bound": lambda: client.runs.run_service_list_runs(page_size=1),
    }


def _recurring(client: Any, package: str) -> dict[str, Callable[[], Any]]:
    make = client.create_recurring_run
    return {
        "every": lambda: make(
            "e1",
            "j",
            interval_second=60,
            start_time="2024-01-01T00:00:00Z",
            pipeline_package_path=package,
            params={"a": 2},
        ),
        "cron": lambda: make(
            "e1",
            "j",
            description="x",
            cron_expression="0 0 9 ? * 2-6",
            no_catchup=True,
            enabled=False,
            pipeline_id="p1",
            version_id="v1",
            max_concurrency=3,
        ),
        "jobs": client.list_recurring_runs,
        "jobs ns": lambda: client.list_recurring_runs(namespace="ns1"),
        "jobs of": lambda: client.list_recurring_runs(experiment_id="e1", filter="{}"),
        "job": lambda: client.get_recurring_run("j1"),
        "enable": lambda: client.enable_recurring_run("j1"),
        "disable": lambda: client.disable_recurring_run("j1"),
        "delete job": lambda: client.delete_recurring_run("j1"),
    }


if __name__ == "__main__":
    candidate.main(probe)
