# SPDX-License-Identifier: Apache-2.0
"""Compare two results leaf by leaf and take the wanted differences from `docs/migrating.md`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

TABLE = Path(__file__).resolve().parents[2] / "docs" / "migrating.md"
MISSING = "<missing>"


class Difference(NamedTuple):
    """One leaf that is not the same."""

    area: str
    path: str
    upstream: str
    ours: str

    def __str__(self) -> str:
        return "{}: {}\n    upstream: {}\n    ours:     {}".format(*(each[:400] for each in self))


class Row(NamedTuple):
    """A wanted difference: four patterns that must match in full, and the reason."""

    id: str
    area: str
    path: str
    upstream: str
    ours: str

    def covers(self, difference: Difference) -> bool:
        """Tell whether this row wants the difference."""
        return all(re.fullmatch(pattern, text, re.DOTALL) for pattern, text in zip(self[1:], difference))


def rows() -> list[Row]:
    """Read the table: every line that begins with an id in bold, patterns in backticks."""
    found = []
    for line in TABLE.read_text("utf-8").splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 6 and re.fullmatch(r"\*\*[\w-]+\*\*", cells[0]):
            found.append(Row(cells[0].strip("*"), *(cell.strip("`") for cell in cells[1:5])))
    return found


class Ledger:
    """Collect what was compared, which rows were used and what is left over."""

    def __init__(self) -> None:
        self.rows = rows()
        self.used: dict[str, int] = {}
        self.counts: dict[str, int] = {}
        self.areas: set[str] = set()

    def settle(self, area: str, count: int, differences: list[Difference]) -> list[Difference]:
        """Count a comparison; return the differences that no row wants."""
        self.areas.add(area)
        self.counts[area] = self.counts.get(area, 0) + count
        return [each for each in differences if not self._wanted(each)]

    def _wanted(self, difference: Difference) -> bool:
        for row in self.rows:
            if row.covers(difference):
                self.used[row.id] = self.used.get(row.id, 0) + 1
                return True
        return False


def leaves(upstream: Any, ours: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield every leaf of either side with its path; an exception against a result is one leaf."""
    if isinstance(upstream, dict) and isinstance(ours, dict):
        if _ends_differently(upstream, ours):
            yield path + "/end", ending(upstream), ending(ours)
            return
        for key in [*upstream, *(key for key in ours if key not in upstream)]:
            yield from leaves(upstream.get(key, MISSING), ours.get(key, MISSING), f"{path}/{key}")
    elif isinstance(upstream, list) and isinstance(ours, list) and len(upstream) == len(ours):
        for index, (one, other) in enumerate(zip(upstream, ours)):
            yield from leaves(one, other, f"{path}/{index}")
    else:
        yield path, upstream, ours


def _classes(outcome: dict[str, Any]) -> list[str]:
    raised = outcome.get("raised", [])
    return list(raised["classes"] if isinstance(raised, dict) else raised)


def _ends_differently(upstream: dict[str, Any], ours: dict[str, Any]) -> bool:
    """Tell whether one side raised and the other not, or raised what upstream's handlers would miss."""
    if "raised" in upstream and "raised" in ours:
        return not set(_classes(upstream)) <= set(_classes(ours))
    return "raised" in upstream or "raised" in ours


def ending(outcome: dict[str, Any]) -> str:
    """Say in one line how a call ended."""
    if "raised" not in outcome:
        return "value {}".format(json.dumps(outcome.get("value", outcome), ensure_ascii=False))
    raised = outcome["raised"]
    lines = raised["lines"] if isinstance(raised, dict) else []
    return "raised {}: {}".format("(".join(_classes(outcome)[:2]) + ")", " / ".join(lines))


def differences(area: str, upstream: Any, ours: Any) -> tuple[int, list[Difference]]:
    """Return how many leaves were compared and those that differ; `true` is not `1`."""
    found, count = [], 0
    for path, one, other in leaves(upstream, ours):
        count += 1
        if type(one) is not type(other) or one != other:
            found.append(Difference(area, path.lstrip("/"), _text(one), _text(other)))
    return count, found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def in_order(needles: list[str], lines: list[str]) -> bool:
    """Tell whether all needles occur among the lines in the same order."""
    rest = iter(lines)
    return all(any(needle == line for line in rest) for needle in needles)


def soften_failures(upstream: Any, ours: Any) -> None:
    """Apply the two rules that failures have: classes and lines of ours may be more, in the same order."""
    if not isinstance(upstream, (dict, list)) or type(upstream) is not type(ours):
        return
    if isinstance(upstream, list):
        for one, other in zip(upstream, ours):
            soften_failures(one, other)
        return
    for key, one in upstream.items():
        more = ours.get(key)
        in_lines = key == "lines" and isinstance(more, list) and in_order(one, more)
        in_classes = (
            key in ("classes", "raised") and isinstance(one, list) and isinstance(more, list) and set(one) <= set(more)
        )
        if in_lines or in_classes:
            ours[key] = one
        else:
            soften_failures(one, more)


def soften_extra(upstream: Any, ours: Any) -> bool:
    """Forget fields newer than the compared release that are None in ours; tell whether there were any.

    Where that happens the printed form has them too, so only the values are compared.
    """
    if isinstance(upstream, list) and isinstance(ours, list):
        found = [soften_extra(one, other) for one, other in zip(upstream, ours)]
        return any(found)
    if not isinstance(upstream, dict) or not isinstance(ours, dict):
        return False
    softened = _forget(upstream.get("fields"), ours.get("fields"))
    pairs, other_pairs = upstream.get("dict"), ours.get("dict")
    if isinstance(pairs, list) and isinstance(other_pairs, list):
        known = [key for key, _ in pairs]
        kept = [pair for pair in other_pairs if pair[0] in known or pair[1] is not None]
        softened |= len(kept) != len(other_pairs)
        ours["dict"] = kept
    deeper = [soften_extra(one, ours[key]) for key, one in upstream.items() if key in ours]
    if softened or any(deeper):
        for name in ("repr", "str", "to_str", "copy", "changed"):
            if name in ours and name in upstream:
                ours[name] = upstream[name]
    return softened or any(deeper)


def _forget(known: Any, ours: Any) -> bool:
    if not isinstance(known, dict) or not isinstance(ours, dict):
        return False
    extra = [key for key in ours if key not in known and ours[key] is None]
    for key in extra:
        del ours[key]
    return bool(extra)


def report(found: list[Difference], limit: int = 40) -> str:
    """Say what differs: one example for each kind, with how often it was met."""
    kinds: dict[tuple[str, ...], list[Difference]] = {}
    for each in found:
        kinds.setdefault(_kind(each), []).append(each)
    lines = [f"{len(found)} differences of {len(kinds)} kinds"]
    for same in list(kinds.values())[:limit]:
        lines.append(f"({len(same)}x) {same[0]}")
    return "\n".join(lines)


def _kind(found: Difference) -> tuple[str, ...]:
    """Group by the end of the path and by what the two sides look like."""
    words = re.sub(r"\d+", "#", found.path).split("/")
    tail = re.sub(r"^[^.]*\.(.*)\.", "", words[-1]) if found.area == "surface" else words[-1]
    return (found.area, tail, _shape(found.upstream), _shape(found.ours))


def _shape(side: str) -> str:
    ended = re.match(r"raised \w+|value ", side)
    return ended.group() if ended else re.sub(r"\d+", "#", side)[:12]
