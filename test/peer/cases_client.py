# SPDX-License-Identifier: Apache-2.0
"""Make clients that are configured in every way, each used for a few calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cases_methods import CREATE, HEALTH, RUN, call, client_calls


def for_release(surface: dict[str, Any]) -> list[dict[str, Any]]:
    """Return all cases; releases 2.0.x have only the short names of the operations."""
    made = [*configurations(), *client_calls()]
    if "healthz_service_get_healthz" in surface["services"]["HealthzServiceApi"]:
        return made
    return [{**case, "calls": [_with_short_name(each) for each in case["calls"]]} for case in made]


def _with_short_name(call: dict[str, Any]) -> dict[str, Any]:
    return {**call, "name": call["name"].split("_service_")[-1]}


def configurations() -> Iterator[dict[str, Any]]:
    """Yield clients configured in every way, each making a GET with a path value and a POST."""
    for label, case in {**CONFIGURATIONS, **CLIENTS}.items():
        yield {"id": "configured/" + label, "calls": [HEALTH, RUN, CREATE], "config": {}, **case}
    for label, config in AUTHORIZATIONS.items():
        calls = [
            call("configuration", "auth_settings"),
            HEALTH,
            call("configuration", "get_basic_auth_token"),
        ]
        calls += [
            call("configuration", "get_api_key_with_prefix", each) for each in ("authorization", "Bearer", "other")
        ]
        yield {"id": "authorized/" + label, "config": config, "calls": calls}


CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "host with a path": {"config": {"attributes": {"host": "http://ADDRESS/pipeline/x"}}},
    "host with a slash": {"config": {"attributes": {"host": "http://ADDRESS/"}}},
    "host without scheme": {"config": {"attributes": {"host": "ADDRESS"}}},
    "host with a query": {"config": {"attributes": {"host": "http://ADDRESS/p?x=1&y="}}},
    "host with upper case": {"config": {"attributes": {"host": "HTTP://ADDRESS/P%20q"}}},
    "host as argument": {"config": {"arguments": {"host": "http://ADDRESS/arg"}}},
    "host changed later": {"config": {"later": {"host": "http://ADDRESS/later"}}},
    "deep copy": {"config": {"attributes": {"host": "http://ADDRESS/copy"}, "deepcopy": True}},
    "proxy": {"config": {"attributes": {"host": "http://kfp.example:8888/pipeline", "proxy": "http://ADDRESS"}}},
    "proxy headers": {
        "config": {
            "attributes": {
                "host": "http://kfp.example",
                "proxy": "http://ADDRESS",
                "proxy_headers": {"Proxy-Authorization": "Basic x"},
            }
        }
    },
    "safe path characters": {"config": {"attributes": {"safe_chars_for_path_param": "/ "}}},
    "no client side validation": {"config": {"attributes": {"client_side_validation": False}}},
    "unknown keys discarded": {"config": {"arguments": {"discard_unknown_keys": True}}},
    "small pool": {"config": {"attributes": {"connection_pool_maxsize": 1}}},
    "retries set": {"config": {"attributes": {"retries": 1}}},
    "unknown attribute": {"config": {"attributes": {"tls_server_name": "x", "cert_file": None}}},
    "assert_hostname": {"config": {"attributes": {"assert_hostname": False, "verify_ssl": False}}},
}
CLIENTS: dict[str, dict[str, Any]] = {
    "cookie": {"client": {"cookie": "a=b; c=d"}},
    "header": {"client": {"header_name": "X-Goog", "header_value": "v 1"}},
    "header without value": {"client": {"header_name": None, "header_value": None, "cookie": None}},
    "default headers": {"default_headers": {"kubeflow-userid": "u@x", "Accept": "text/plain", "authorization": "mine"}},
    "user agent": {"client_attributes": {"user_agent": "mine/1"}},
    "cookie set later": {"client_attributes": {"cookie": "later=1"}},
    "threads": {"client": {"pool_threads": 3}},
}
AUTHORIZATIONS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "key": {"attributes": {"api_key": {"authorization": "tok"}}},
    "key and prefix": {
        "attributes": {"api_key": {"authorization": "tok"}, "api_key_prefix": {"authorization": "Bearer"}}
    },
    "as arguments": {"arguments": {"api_key": {"authorization": "t"}, "api_key_prefix": {"authorization": "Token"}}},
    "scheme name": {"attributes": {"api_key": {"Bearer": "tok"}, "api_key_prefix": {"Bearer": "Bearer"}}},
    "other key": {"attributes": {"api_key": {"other": "tok"}}},
    "empty key": {"attributes": {"api_key": {"authorization": ""}}},
    "empty prefix": {"attributes": {"api_key": {"authorization": "t"}, "api_key_prefix": {"authorization": ""}}},
    "None prefix": {"attributes": {"api_key": {"authorization": "t"}, "api_key_prefix": {"authorization": None}}},
    "None key": {"attributes": {"api_key": {"authorization": None}}},
    "password": {"arguments": {"username": "u", "password": "p:é"}},
    "password alone": {"attributes": {"password": "p"}},
    "user alone": {"attributes": {"username": "u"}},
    "hook with a key": {
        "attributes": {"api_key": {"authorization": "old"}, "api_key_prefix": {"authorization": "Bearer"}},
        "hook": {"api_key": {"authorization": "new"}},
    },
    "hook with host": {
        "attributes": {"api_key": {"authorization": "old"}},
        "hook": {"host": "http://ADDRESS/hooked"},
    },
    "hook without a key": {"hook": {"api_key": {"authorization": "fresh"}}},
    "copied": {"attributes": {"api_key": {"authorization": "tok"}}, "deepcopy": True},
    "later": {"later": {"api_key": {"authorization": "late"}}},
}
