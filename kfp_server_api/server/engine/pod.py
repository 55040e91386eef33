# SPDX-License-Identifier: Apache-2.0
"""What one task has around it of what a pod would give it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from kfp_server_api.server.engine import task_config


class Mount(NamedTuple):
    """A folder that a task sees at a path."""

    target: str
    source: Path | None
    """None for one that holds files alone."""
    files: Mapping[str, str]
    optional: bool = False
    """Whether the task can go without it."""


class Pod:
    """The settings of one task.

    Attributes:
        environment: variables that it gets beside those of its container.
        mounts: the folders that it sees.
        notes: lines for its log.
        not_given: what it asks for and does not get, in words.
        timeout: seconds that it may take; None for any number.
        config: the value of its inputs that are a `dsl.TaskConfig`.
    """

    def __init__(self, container: Mapping[str, Any], component: Mapping[str, Any]) -> None:
        self._handed_on = task_config.handed_on(component)
        own = {v["name"]: v.get("value", "") for v in container.get("env") or []}
        self.environment: dict[str, str] = own if self.gets("ENV") else {}
        self.mounts: list[Mount] = []
        self.notes: list[str] = []
        self.not_given: list[str] = []
        self.timeout: float | None = None
        self.config: dict[str, Any] = dict.fromkeys(("affinity", "tolerations", "nodeSelector", "env", "volumes"))
        self.config.update(volumeMounts=None, resources={})
        resources = task_config.resources(container)
        self.hand_on("RESOURCES", resources=resources)
        for section, amounts in resources.items() if self.gets("RESOURCES") else ():
            self.not_given.append(f"{section} ({', '.join(f'{name} {text}' for name, text in amounts.items())})")
        self.hand_on("ENV", env=[{"name": name, "value": value} for name, value in own.items()])

    def gets(self, field: str) -> bool:
        """Tell whether the task itself gets a field, and not only what it starts."""
        return not self._handed_on or self._handed_on.get(field, True)

    def hand_on(self, field: str, **values: Any) -> None:
        """Put values into the config if the component has that field handed on; lists are added to."""
        for name, value in values.items() if field in self._handed_on else ():
            before = self.config[name]
            self.config[name] = [*before, *value] if isinstance(before, list) else value

    @property
    def not_given_text(self) -> str:
        """What it does not get as a sentence, "" where it gets all."""
        asked = ", ".join(self.not_given)
        return f"what it asks of Kubernetes and does not get on this machine: {asked}" if asked else ""
