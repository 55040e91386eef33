# SPDX-License-Identifier: Apache-2.0
"""Make calls of the own methods of ApiClient, Configuration and the transport, picked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

JSON_HEADERS = [["Content-Type", "application/json"]]
HEALTH = {"target": "HealthzServiceApi", "name": "healthz_service_get_healthz"}
RUN = {"target": "RunServiceApi", "name": "run_service_get_run", "args": ["a b/c"]}
CREATE = {
    "target": "RunServiceApi",
    "name": "run_service_create_run",
    "args": [{"display_name": "é", "runtime_config": {}}],
}


def call(target: str, name: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """Return one call in the form that `probe_calls` runs."""
    return {"target": target, "name": name, "args": list(args), "kwargs": kwargs}


def tup(*items: Any) -> dict[str, Any]:
    """Return the form of a tuple."""
    return {"$": "tuple", "value": list(items)}


def client_calls() -> Iterator[dict[str, Any]]:
    """Yield calls of ApiClient's, Configuration's and RESTClientObject's own methods."""
    groups = {
        "encode": ENCODED,
        "header": HEADERS,
        "parameters": PARAMETERS,
        "settings": SETTINGS,
        "transport": TRANSPORT,
        "call_api": CALL_API,
        "exceptions": EXCEPTIONS,
    }
    for group, calls in groups.items():
        for index, each in enumerate(calls):
            yield {"id": "{}/{} {}".format(group, index, each["name"]), "calls": [each], "config": {}}
    for label, replies in REDIRECTS.items():
        for each in (HEALTH, CREATE, {**RUN, "kwargs": {"_preload_content": False}}):
            case_id = "redirect/{}/{}{}".format(label, each["name"], "/raw" if "kwargs" in each else "")
            yield {
                "id": case_id,
                "replies": replies,
                "calls": [each],
                "config": {"attributes": {"api_key": {"authorization": "t"}}},
            }


