# SPDX-License-Identifier: Apache-2.0
"""`python -m kfp_server_api.server`: serve until SIGINT, SIGTERM or SIGHUP."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kfp_server_api.server.settings import PROCESSORS, TASKS_AT_ONCE

RUNS = f"runs at one time; with 0 they are accepted and wait (default: one for each processor, here {PROCESSORS})"
ENV = "variable that components get besides the chosen ones, with the server's value or with this one; may be repeated"
TOKEN = "file with a token that callers have to send as Authorization: Bearer, health checks excepted"

ORIGIN = "web pages that may use the server, such as https://kfp.example.com for a proxy before it; may be repeated"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve, and return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    for name in ("python_multipart", "uvicorn.error"):  # each request that is broken would be a line, from any client
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        from kfp_server_api.server import LocalServer
    except ModuleNotFoundError as error:
        return _refuse(str(error))
    try:
        server = LocalServer(**vars(options))
    except ValueError as error:
        parser.error(str(error))
    stopping = _stop_signal()
    try:
        server.start()
    except (OSError, RuntimeError, ValueError) as error:
        return _refuse(f"cannot serve on {options.host}:{options.port}: {error}")
    with server:
        print(server.url, flush=True)
        print(_about(server.db, bool(options.db)), file=sys.stderr, flush=True)
        while not stopping.wait(1.0):  # without a timeout Windows would not deliver the signal
            pass
    return 0


def _about(db: Path | None, kept: bool) -> str:
    """Say what somebody at a terminal wants to know besides the address."""
    return f"Data: {db}, logs of runs: {db}.runs{'' if kept else ' (removed at the end)'}. Ctrl-C stops the server."


def _parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments of `LocalServer`."""
    parser = argparse.ArgumentParser("python -m kfp_server_api.server", description="Serve the API on this machine.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", default=8888, type=int, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--db", metavar="FILE", help="SQLite file; without it the data are gone at the end")
    parser.add_argument("--parallel-runs", metavar="N", type=int, help=RUNS)
    parser.add_argument(
        "--parallel-tasks",
        metavar="N",
        type=int,
        default=TASKS_AT_ONCE,
        help="tasks of one run at one time (default: %(default)s)",
    )
    parser.add_argument(
        "--secrets", metavar="FILE", help="YAML file with the secrets and config maps that tasks ask for"
    )
    parser.add_argument("--env", metavar="NAME[=VALUE]", action=_Env, default={}, help=ENV)
    parser.add_argument("--token", metavar="FILE", type=_token, help=TOKEN)
    parser.add_argument("--allow-origin", dest="allow_origins", action="append", default=[], metavar="URL", help=ORIGIN)
    return parser


class _Env(argparse.Action):
    """Collect variables by name; one without a value has the server's."""

    def __call__(self, _parser: Any, namespace: Any, text: Any, _option: str | None = None) -> None:
        """Add one."""
        name, given, value = text.partition("=")
        namespace.env = {**namespace.env, name: value if given else None}


def _token(file: str) -> str:
    try:
        token = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as cause:
        raise argparse.ArgumentTypeError(f"cannot read {file}: {cause}") from cause
    if not token:
        raise argparse.ArgumentTypeError(f"{file} is empty")
    return token


def _stop_signal() -> threading.Event:
    """Return what the first signal to stop sets; the next one ends the process at once."""
    stopping = threading.Event()
    numbers = [signal.SIGINT, signal.SIGTERM]
    hangup = getattr(signal, "SIGHUP", None)  # Windows has none
    if hangup and signal.getsignal(hangup) is not signal.SIG_IGN:  # nohup has it ignored
        numbers.append(hangup)

    def stop(number: int, frame: Any) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_DFL)
        stopping.set()

    for number in numbers:
        signal.signal(number, stop)
    return stopping


def _refuse(reason: str) -> int:
    print(f"kfp_server_api.server: {reason}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
