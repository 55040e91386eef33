# SPDX-License-Identifier: Apache-2.0
"""The placeholders of compiled pipelines, filled where a cluster's driver and launcher fill them and nowhere else.

Tables map a placeholder to its text. All that stands in one text is filled at once, so what a value brings along is
never taken for a placeholder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from kfp_server_api.server.engine.events import RunFacts
from kfp_server_api.server.engine.values import as_text
from kfp_server_api.server.times import time_text

RUN = "{{$.pipeline_job_resource_name}}"
"""The name that a run has where a cluster has its workflow."""
WORKSPACE = "{{$.workspace_path}}"
RETRIES = "{{retries}}"

_PLACEHOLDER = re.compile(r"\{\{\$(?:\.[^{}]+)?\}\}|\{\{retries\}\}")
_MOUNTED_WORKSPACE = "/kfp-workspace"
_STRUCTURES = ('{"Concat": ', '{"IfPresent": ')


def of_run(facts: RunFacts, run_id: str, pipeline: str, workspace: str) -> dict[str, str]:
    """Return the table of a run, for constants of its tasks."""
    asked, created = facts["scheduled_at"], facts["created_at"]
    return {
        "{{$.pipeline_job_name}}": facts["display_name"],
        RUN: f"{pipeline}-{run_id[:5].lower()}",
        "{{$.pipeline_job_uuid}}": run_id,
        "{{$.pipeline_job_create_time_utc}}": time_text(created),
        "{{$.pipeline_job_schedule_time_utc}}": time_text(created if asked is None else asked),
        WORKSPACE: workspace,
    }


def of_task(name: str, task_id: str) -> dict[str, str]:
    """Return the table of a task, for its constants, beside that of its run."""
    return {"{{$.pipeline_task_name}}": name, "{{$.pipeline_task_uuid}}": task_id}


def of_parameters(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return the table of a task's input parameters."""
    return {f"{{{{$.inputs.parameters['{name}']}}}}": as_text(value) for name, value in parameters.items()}


def constant(value: Any, table: Mapping[str, str]) -> Any:
    """Return a task's constant; a whole placeholder becomes its text, and the workspace is filled inside text too."""
    if not isinstance(value, str):
        return value
    if WORKSPACE in value:
        return value.replace(WORKSPACE, table.get(WORKSPACE, WORKSPACE))
    return table.get(value, value)


def filled(value: Any, table: Mapping[str, str]) -> Any:
    """Fill the placeholders in all text of a value."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda match: table.get(match.group(), match.group()), value)
    if isinstance(value, list):
        return [filled(item, table) for item in value]
    if isinstance(value, dict):
        return {filled(key, table): filled(item, table) for key, item in value.items()}
    return value


def command(
    parts: list[str], table: Mapping[str, str], given: Collection[str], workspace: str
) -> tuple[list[str], list[str]]:
    """Return a command with its placeholders filled, and those that stay.

    Args:
        table: of the component's inputs and outputs.
        given: its inputs that have a value, for parts that depend on that.
        workspace: the folder in place of the one that a cluster mounts.
    """
    whole_table = {WORKSPACE: workspace, **table}
    flat = [text.replace(_MOUNTED_WORKSPACE, workspace) for part in parts for text in _expanded(part, given)]
    return [filled(text, whole_table) for text in flat], left(flat, whole_table)


def left(value: Any, table: Mapping[str, str]) -> list[str]:
    """Return the placeholders in all text of a value that the table does not fill, each once."""
    return list(
        dict.fromkeys(found for text in _texts(value) for found in _PLACEHOLDER.findall(text) if found not in table)
    )


def notices(where: str, names: list[str]) -> list[str]:
    """Return what the log of a task says of placeholders that stay in its command or an input."""
    return [f"{name} in {where} stays as it is, as on a cluster" for name in names]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        yield from _texts([*value, *value.values()])


def _expanded(part: str, given: Collection[str]) -> list[str]:
    return _chosen(json.loads(part), given) if part.startswith(_STRUCTURES) else [part]


def _chosen(node: Any, given: Collection[str]) -> list[str]:
    """Return the texts of a `dsl.ConcatPlaceholder` or `dsl.IfPresentPlaceholder`."""
    if isinstance(node, str):
        return [node]
    if isinstance(node, list):
        return [text for each in node for text in _chosen(each, given)]
    if "Concat" in node:
        return ["".join(_chosen(node["Concat"], given))]
    choice = node["IfPresent"]
    return _chosen(choice.get("Then" if choice["InputName"] in given else "Else") or [], given)
