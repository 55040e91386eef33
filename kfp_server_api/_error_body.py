# SPDX-License-Identifier: Apache-2.0
"""Bodies of errors, of whatever shape: KFP's gateway, its uploads, FastAPI, proxies."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

UNAUTHENTICATED = r"\bUnauthenticated: |\bcode = Unauthenticated\b|User identity is empty"
_PREFIX = (
    r"\b(?:\w+Error|Invalid input error|Already exist error|Unauthenticated|PermissionDenied|ServiceUnavailable): "
)
_TITLE = r"<title>([^<]*)</title>"
_EMPTY_MESSAGES = frozenset({"", "internal server error", "service unavailable"})


def parse(body: Any) -> Mapping[str, Any]:
    """Return a body that is a JSON object; {} for any other."""
    try:
        parsed = json.loads(body)
    except (TypeError, ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def details_in(parsed: Mapping[str, Any]) -> list[Any]:
    """Return the list `details`, or FastAPI's `detail` where that is a list."""
    for found in (parsed.get("details"), parsed.get("detail")):
        if isinstance(found, list):
            return found
    return []


def message_in(parsed: Mapping[str, Any], body: Any) -> str:
    """Return one line from a gateway, upload, plain-text or pre-2.14 error body."""
    details = parsed.get("details")
    texts = [d.get("message") for d in details if isinstance(d, dict)] if isinstance(details, list) else []
    long_text = parsed.get("message") or parsed.get("error")
    for text in texts:
        if isinstance(text, str) and text.strip().lower() not in _EMPTY_MESSAGES:
            return _first_line(text)
    if isinstance(long_text, str):
        return _tail(long_text)
    if isinstance(parsed.get("error_message"), str):
        return _upload_message(parsed["error_message"], parsed.get("error_details"))
    if isinstance(parsed.get("detail"), (str, list)):
        faults = parsed["detail"]
        return _first_line(faults) if isinstance(faults, str) else "; ".join(map(_fault, faults))
    if parsed or not isinstance(body, str):
        return ""
    title = re.search(_TITLE, body, re.I)
    return _first_line(title[1] if title else "" if body.lstrip().startswith("<") else body)


def _upload_message(message: str, details: Any) -> str:
    """Return what an upload's error says; the details go on where the message ends, or hold no more than a stack."""
    whole = _tail(details) if isinstance(details, str) else ""
    return whole if message.strip() and message.strip() in whole else _first_line(message)


def _tail(text: str) -> str:
    """Return what stands behind the last such prefix of a chain `context: Kind error: cause`."""
    line = _first_line(text)
    prefixes = list(re.finditer(_PREFIX, line))
    return line[prefixes[-1].end() :] if prefixes else line


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0].strip()[:500]


def _fault(item: Any) -> str:
    """Return a fault that FastAPI found as `pipeline_names[0]: Input should be a valid string`."""
    if not isinstance(item, dict) or not isinstance(item.get("loc"), list):
        return str(item)
    return f"{dotted(item['loc'][1:] or item['loc'])}: {' '.join(str(item.get('msg')).split())}"


def dotted(path: list[Any]) -> str:
    """Return keys and indices as `runs[3].created_at`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
