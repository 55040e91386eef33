# SPDX-License-Identifier: Apache-2.0
"""A server with secrets, and a pipeline that asks for them, for fields of its pod, and to be tried again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from fixtures.calling import Caller, pipeline

from kfp_server_api.server import LocalServer

pytest.importorskip("kfp")
if os.name == "nt":
    pytest.skip("running pipelines needs a POSIX system", allow_module_level=True)

SCRIPT = (
    'test "$PASSWORD $TEAM $OPTIONAL" = "sesame blue " || exit 4',
    'test -e "$COUNTER" || { touch "$COUNTER"; exit 3; }',
    "echo done",
)


def asking(counter: Path) -> bytes:
    """Return a compiled pipeline of two tasks; one asks for a secret that is not there."""
    spec: dict[str, Any] = pipeline(*SCRIPT, name="asking")
    container = spec["deploymentSpec"]["executors"]["exec-step"]["container"]
    container["env"] = [{"name": "COUNTER", "value": str(counter)}]
    container["resources"] = {"resourceCpuLimit": "{{$.inputs.parameters['cpu']}}"}
    tasks = spec["root"]["dag"]["tasks"]
    tasks["step"]["inputs"] = {"parameters": {"cpu": {"runtimeValue": {"constant": "0.5"}}}}
    tasks["step"]["retryPolicy"] = {"maxRetryCount": 1, "backoffDuration": "0s"}
    tasks["lacking"] = {"componentRef": {"name": "comp-lacking"}, "taskInfo": {"name": "lacking"}}
    spec["components"]["comp-lacking"] = {"executorLabel": "exec-lacking"}
    spec["deploymentSpec"]["executors"]["exec-lacking"] = {"container": {"command": ["true"], "image": "none"}}

    def secret(name: str, variable: str, **more: Any) -> dict[str, Any]:
        named = {"runtimeValue": {"constant": name}}
        return {"secretNameParameter": named, "keyToEnv": [{"secretKey": "key", "envVar": variable}], **more}

    executors = {
        "exec-step": {
            "secretAsEnv": [secret("there", "PASSWORD"), secret("none", "OPTIONAL", optional=True)],
            "podMetadata": {"labels": {"team": "blue"}},
            "fieldPathAsEnv": [{"name": "TEAM", "fieldPath": "metadata.labels['team']"}],
            "nodeSelector": {"labels": {"disk": "ssd"}},
        },
        "exec-lacking": {"secretAsEnv": [secret("none", "PASSWORD")], "tolerations": [{"key": "k"}]},
    }
    platform = {"platforms": {"kubernetes": {"deploymentSpec": {"executors": executors}}}}
    return yaml.safe_dump_all([spec, platform]).encode()


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], Path]]:
    """A run of it, and the folder of its logs."""
    folder = tmp_path_factory.mktemp("asking")
    secrets = folder / "secrets.yaml"
    secrets.write_text("secrets: {there: {key: sesame}}\n", encoding="utf-8")
    with LocalServer(db=folder / "kfp.db", secrets=secrets, parallel_tasks=1) as server:
        call = Caller(server.url)
        made = call.upload(asking(folder / "counter"), name="asking").json
        reference = {"pipeline_id": made["pipeline_id"]}
        run = call("POST", "/runs", {"display_name": "r", "pipeline_version_reference": reference}).json
        yield call.wait(run["run_id"]), folder / "kfp.db.runs" / run["run_id"]


def task(run: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the details of a task."""
    (found,) = (each for each in run["run_details"]["task_details"] if each["display_name"] == name)
    return found


def test_a_task_gets_what_it_asks_for(ran: tuple[dict[str, Any], Path]) -> None:
    assert task(ran[0], "step")["state"] == "SUCCEEDED"


def test_its_history_shows_its_attempts(ran: tuple[dict[str, Any], Path]) -> None:
    history = [entry["state"] for entry in task(ran[0], "step")["state_history"]]
    assert history == ["RUNNING", "FAILED", "RUNNING", "SUCCEEDED"]


def test_its_log_says_what_it_does_not_get(ran: tuple[dict[str, Any], Path]) -> None:
    log = (ran[1] / "tasks/step/log.txt").read_text(encoding="utf-8")
    assert "OPTIONAL is not set: secret 'none' has no key 'key'" in log
    assert "does not get on this machine: limits (cpu 500m), a node selector" in log


def test_a_task_without_its_secret_fails_and_says_so(ran: tuple[dict[str, Any], Path]) -> None:
    message = task(ran[0], "lacking")["error"]["message"]
    assert message.startswith("secret 'none' is not there, and it is not optional")
    assert ran[0]["state"] == "FAILED"
    assert ran[0]["error"]["message"] == f"task 'lacking' failed: {message}"


def test_no_file_of_a_run_holds_the_secret(ran: tuple[dict[str, Any], Path]) -> None:
    texts = [file.read_bytes() for file in ran[1].rglob("*") if file.is_file() and not file.is_symlink()]
    assert not [text for text in texts if b"sesame\n" in text or b'"sesame"' in text]


def test_a_file_that_holds_no_secrets_is_refused(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.yaml"
    secrets.write_text(json.dumps({"secrets": {"db": "sesame"}}))
    command = [sys.executable, "-m", "kfp_server_api.server", "--port", "0", "--secrets", str(secrets)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert said.returncode == 1
    assert "secrets.db must be a mapping" in said.stderr
    assert "sesame" not in said.stderr


def test_no_task_at_a_time_is_refused() -> None:
    with pytest.raises(ValueError, match="parallel_tasks 0 is less than 1"):
        LocalServer(parallel_tasks=0)
