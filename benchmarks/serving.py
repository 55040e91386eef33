# SPDX-License-Identifier: Apache-2.0
"""Cases about the local server: one client that sends one request after another, both in processes of their own.

The base is an empty Starlette application on uvicorn with httptools and uvloop.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from http.client import HTTPConnection
from itertools import count
from urllib.parse import urlsplit

_EMPTY = """
import socket, uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

async def answer(request):
    await request.body()
    return JSONResponse({})

listener = socket.create_server(("127.0.0.1", 0))
print("http://127.0.0.1:%d" % listener.getsockname()[1], flush=True)
app = Starlette(routes=[Route("/", answer, methods=["GET", "POST"])])
config = uvicorn.Config(app, http="httptools", loop="uvloop", lifespan="off", log_config=None, access_log=False)
uvicorn.Server(config).run([listener])
"""
_LIST = 100
_WARM = 200
_ROUNDS = 7

Send = Callable[[str, str, object], bytes]


def get(candidate: str, quick: bool) -> float:
    """Return the seconds of reading an experiment."""
    return _seconds(candidate, quick, "GET", lambda send: f"/experiments/{_experiment(send, 0)}")


def listed(candidate: str, quick: bool) -> float:
    """Return the seconds of reading a list of 100 experiments."""

    def path(send: Send) -> str:
        for number in range(_LIST):
            _experiment(send, number)
        return f"/experiments?page_size={_LIST}"

    return _seconds(candidate, quick, "GET", path)


def created(candidate: str, quick: bool) -> float:
    """Return the seconds of making an experiment."""
    return _seconds(candidate, quick, "POST", lambda send: "/experiments")


def _seconds(candidate: str, quick: bool, method: str, prepare: Callable[[Send], str]) -> float:
    """Return what one request takes: the best of some rounds of 0.5 s."""
    command = ["-c", _EMPTY] if candidate == "floor" else ["-m", "kfp_server_api.server", "--port", "0"]
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = urlsplit(process.stdout.readline().strip())
            send = partial(_send, HTTPConnection(address.hostname or "", address.port))
            path = "/" if candidate == "floor" else prepare(send)
            names = map("experiment {}".format, count(_LIST))

            def once() -> None:
                send(method, path, {"display_name": next(names)} if method == "POST" else None)

            for _ in range(_WARM):
                once()
            return min(_round(once, 0.1 if quick else 0.5) for _ in range(_ROUNDS))
        finally:
            process.terminate()


def _round(once: Callable[[], None], seconds: float) -> float:
    begin = time.perf_counter()
    for number in count(1):
        once()
        passed = time.perf_counter() - begin
        if passed > seconds:
            return passed / number
    raise AssertionError


def _send(connection: HTTPConnection, method: str, path: str, body: object) -> bytes:
    prefix = "" if path == "/" else "/apis/v2beta1"
    connection.request(method, prefix + path, None if body is None else json.dumps(body))
    reply = connection.getresponse()
    data = reply.read()
    assert reply.status == 200, data
    return data


def _experiment(send: Send, number: int) -> str:
    made = json.loads(send("POST", "/experiments", {"display_name": f"experiment {number}"}))
    return str(made["experiment_id"])
