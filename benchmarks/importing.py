# SPDX-License-Identifier: Apache-2.0
"""Cases about the start of a program; each process of these measures once."""

from __future__ import annotations

import sys
import time

_READY = """
import kfp_server_api
kfp_server_api.RunServiceApi(kfp_server_api.ApiClient(kfp_server_api.Configuration(host="http://127.0.0.1:1")))
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


def _seconds(code: str) -> float:
    compiled = compile(code, "case", "exec")
    begin = time.perf_counter()
    exec(compiled, {})
    return time.perf_counter() - begin
