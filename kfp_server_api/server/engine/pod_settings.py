# SPDX-License-Identifier: Apache-2.0
"""What a pipeline asks of Kubernetes for its tasks (`platform_spec`), as far as this machine can give it.

Nothing is dropped in silence: what cannot be given is named in the log, and in the reason of a task that fails.
"""

from __future__ import annotations

import re
import shutil
import socket
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from kfp_server_api.server.engine import task_config
from kfp_server_api.server.engine.outcome import TaskError
from kfp_server_api.server.engine.pod import Mount, Pod
from kfp_server_api.server.packages.secrets_file import Secrets, Table

_NOT_GIVEN = {
    "nodeSelector": "a node selector",
    "tolerations": "tolerations",
    "nodeAffinity": "node affinity",
    "podAffinity": "pod affinity",
    "imagePullPolicy": "an image pull policy",
    "imagePullSecret": "image pull secrets",
    "securityContext": "a security context",
    "initContainers": "init containers",
    "podResourceClaims": "resource claims",
    "enabledSharedMemory": "a shared memory volume of its own (it has the machine's)",
}
_FIELDS = {
    "nodeSelector": "KUBERNETES_NODE_SELECTOR",
    "tolerations": "KUBERNETES_TOLERATIONS",
    "nodeAffinity": "KUBERNETES_AFFINITY",
}
_VOLUME_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_FIELD = re.compile(r"metadata\.(labels|annotations)\['([^']+)'\]")

Settings = Mapping[str, Any]
Resolve = Callable[[Mapping[str, Any]], Any]
"""Gives the value of an input in the words of the pipeline spec, None for one without."""


