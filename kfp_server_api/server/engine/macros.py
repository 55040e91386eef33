# SPDX-License-Identifier: Apache-2.0
"""The macros that callers write into a run's parameters, such as `[[RunUUID]]`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from kfp_server_api.server.engine.events import RunFacts

_MACRO = re.compile(r"\[\[.*?\]\]|\{\{\$\..*?\}\}")
_GO = re.compile(r"\[\[(CurrentTime|ScheduledTime)(?:\.(.*))?\]\]")
_STRFTIME = re.compile(r"\{\{\$\.(currentTime|scheduledTime)\.strftime\('(.*)'\)\}\}")
_DEFAULT_LAYOUT = "20060102150405"

# What a layout of Go's `time` package writes, longest first where one begins like another; here whole seconds of UTC.
_LAYOUT: dict[str, Callable[[datetime], str]] = {
    "January": lambda t: f"{t:%B}",
    "Jan": lambda t: f"{t:%b}",
    "Monday": lambda t: f"{t:%A}",
    "Mon": lambda t: f"{t:%a}",
    "MST": lambda t: "UTC",
    "2006": lambda t: f"{t.year:04}",
    "002": lambda t: f"{t:%j}",
    "01": lambda t: f"{t.month:02}",
    "02": lambda t: f"{t.day:02}",
    "03": lambda t: f"{t:%I}",
    "04": lambda t: f"{t.minute:02}",
    "05": lambda t: f"{t.second:02}",
    "06": lambda t: f"{t.year % 100:02}",
    "15": lambda t: f"{t.hour:02}",
    "__2": lambda t: f"{int(f'{t:%j}'):3}",
    "_2": lambda t: f"{t.day:2}",
    "PM": lambda t: f"{t:%p}",
    "pm": lambda t: f"{t:%p}".lower(),
    "-07:00:00": lambda t: "+00:00:00",
    "-07:00": lambda t: "+00:00",
    "-070000": lambda t: "+000000",
    "-0700": lambda t: "+0000",
    "-07": lambda t: "+00",
    "Z07:00:00": lambda t: "Z",
    "Z07:00": lambda t: "Z",
    "Z070000": lambda t: "Z",
    "Z0700": lambda t: "Z",
    "Z07": lambda t: "Z",
    "1": lambda t: str(t.month),
    "2": lambda t: str(t.day),
    "3": lambda t: str(int(f"{t:%I}")),
    "4": lambda t: str(t.minute),
    "5": lambda t: str(t.second),
}
_ELEMENT = re.compile("_(?=2006)|" + "|".join(map(re.escape, _LAYOUT)))


def replaced(value: Any, facts: RunFacts, run_id: str) -> Any:
    """Replace the macros in all text of a value, once; those that say nothing of this run stay."""
    times = {"currenttime": facts["created_at"], "scheduledtime": facts["scheduled_at"]}
    moments = {name: datetime.fromtimestamp(at, timezone.utc) for name, at in times.items() if at is not None}
    return _replaced(value, moments, run_id)


def _replaced(value: Any, moments: Mapping[str, datetime], run_id: str) -> Any:
    if isinstance(value, str):
        return _MACRO.sub(lambda match: _text(match.group(), moments, run_id), value)
    if isinstance(value, list):
        return [_replaced(item, moments, run_id) for item in value]
    if isinstance(value, dict):
        return {key: _replaced(item, moments, run_id) for key, item in value.items()}
    return value


def _text(macro: str, moments: Mapping[str, datetime], run_id: str) -> str:
    if macro == "[[RunUUID]]":
        return run_id
    for pattern, write in ((_GO, _in_layout), (_STRFTIME, _strftime)):
        found = pattern.fullmatch(macro)
        if found and found.group(1).lower() in moments:
            return write(moments[found.group(1).lower()], found.group(2))
    return macro


def _in_layout(moment: datetime, layout: str | None) -> str:
    def write(match: re.Match[str]) -> str:
        element = match.group()
        return _LAYOUT[element](moment) if element in _LAYOUT else element

    return _ELEMENT.sub(write, layout or _DEFAULT_LAYOUT)


def _strftime(moment: datetime, layout: str) -> str:
    # "%s" would be read as local time.
    return moment.strftime(layout.replace("%s", str(int(moment.timestamp()))))