ENCODED = [
    call("client", "sanitize_for_serialization", each)
    for each in [
        None,
        1,
        1.5,
        True,
        "x",
        {"$": "bytes", "value": "ab"},
        [1, [None]],
        tup(1, tup("a")),
        {"a": None, "b": {"c": 1}},
        {},
        [],
        {"$": "datetime", "value": "2024-01-02T03:04:05+00:00"},
        {"$": "date", "value": "2024-01-02"},
        {
            "$": "model",
            "name": "V2beta1Run",
            "value": {"run_id": "r", "runtime_config": {"a": {"$": "date", "value": "2024-01-02"}}},
        },
        {"$": "model", "name": "V2beta1ListRecurringRunsResponse", "value": {"recurring_runs": []}},
        [{"$": "model", "name": "V2beta1Run", "value": {}}],
        {"1": tup(1)},
    ]
]
HEADERS = [
    call("client", name, each)
    for name in ("select_header_accept", "select_header_content_type")
    for each in [
        [],
        ["application/json"],
        ["text/plain"],
        ["text/plain", "application/json"],
        ["APPLICATION/JSON"],
        ["a/b", "c/d"],
        ["*/*"],
        ["multipart/form-data"],
        None,
    ]
]
PARAMETERS = [
    *[
        call("client", "parameters_to_tuples", given, formats)
        for given in ({"a": [1, "b c"], "d": "e"}, [tup("a", [1, 2]), tup("a", 3)], {}, {"a": []})
        for formats in (
            {},
            None,
            {"a": "multi"},
            {"a": "csv"},
            {"a": "ssv"},
            {"a": "tsv"},
            {"a": "pipes"},
            {"a": "other"},
        )
    ],
    call("client", "files_parameters"),
    call("client", "files_parameters", None),
    call("client", "files_parameters", {}),
    call("client", "files_parameters", {"f": {"$": "file", "name": "a.txt", "value": "x"}}),
    call(
        "client",
        "files_parameters",
        {"f": [{"$": "file", "name": "a.zip", "value": "x"}, {"$": "file", "name": "b", "value": ""}]},
    ),
    call("client", "files_parameters", {"f": None, "g": "/does/not/exist"}),
    call("client", "update_params_for_auth", {}, [], None),
    call("client", "update_params_for_auth", {}, [], ["Bearer"]),
    call("client", "update_params_for_auth", {}, [], ["Nope"]),
]
SETTINGS = [
    call("configuration", "get_host_settings"),
    call("configuration", "get_host_from_settings", 0),
    call("configuration", "get_host_from_settings", 1),
    call("configuration", "get_host_from_settings", -1),
    call("configuration", "get_host_from_settings", 0, {"x": "y"}),
    call("configuration", "debug"),
    call("configuration", "logger_file"),
    call("configuration", "logger_format"),
    call("client", "client_side_validation"),
    call("client", "default_headers"),
    call("client", "cookie"),
    call("client", "pool_threads"),
    call("client", "close"),
]
TRANSPORT = [
    *[
        call("client", "request", method, "http://ADDRESS/p", [tup("a", "b c")], {"X": "1"}, None, body)
        for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "get")
        for body in (None, {"a": "é"})
    ],
    *[
        call("rest", method, "http://ADDRESS/q?x=1", {"X": "1"}, [tup("k", "v w"), tup("e", "")])
        for method in ("GET", "HEAD", "DELETE", "POST")
    ],
    call(
        "rest",
        "POST",
        "http://ADDRESS/f",
        {"Content-Type": "application/x-www-form-urlencoded"},
        None,
        [tup("a", "b c"), tup("d", "é")],
    ),
    call(
        "rest",
        "POST",
        "http://ADDRESS/m",
        {"Content-Type": "multipart/form-data"},
        None,
        [tup("a", "b"), tup("f", tup("n.txt", {"$": "bytes", "value": "x"}, "text/plain"))],
    ),
    call("rest", "POST", "http://ADDRESS/t", {"Content-Type": "text/plain"}, None, None, "raw é"),
    call(
        "rest",
        "POST",
        "http://ADDRESS/t",
        {"Content-Type": "text/plain"},
        None,
        None,
        {"$": "bytes", "value": "raw"},
    ),
    call("rest", "POST", "http://ADDRESS/t", {"Content-Type": "text/plain"}, None, None, {"a": 1}),
    call(
        "rest",
        "POST",
        "http://ADDRESS/t",
        {"Content-Type": "application/json-patch+json"},
        None,
        None,
        [{"op": "add"}],
    ),
    call("rest", "POST", "http://ADDRESS/t", None, None, None, "text"),
    call("rest", "request", "POST", "http://ADDRESS/t", post_params=[tup("a", "b")], body={"a": 1}),
    call("rest", "request", "GET", "http://ADDRESS/t", _request_timeout=5),
    call("rest", "request", "GET", "http://ADDRESS/t", _preload_content=False),
    call("rest", "request", "BREW", "http://ADDRESS/t"),
]
CALL_API = [
    call(
        "client",
        "call_api",
        "/a/{b}/c",
        "GET",
        {"b": "x y"},
        [tup("q", [1, 2]), tup("r", "s")],
        {"H": "v"},
        **more,
    )
    for more in (
        {},
        {"collection_formats": {"q": "csv"}},
        {"collection_formats": {"q": "multi"}},
        {"response_type": "object"},
        {"response_type": "V2beta1Run"},
        {"response_type": "str"},
        {"response_type": None},
        {"async_req": True, "response_type": "object"},
        {"_return_http_data_only": True, "response_type": "object"},
        {"_return_http_data_only": False, "_preload_content": False},
        {"auth_settings": ["Bearer"]},
        {"_host": "http://ADDRESS/other"},
        {"_request_timeout": 5},
    )
] + [
    call(
        "client",
        "call_api",
        "/p",
        "POST",
        body={"a": {"$": "datetime", "value": "2024-01-02T03:04:05+00:00"}, "n": None},
    ),
    call(
        "client",
        "call_api",
        "/p",
        "POST",
        post_params=[tup("a", "b")],
        header_params={"Content-Type": "application/x-www-form-urlencoded"},
    ),
    call(
        "client",
        "call_api",
        "/p",
        "POST",
        files={"f": {"$": "file", "name": "a.txt", "value": "x"}},
        header_params={"Content-Type": "multipart/form-data"},
    ),
    call(
        "client",
        "call_api",
        "/p/{b}",
        "PUT",
        path_params={"b": {"$": "model", "name": "V2beta1Run", "value": {}}},
    ),
    call("client", "call_api", "/p/{b}", "PATCH", {"b": [1, 2]}, body=[1, None]),
    call("client", "call_api", "/p", "DELETE", body={}),
]
EXCEPTIONS = [
    call("module", "ApiException"),
    call("module", "ApiException", 404, "Not Found"),
    call("module", "ApiException", status=0, reason=None),
    call("module", "ApiException", reason="only"),
    *[call("module", "ApiTypeError", "wrong", **more) for more in ({}, {"path_to_item": ["a", 0, "b"]})],
    call("module", "ApiTypeError", "wrong", [tup("a")], None, True),
    *[
        call("module", name, "m", path_to_item=path)
        for name in ("ApiValueError", "ApiKeyError")
        for path in ([], ["a", 1])
    ],
    call("module", "OpenApiException", "plain"),
    call("module", "ApiTypeError"),
]


def _answers(*pairs: tuple[int, str]) -> list[dict[str, Any]]:
    moved = [{"status": status, "body": "", "headers": [["Location", to]]} for status, to in pairs]
    return [*moved, {"status": 200, "body": "{}", "headers": JSON_HEADERS}]


REDIRECTS = {
    **{str(status): _answers((status, "/moved?x=1")) for status in (301, 302, 303, 307, 308)},
    "absolute": _answers((302, "http://ADDRESS/else")),
    "twice": _answers((302, "/one"), (307, "two")),
    "odd place": _answers((302, "/a/../b%20c?d=é")),
}
