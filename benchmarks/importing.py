# SPDX-License-Identifier: Apache-2.0
"""Cases about the start of a program; each process of these measures once."""

from __future__ import annotations

import sys
import time

_READY = """
import kfp_server_api
client = kfp_server_api.ApiClient(kfp_server_api.Configuration(host="http://127.0.0.1:1"))
kfp_server_api.RunServiceApi(client)
"""
_TEXT = '{"runs": [{"run_id": "1", "created_at": "2024-01-01T12:00:00Z"}]}'
_READ = f"""
class Reply:
    data = {_TEXT!r}
client.deserialize(Reply, "V2beta1ListRunsResponse").runs[0].created_at
"""


def package(candidate: str, quick: bool) -> float:
    """Return the seconds of importing the package."""
    return _seconds("import kfp_server_api")


def modules(candidate: str, quick: bool) -> float:
    """Return the number of modules that importing the package adds."""
    before = set(sys.modules)
    exec("import kfp_server_api", {})
    return len(set(sys.modules) - before)


def first_client(candidate: str, quick: bool) -> float:
    """Return the seconds from nothing to a client that can call; the floor imports urllib3."""
    return _seconds("import urllib3" if candidate == "floor" else _READY)


def first_reply(candidate: str, quick: bool) -> float:
    """Return the seconds from nothing to a time read from a reply; the floor imports urllib3 and parses."""
    parse = f"import urllib3, json; json.loads({_TEXT!r})"
    return _seconds(parse if candidate == "floor" else _READY + _READ)


def _seconds(code: str) -> float:
    compiled = compile(code, "case", "exec")
    begin = time.perf_counter()
    exec(compiled, {})
    return time.perf_counter() - begin