class PodSettings:
    """The Kubernetes settings of one run's tasks.

    Args:
        platform: the platform spec, if the pipeline has one.
        secrets: what there is of secrets and config maps.
        run_id: names the run.
        volumes: the folder for persistent volume claims, one for all runs.
    """

    def __init__(self, platform: Mapping[str, Any] | None, secrets: Secrets, run_id: str, volumes: Path) -> None:
        kubernetes = ((platform or {}).get("platforms") or {}).get("kubernetes") or {}
        self._executors = (kubernetes.get("deploymentSpec") or {}).get("executors") or {}
        self._of_all = [repr(key) for key in kubernetes.get("pipelineConfig") or {} if key not in _GIVEN_TO_ALL]
        self._secrets = secrets
        self._run_id = run_id
        self._volumes = volumes

    def pod(
        self,
        task_path: str,
        component: Mapping[str, Any],
        container: Mapping[str, Any],
        resolve: Resolve,
        scratch: Path,
    ) -> Pod:
        """Return what a task gets.

        Args:
            task_path: names the task.
            component: its component.
            container: its container.
            resolve: gives values of the graph that holds it.
            scratch: a folder for volumes that end with it.

        Raises:
            TaskError: it could not start on a cluster either, as without a secret that is not optional.
        """
        pod = Pod(container, component)
        settings = self._executors.get(component.get("executorLabel", "")) or {}
        for kind, read in _READERS.items():
            if settings.get(kind):
                read(self, pod, settings[kind], resolve)
        self._fields(pod, settings, task_path)
        _scratch_volumes(pod, settings, scratch)
        asked = {kind: words for kind, words in _NOT_GIVEN.items() if settings.get(kind)}
        pod.not_given += [words for kind, words in asked.items() if pod.gets(_FIELDS.get(kind, ""))]
        if self._of_all:
            pod.notes.append(f"settings of the whole pipeline that count for nothing here: {', '.join(self._of_all)}")
        pod.not_given += [repr(kind) for kind in settings if kind not in {*_NOT_GIVEN, *_READERS, *_OTHERS}]
        return pod

    def _variables(self, pod: Pod, settings: list[Settings], resolve: Resolve, kind: str) -> None:
        for each in settings:
            name = _name(each, kind, resolve)
            for pair in each.get("keyToEnv") or () if name else ():
                key = pair[f"{kind}Key"]
                reference = {"name": name, "key": key, **({"optional": each["optional"]} if "optional" in each else {})}
                pod.hand_on("ENV", env=[{"name": pair["envVar"], "valueFrom": {f"{kind}KeyRef": reference}}])
                if not pod.gets("ENV"):
                    continue
                text = (self._texts(pod, kind, name, bool(each.get("optional"))) or {}).get(key)
                if text is not None:
                    pod.environment[pair["envVar"]] = text
                elif not each.get("optional"):
                    raise TaskError(f"{_WORDS[kind]} {name!r} has no key {key!r}, and it is not optional")
                else:
                    pod.notes.append(f"{pair['envVar']} is not set: {_WORDS[kind]} {name!r} has no key {key!r}")

    def _text_volumes(self, pod: Pod, settings: list[Settings], resolve: Resolve, kind: str) -> None:
        for each in settings:
            name = _name(each, kind, resolve)
            if not name:
                continue
            optional = bool(each.get("optional"))
            volume = {"name": name, kind: {"secretName" if kind == "secret" else "name": name, "optional": optional}}
            _hand_on_volume(pod, volume, {"name": name, "mountPath": each["mountPath"]})
            if pod.gets("KUBERNETES_VOLUMES"):
                texts = self._texts(pod, kind, name, optional)
                pod.mounts.append(Mount(each["mountPath"], None, texts or {}, optional))

    def _texts(self, pod: Pod, kind: str, name: str, optional: bool) -> Mapping[str, str] | None:
        table: Table = self._secrets.secrets if kind == "secret" else self._secrets.config_maps
        if name not in table:
            if not optional:
                raise TaskError(
                    f"{_WORDS[kind]} {name!r} is not there, and it is not optional; the server takes secrets and "
                    f"config maps from the file that --secrets names"
                )
            pod.notes.append(f"{_WORDS[kind]} {name!r} is not there; it is optional")
        return table.get(name)

    def _claims(self, pod: Pod, settings: list[Settings], resolve: Resolve) -> None:
        for each in settings:
            name = _claim_name(each, resolve)
            if not name:
                continue
            sub_path = each.get("subPath") or ""
            volume = {"name": name, "persistentVolumeClaim": {"claimName": name}}
            _hand_on_volume(pod, volume, {"name": name, "mountPath": each["mountPath"], **_given(subPath=sub_path)})
            if not pod.gets("KUBERNETES_VOLUMES"):
                continue
            folder = self._claim(name)
            if not folder.exists():
                pod.notes.append(f"persistent volume claim {name!r} was not there: it is a new and empty folder")
            source = folder / sub_path
            if not source.resolve().is_relative_to(folder.resolve()):
                raise TaskError(f"the path {sub_path!r} leads out of persistent volume claim {name!r}")
            source.mkdir(parents=True, exist_ok=True)
            pod.mounts.append(Mount(each["mountPath"], source, {}))

    def _node_selector(self, pod: Pod, settings: Settings, resolve: Resolve) -> None:
        given = settings.get("nodeSelectorJson")
        labels = resolve(given) if given else settings.get("labels") or {}
        pod.hand_on("KUBERNETES_NODE_SELECTOR", nodeSelector=labels)

    def _tolerations(self, pod: Pod, settings: list[Settings], resolve: Resolve) -> None:
        resolved = [_resolved(each, "tolerationJson", resolve) for each in settings]
        pod.hand_on("KUBERNETES_TOLERATIONS", tolerations=task_config.tolerations(resolved))

    def _node_affinity(self, pod: Pod, settings: list[Settings], resolve: Resolve) -> None:
        resolved = [_resolved(each, "nodeAffinityJson", resolve) for each in settings]
        pod.hand_on("KUBERNETES_AFFINITY", affinity=task_config.node_affinity(resolved))

    def _deadline(self, pod: Pod, seconds: Any, resolve: Resolve) -> None:
        pod.timeout = float(seconds) or None

    def _fields(self, pod: Pod, settings: Settings, task_path: str) -> None:
        metadata = settings.get("podMetadata") or {}
        for each in settings.get("fieldPathAsEnv") or ():
            pod.hand_on(
                "ENV", env=[{"name": each["name"], "valueFrom": {"fieldRef": {"fieldPath": each["fieldPath"]}}}]
            )
            if pod.gets("ENV"):
                pod.environment[each["name"]] = self._field(each["fieldPath"], metadata, task_path)

    def _field(self, path: str, metadata: Mapping[str, Any], task_path: str) -> str:
        table = _FIELD.fullmatch(path)
        if table:
            return str((metadata.get(table[1]) or {}).get(table[2], ""))
        fields = {
            "metadata.name": f"{self._run_id}-{task_path.replace('/', '-')}",
            "metadata.namespace": "kubeflow",
            "metadata.uid": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._run_id}/{task_path}")),
            "spec.nodeName": socket.gethostname(),
            "spec.serviceAccountName": "pipeline-runner",
            **dict.fromkeys(("status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"), "127.0.0.1"),
        }
        if path not in fields:
            raise TaskError(f"field path {path!r} is none that a pod has")
        return fields[path]

    def create_claim(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Make the folder of a persistent volume claim, for the task that `kubernetes.CreatePVC` makes."""
        name, suffix = arguments.get("pvc_name") or "", arguments.get("pvc_name_suffix") or ""
        if name and suffix:
            raise TaskError("a persistent volume claim has either a pvc_name or a pvc_name_suffix")
        name = name or f"{uuid.uuid4()}{suffix}"
        folder = self._claim(name)
        if folder.exists():
            raise TaskError(f"persistent volume claim {name!r} is there already")
        folder.mkdir(parents=True)
        return {"name": name}

    def delete_claim(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Remove the folder of a persistent volume claim, for the task that `kubernetes.DeletePVC` makes."""
        folder = self._claim(str(arguments.get("pvc_name") or ""))
        if not folder.exists():
            raise TaskError(f"persistent volume claim {folder.name!r} is not there")
        shutil.rmtree(folder)
        return {}

    def _claim(self, name: str) -> Path:
        if not _VOLUME_NAME.fullmatch(name):
            raise TaskError(f"{name!r} cannot be the name of a persistent volume claim")
        return self._volumes / name


_WORDS = {"secret": "secret", "configMap": "config map"}
_READERS: Mapping[str, Callable[[PodSettings, Pod, Any, Resolve], None]] = {
    "secretAsEnv": partial(PodSettings._variables, kind="secret"),
    "configMapAsEnv": partial(PodSettings._variables, kind="configMap"),
    "secretAsVolume": partial(PodSettings._text_volumes, kind="secret"),
    "configMapAsVolume": partial(PodSettings._text_volumes, kind="configMap"),
    "pvcMount": PodSettings._claims,
    "nodeSelector": PodSettings._node_selector,
    "tolerations": PodSettings._tolerations,
    "nodeAffinity": PodSettings._node_affinity,
    "activeDeadlineSeconds": PodSettings._deadline,
}
_GIVEN_TO_ALL = ("workspace", "activeDeadlineSeconds")
_OTHERS = ("podMetadata", "fieldPathAsEnv", "emptyDirMounts", "genericEphemeralVolume")


def _scratch_volumes(pod: Pod, settings: Settings, scratch: Path) -> None:
    for each in [*(settings.get("emptyDirMounts") or ()), *(settings.get("genericEphemeralVolume") or ())]:
        folder = scratch / each["volumeName"].replace("/", "-")
        folder.mkdir(parents=True, exist_ok=True)
        pod.mounts.append(Mount(each["mountPath"], folder, {}))


def _name(settings: Settings, kind: str, resolve: Resolve) -> str:
    """Return the name of a secret or config map, "" where it comes from a parameter without value."""
    given = settings.get(f"{kind}NameParameter")
    return str((resolve(given) if given else settings.get(f"{kind}Name")) or "")


def _claim_name(settings: Settings, resolve: Resolve) -> str:
    given = settings.get("pvcNameParameter")
    if given is None and "constant" in settings:
        return str(settings["constant"])
    return str(resolve(given or settings) or "")


def _resolved(settings: Settings, key: str, resolve: Resolve) -> Settings:
    return {**settings, key: resolve(settings[key])} if settings.get(key) else settings


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _hand_on_volume(pod: Pod, volume: Mapping[str, Any], mount: Mapping[str, Any]) -> None:
    pod.hand_on("KUBERNETES_VOLUMES", volumes=[volume], volumeMounts=[mount])
