# SPDX-License-Identifier: Apache-2.0
"""Kubernetes settings of tasks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kfp_server_api.server.engine.outcome import TaskError
from kfp_server_api.server.engine.pod import Mount, Pod
from kfp_server_api.server.engine.pod_settings import PodSettings
from kfp_server_api.server.packages.secrets_file import Secrets

SECRETS = Secrets({"db": {"password": "sesame"}}, {"app": {"mode": "fast"}})
ALL = (
    "RESOURCES",
    "ENV",
    "KUBERNETES_AFFINITY",
    "KUBERNETES_TOLERATIONS",
    "KUBERNETES_NODE_SELECTOR",
    "KUBERNETES_VOLUMES",
)


def constant(value: Any) -> dict[str, Any]:
    """Make the source of a constant."""
    return {"runtimeValue": {"constant": value}}


def pod_of(settings: dict[str, Any], folder: Path, handed_on: dict[str, bool] | None = None, **container: Any) -> Pod:
    """Return what a task with such settings gets."""
    listed = [{"field": field, "applyToTask": also} for field, also in (handed_on or {}).items()]
    component = {"executorLabel": "exec", "taskConfigPassthroughs": listed}
    platform = {"platforms": {"kubernetes": {"deploymentSpec": {"executors": {"exec": settings}}}}}
    pods = PodSettings(platform, SECRETS, "run-1", folder / "volumes")

    def resolve(source: dict[str, Any]) -> Any:
        return source["runtimeValue"]["constant"] if "runtimeValue" in source else None

    return pods.pod("loop/step", component, container, resolve, folder / "scratch")


@pytest.mark.parametrize(
    ("kind", "name", "key", "value"),
    [("secret", "db", "password", "sesame"), ("configMap", "app", "mode", "fast")],
)
@pytest.mark.parametrize("by_parameter", [True, False])
def test_variables_come_from_secrets_and_config_maps(
    tmp_path: Path, kind: str, name: str, key: str, value: str, by_parameter: bool
) -> None:
    named = {f"{kind}NameParameter": constant(name)} if by_parameter else {f"{kind}Name": name}
    pod = pod_of({f"{kind}AsEnv": [{**named, "keyToEnv": [{f"{kind}Key": key, "envVar": "X"}]}]}, tmp_path)
    assert pod.environment == {"X": value}


@pytest.mark.parametrize(
    ("name", "key", "said"),
    [("none", "password", "secret 'none' is not there"), ("db", "none", "secret 'db' has no key 'none'")],
)
def test_a_secret_that_is_not_there_fails_the_task_unless_it_is_optional(
    tmp_path: Path, name: str, key: str, said: str
) -> None:
    asked = {"secretName": name, "keyToEnv": [{"secretKey": key, "envVar": "X"}]}
    with pytest.raises(TaskError, match=f"^{said}.*not optional"):
        pod_of({"secretAsEnv": [asked]}, tmp_path)
    pod = pod_of({"secretAsEnv": [{**asked, "optional": True}]}, tmp_path)
    assert pod.environment == {}
    assert said in " ".join(pod.notes)


def test_a_name_without_a_value_asks_for_nothing(tmp_path: Path) -> None:
    asked = {
        "secretNameParameter": {"componentInputParameter": "unset"},
        "keyToEnv": [{"secretKey": "a", "envVar": "X"}],
    }
    assert pod_of({"secretAsEnv": [asked]}, tmp_path).environment == {}


def test_files_come_from_secrets_and_config_maps(tmp_path: Path) -> None:
    pod = pod_of(
        {
            "secretAsVolume": [{"secretName": "db", "mountPath": "/etc/db"}],
            "configMapAsVolume": [{"configMapName": "none", "mountPath": "/etc/app", "optional": True}],
        },
        tmp_path,
    )
    assert pod.mounts == [Mount("/etc/db", None, {"password": "sesame"}), Mount("/etc/app", None, {}, optional=True)]


def test_fields_of_the_pod_become_variables(tmp_path: Path) -> None:
    fields = ["metadata.name", "metadata.labels['team']", "metadata.annotations['note']", "status.podIPs"]
    settings = {
        "podMetadata": {"labels": {"team": "blue"}, "annotations": {"note": "x"}},
        "fieldPathAsEnv": [{"name": f"F{number}", "fieldPath": field} for number, field in enumerate(fields)],
    }
    assert list(pod_of(settings, tmp_path).environment.values()) == ["run-1-loop-step", "blue", "x", "127.0.0.1"]
    with pytest.raises(TaskError, match=r"'spec\.none' is none"):
        pod_of({"fieldPathAsEnv": [{"name": "F", "fieldPath": "spec.none"}]}, tmp_path)


def test_volumes_are_folders(tmp_path: Path) -> None:
    pod = pod_of(
        {
            "emptyDirMounts": [{"volumeName": "a", "mountPath": "/a"}],
            "genericEphemeralVolume": [{"volumeName": "b", "mountPath": "/b"}],
            "pvcMount": [{"pvcNameParameter": constant("claim"), "mountPath": "/c", "subPath": "d/e"}],
        },
        tmp_path,
    )
    sources = {mount.target: mount.source for mount in pod.mounts}
    claim = tmp_path / "volumes/claim/d/e"
    assert sources == {"/a": tmp_path / "scratch/a", "/b": tmp_path / "scratch/b", "/c": claim}
    assert all(source and source.is_dir() for source in sources.values())


@pytest.mark.parametrize(("name", "sub_path"), [("../x", ""), ("", ""), ("claim", "../../x")])
def test_a_claim_stays_in_its_folder(tmp_path: Path, name: str, sub_path: str) -> None:
    asked = {"pvcNameParameter": constant(name), "mountPath": "/c", "subPath": sub_path}
    if not name:
        assert pod_of({"pvcMount": [asked]}, tmp_path).mounts == []
        return
    with pytest.raises(TaskError):
        pod_of({"pvcMount": [asked]}, tmp_path)
    assert not (tmp_path / "x").exists()


def test_claims_are_made_and_removed(tmp_path: Path) -> None:
    pods = PodSettings(None, SECRETS, "run-1", tmp_path)
    named = pods.create_claim({"pvc_name_suffix": "-data"})
    assert named["name"].endswith("-data") and (tmp_path / named["name"]).is_dir()
    with pytest.raises(TaskError, match="there already"):
        pods.create_claim({"pvc_name": named["name"]})
    pods.delete_claim({"pvc_name": named["name"]})
    with pytest.raises(TaskError, match="is not there"):
        pods.delete_claim({"pvc_name": named["name"]})


def test_what_cannot_be_given_is_named(tmp_path: Path) -> None:
    pod = pod_of({"nodeSelector": {"labels": {"a": "b"}}, "tolerations": [{"key": "k"}], "newInKfp3": 1}, tmp_path)
    assert pod.not_given_text.endswith(": a node selector, tolerations, 'newInKfp3'")
    resources = {"resourceCpuLimit": "500m", "resourceMemoryLimit": "2G", "cpuRequest": 0.25}
    limited = pod_of({}, tmp_path, resources=resources)
    assert limited.not_given_text.endswith(": limits (cpu 500m, memory 2G), requests (cpu 250m)")
    handed_on = pod_of({"nodeSelector": {"labels": {"a": "b"}}}, tmp_path, {"KUBERNETES_NODE_SELECTOR": False})
    assert handed_on.not_given_text == ""


def test_settings_of_the_whole_pipeline_that_count_for_nothing_are_named(tmp_path: Path) -> None:
    config = {
        "activeDeadlineSeconds": 5,
        "workspace": {"size": "1Gi"},
        "maxActiveRuns": 2,
        "resourceTtlOnCompletion": 60,
    }
    pods = PodSettings({"platforms": {"kubernetes": {"pipelineConfig": config}}}, SECRETS, "run-1", tmp_path)
    pod = pods.pod("step", {}, {}, lambda source: None, tmp_path)
    named = "'maxActiveRuns', 'resourceTtlOnCompletion'"
    assert pod.notes == [f"settings of the whole pipeline that count for nothing here: {named}"]


def test_a_deadline_is_seconds(tmp_path: Path) -> None:
    assert pod_of({"activeDeadlineSeconds": "30"}, tmp_path).timeout == 30
    assert pod_of({}, tmp_path).timeout is None


SETTINGS = {
    "nodeSelector": {"labels": {"disk": "ssd"}},
    "tolerations": [{"key": "k", "operator": "Exists"}],
    "nodeAffinity": [{"matchExpressions": [{"key": "zone", "operator": "Exists"}]}],
    "secretAsEnv": [{"secretName": "db", "keyToEnv": [{"secretKey": "password", "envVar": "P"}], "optional": False}],
    "pvcMount": [{"constant": "claim", "mountPath": "/c"}],
}
CONTAINER: dict[str, Any] = {"env": [{"name": "K", "value": "V"}], "resources": {"resourceCpuLimit": "1"}}


def test_a_config_holds_what_is_handed_on(tmp_path: Path) -> None:
    pod = pod_of(SETTINGS, tmp_path, dict.fromkeys(ALL, False), **CONTAINER)
    selector = {"name": "db", "key": "password", "optional": False}
    assert pod.config == {
        "resources": {"limits": {"cpu": "1"}},
        "env": [{"name": "K", "value": "V"}, {"name": "P", "valueFrom": {"secretKeyRef": selector}}],
        "affinity": {
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": SETTINGS["nodeAffinity"]}
            }
        },
        "tolerations": SETTINGS["tolerations"],
        "nodeSelector": {"disk": "ssd"},
        "volumes": [{"name": "claim", "persistentVolumeClaim": {"claimName": "claim"}}],
        "volumeMounts": [{"name": "claim", "mountPath": "/c"}],
    }
    assert (pod.environment, pod.mounts) == ({}, [])


def test_what_is_handed_on_may_be_given_to_the_task_too(tmp_path: Path) -> None:
    pod = pod_of(SETTINGS, tmp_path, {"ENV": True, "KUBERNETES_VOLUMES": True}, **CONTAINER)
    assert pod.environment == {"K": "V", "P": "sesame"}
    assert [mount.target for mount in pod.mounts] == ["/c"]


def test_nothing_is_handed_on_unless_the_component_says_so(tmp_path: Path) -> None:
    pod = pod_of(SETTINGS, tmp_path, **CONTAINER)
    assert pod.config == {**dict.fromkeys(pod.config), "resources": {}}
    assert pod.environment == {"K": "V", "P": "sesame"}
