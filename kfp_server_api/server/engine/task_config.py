# SPDX-License-Identifier: Apache-2.0
"""The value of a `dsl.TaskConfig`: parts of the pod that a task asks for, in the words of Kubernetes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from kfp_server_api.server.engine.outcome import TaskError

_QUANTITY = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:([numkMGTPE]|[KMGTPE]i)|([eE][+-]?[0-9]{1,3}))?")


def handed_on(component: Mapping[str, Any]) -> dict[str, bool]:
    """Return the fields that a component has handed on to it, each with whether its own pod gets them, too."""
    listed = component.get("taskConfigPassthroughs") or []
    return {str(each.get("field")): bool(each.get("applyToTask")) for each in listed}


def inputs_of_config(component: Mapping[str, Any]) -> list[str]:
    """Return the inputs of a component that are a `dsl.TaskConfig`."""
    parameters = (component.get("inputDefinitions") or {}).get("parameters") or {}
    return [name for name, definition in parameters.items() if definition.get("parameterType") == "TASK_CONFIG"]


def resources(container: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a container may use and is sure of, as a pod's `resources`."""
    asked = container.get("resources") or {}
    found: dict[str, dict[str, str]] = {"limits": {}, "requests": {}}
    for section, suffix in (("limits", "Limit"), ("requests", "Request")):
        for name, old_unit in (("cpu", ""), ("memory", "G")):
            old = asked.get(f"{name}{suffix}")
            amount = asked.get(f"resource{name.title()}{suffix}") or (f"{old:g}{old_unit}" if old else None)
            if amount:
                found[section][name] = quantity(str(amount))
    accelerator = asked.get("accelerator") or {}
    kind = accelerator.get("resourceType") or accelerator.get("type")
    count = accelerator.get("resourceCount") or accelerator.get("count")
    if kind and count:
        found["limits"][kind] = quantity(str(count))
    return {section: amounts for section, amounts in found.items() if amounts}


def quantity(text: str) -> str:
    """Return a Kubernetes quantity as Kubernetes writes it: whole, with the largest unit for which it is.

    Raises:
        TaskError: it is none.
    """
    match = _QUANTITY.fullmatch(text)
    if not match:
        raise TaskError(f"{text!r} is no quantity that Kubernetes has, such as '500m' or '2Gi'")
    units = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] if (match[2] or "").endswith("i") else list("kMGTPE")
    base = 1024 if units[0] == "Ki" else 1000
    sizes = {
        **{unit: Fraction(1, 1000 ** (3 - i)) for i, unit in enumerate("num")},
        "": Fraction(1),
        **{unit: Fraction(base ** (i + 1)) for i, unit in enumerate(units)},
    }
    amount = Fraction(match[1] + (match[3] or "")) * sizes[match[2] or ""]
    unit = next((unit for unit in reversed(sizes) if (amount / sizes[unit]).denominator == 1), "m")
    return f"{amount / sizes[unit]}{unit}"


def tolerations(settings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a pod's `tolerations`; of those that are given as JSON, what they hold."""
    found: list[dict[str, Any]] = []
    for each in settings:
        given = each.get("tolerationJson")
        if given is None:
            known = {k: each[k] for k in ("key", "operator", "value", "effect") if each.get(k)}
            seconds = {"tolerationSeconds": int(each["tolerationSeconds"])} if "tolerationSeconds" in each else {}
            found.append({**known, **seconds})
        else:
            found += given if isinstance(given, list) else [given] if given else []
    return found


def node_affinity(settings: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return a pod's `affinity` of nodes, None where none is asked for."""
    required: list[Any] = []
    preferred: list[Any] = []
    for each in settings:
        given = each.get("nodeAffinityJson")
        if given:
            asked = given.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
            required += asked.get("nodeSelectorTerms") or []
            preferred += given.get("preferredDuringSchedulingIgnoredDuringExecution") or []
            continue
        term = {key: each[key] for key in ("matchExpressions", "matchFields") if each.get(key)}
        if term and "weight" in each:
            preferred.append({"weight": int(each["weight"]), "preference": term})
        elif term:
            required.append(term)
    terms = {
        **({"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": required}} if required else {}),
        **({"preferredDuringSchedulingIgnoredDuringExecution": preferred} if preferred else {}),
    }
    return {"nodeAffinity": terms} if terms else None
