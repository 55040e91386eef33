# SPDX-License-Identifier: Apache-2.0
"""Medians, ratios and the table."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from math import isnan
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.cases import SCALES, Case

Rounds = Sequence[Sequence[dict[str, float]]]


def summary(cases: Sequence[Case], rounds: Rounds, upstream: str) -> dict[str, Any]:
    """Return all that is known as JSON values: where it ran, and a row for each case."""
    rows = [_row(case, [each[index] for each in rounds]) for index, case in enumerate(cases)]
    return {"machine": _machine(), "versions": _versions(upstream), "rounds": len(rounds), "rows": rows}


def _row(case: Case, measured: list[dict[str, float]]) -> dict[str, Any]:
    scaled = {name: [each[name] * SCALES[case.unit] for each in measured] for name in case.candidates}
    row: dict[str, Any] = {"case": case.name, "what": case.what, "unit": case.unit, "base": case.base}
    row["measured"] = scaled
    row["median"] = {name: median(values) for name, values in scaled.items()}
    if case.base:
        base = scaled[case.base]
        row["ratio"] = {
            name: median(value / floor for value, floor in zip(values, base)) for name, values in scaled.items()
        }
    compared = row.get("ratio", row["median"])
    row["target"], row["reached"] = case.target, case.target is None or compared[case.candidates[-1]] <= case.target
    return row


def table(result: dict[str, Any]) -> str:
    """Return a result as Markdown."""
    head = ", ".join(f"{name} {number}" for name, number in result["versions"].items())
    lines = [f"{head}; {result['machine']}; medians of {result['rounds']} rounds.", ""]
    lines += ["| case | what | floor | upstream | ours | ratio to the base | target |", "|" + "---|" * 7]
    return "\n".join([*lines, *(_line(row) for row in result["rows"])])


def _line(row: dict[str, Any]) -> str:
    medians = dict(row["median"])
    ours = list(medians)[-1]
    cells = [_number(medians.get(name), row["unit"]) for name in ("floor", "upstream", ours)]
    ratios = row.get("ratio", {})
    shown = ", ".join(f"{name} {ratios[name]:.3g}" for name in ratios if name != row["base"])
    target = "" if row["target"] is None else f"{row['target']:.3g} {'' if row['reached'] else '**missed**'}"
    return f"| {row['case']} | {row['what']} | {' | '.join(cells)} | {shown} | {target.strip()} |"


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return "fails" if isnan(value) else f"{value:.3g} {unit}"


def _machine() -> str:
    return f"{_cpu()}, {os.cpu_count()} cores, {platform.system()}"


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _versions(upstream: str) -> dict[str, str]:
    found = {"Python": platform.python_version(), "upstream": upstream}
    for name in ("urllib3", "orjson"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
