# SPDX-License-Identifier: Apache-2.0
"""Make the cases where ours is meant to differ: what upstream gets silently wrong or reports badly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cases_methods import CREATE, HEALTH, JSON_HEADERS, RUN, call, tup

LIST = {"target": "RunServiceApi", "name": "run_service_list_runs"}
DELETE = {"target": "RunServiceApi", "name": "run_service_delete_run", "args": ["r1"]}
HTML = [["Content-Type", "text/html; charset=utf-8"]]
BAD_REPLIES: dict[str, tuple[str, list[list[str]]]] = {
    "login page": ("<!DOCTYPE html><html><form action=/dex/auth></form></html>", HTML),
    "html said to be json": ("<html></html>", JSON_HEADERS),
    "empty": ("", JSON_HEADERS),
    "truncated": ('{"run_id": "r1", "runtime_conf', JSON_HEADERS),
    "list": ('[{"run_id": "r1"}]', JSON_HEADERS),
    "text": ('"ok"', JSON_HEADERS),
    "null": ("null", JSON_HEADERS),
    "not utf-8": ('{"run_id": "caf\xe9"}', JSON_HEADERS),
    "bad date": ('{"run_id": "r1", "created_at": "tomorrow"}', JSON_HEADERS),
    "date is an object": ('{"run_id": "r1", "created_at": {}}', JSON_HEADERS),
}
ODD_VALUES: dict[str, Any] = {
    "nan": {"$": "float", "value": "nan"},
    "infinity": {"$": "float", "value": "inf"},
    "decimal": {"$": "decimal", "value": "1.5"},
    "uuid": {"$": "uuid", "value": "12345678-1234-5678-1234-567812345678"},
    "set": {"$": "set", "value": ["a"]},
    "path": {"$": "path", "value": "a/b"},
    "enum": {"$": "enum", "value": "red"},
    "bytes": {"$": "bytes", "value": "ab"},
    "naive datetime": {"$": "datetime", "value": "2024-01-02T03:04:05"},
}
TIMEOUTS: dict[str, Any] = {
    "text": "5",
    "one": tup(1),
    "three": tup(1, 2, 3),
    "negative": -1,
    "none and one": tup(None, 5),
    "list": [1, 2],
}
PATHS = ["..", ".", "../../healthz", "a\r\nX: y", "a\x00b", "a\x7fb", "%2e%2e"]


def beyond() -> Iterator[dict[str, Any]]:
    """Yield every case."""
    for label, (body, headers) in BAD_REPLIES.items():
        for each in (RUN, LIST, CREATE, DELETE):
            reply = {"status": 200, "body": body, "headers": headers, "charset": "latin-1"}
            yield {"id": "reply/{}/{}".format(label, each["name"]), "replies": [reply], "calls": [each]}
    for label, value in ODD_VALUES.items():
        run = {"$": "model", "name": "V2beta1Run", "value": {"runtime_config": {"parameters": {"x": value}}}}
        yield {"id": "value/" + label, "calls": [{**CREATE, "args": [run]}]}
    for label, value in TIMEOUTS.items():
        yield {"id": "timeout/" + label, "calls": [{**HEALTH, "kwargs": {"_request_timeout": value}}]}
    yield from _filters()
    yield from _network()
    for index, value in enumerate(PATHS):
        yield {"id": f"path/{index}", "calls": [{**RUN, "args": [value]}]}
    for index, value in enumerate(("a\r\nX-Split: 1", "a\nb", "a\x00b")):
        yield {"id": f"header/{index}", "config": {}, "default_headers": {"X-Mine": value}, "calls": [HEALTH]}


def _filters() -> Iterator[dict[str, Any]]:
    predicate = {"operation": "EQUALS", "key": "display_name", "string_value": "x"}
    model = {
        "$": "model",
        "name": "V2beta1Filter",
        "value": {"predicates": [{"$": "model", "name": "V2beta1Predicate", "value": predicate}]},
    }
    for label, value in {
        "model": model,
        "dict": {"predicates": [predicate]},
        "text": '{"predicates": []}',
    }.items():
        yield {"id": "filter/" + label, "calls": [{**LIST, "kwargs": {"filter": value}}]}


def _network() -> Iterator[dict[str, Any]]:
    slow = {"status": 200, "body": "{}", "headers": JSON_HEADERS, "delay": 1.5}
    cut = {"status": 200, "body": "", "headers": [], "hang_up": True}
    yield {
        "id": "network/refused",
        "config": {"attributes": {"host": "http://127.0.0.1:9", "retries": False}},
        "calls": [HEALTH],
    }
    yield {
        "id": "network/refused after retries",
        "config": {"attributes": {"host": "http://127.0.0.1:9"}},
        "calls": [HEALTH],
    }
    yield {"id": "network/hang up", "replies": [cut], "calls": [CREATE]}
    yield {
        "id": "network/too slow",
        "replies": [slow],
        "config": {},
        "calls": [{**CREATE, "kwargs": {"_request_timeout": 1}}],
    }
    yield {
        "id": "network/too slow for half a second",
        "replies": [slow],
        "config": {},
        "calls": [{**CREATE, "kwargs": {"_request_timeout": 0.5}}],
    }
    yield {
        "id": "network/plain text for TLS",
        "config": {"attributes": {"host": "https://ADDRESS", "retries": False}},
        "calls": [HEALTH],
    }
    yield {
        "id": "upload/bytes",
        "calls": [call("PipelineUploadServiceApi", "upload_pipeline", {"$": "bytes", "value": "a: 1"})],
    }
    yield {
        "id": "upload/path object",
        "calls": [call("PipelineUploadServiceApi", "upload_pipeline", {"$": "path", "value": "/does/not/exist"})],
    }
