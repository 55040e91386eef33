# SPDX-License-Identifier: Apache-2.0
"""The child process of one run: `python -m kfp_server_api.server.engine REQUEST_FILE`.

Started by `orchestration.run_process` only. Reports over a socket, in the words of `events`; ends itself and all that
it started when the other end of that socket is gone.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from kfp_server_api.server.engine.component_runner import Components
from kfp_server_api.server.engine.dag import PipelineRun
from kfp_server_api.server.engine.events import Event, RunRequest, run_event
from kfp_server_api.server.engine.outcome import FAILED, RUNNING, Outcome
from kfp_server_api.server.engine.outputs import as_json
from kfp_server_api.server.process_exit import adopt_orphans, end_children

_STOPPED = 143
_LEAST_AT_ONCE = 2


class Reporter:
    """Sends events to the parent, and ends this process group when the parent is gone."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def send(self, event: Event) -> None:
        """Send one event; an event after the parent's death is dropped."""
        line = json.dumps(event, default=str, allow_nan=True).encode() + b"\n"
        with contextlib.suppress(OSError):
            self._connection.sendall(line)

    def end_with_parent(self) -> None:
        """Watch the connection from a thread; the parent writes no more, so all that comes is its end."""
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        try:
            while self._connection.recv(1):
                pass
        except OSError:
            pass
        os.kill(os.getpid(), signal.SIGTERM)  # whose handler keeps the run from going on
        end_children()
        os.killpg(os.getpgrp(), signal.SIGKILL)


def main(request_file: str) -> None:
    """Run the pipeline of a request file and report how it went."""
    request: RunRequest = json.loads(Path(request_file).read_text(encoding="utf-8"))
    connection = socket.socket(fileno=request["descriptor"])
    connection.set_inheritable(False)
    adopt_orphans()
    _restore(request["python_path"])
    reporter = Reporter(connection)
    reporter.send(run_event(RUNNING, time.time()))
    if not connection.recv(1):  # the parent is gone, or does not want the run: nothing was done
        return
    reporter.end_with_parent()
    outcome = _run(request, Path(request_file).parent, reporter)
    reporter.send(_final_event(outcome))
    connection.shutdown(socket.SHUT_WR)


def _restore(python_path: str | None) -> None:
    """Give components the PYTHONPATH that is theirs; this process had its own."""
    os.environ.pop("PYTHONPATH", None)
    if python_path is not None:
        os.environ["PYTHONPATH"] = python_path


def _run(request: RunRequest, directory: Path, reporter: Reporter) -> Outcome:
    try:
        spec = request["spec"].get("pipeline_spec") or request["spec"]
        components = Components(spec, directory)
        _stop_on_signal(components)
        most_at_once = max(_LEAST_AT_ONCE, os.cpu_count() or 1)
        return PipelineRun(spec, components.run, reporter.send, most_at_once).run(request["parameters"])
    except Exception as error:
        return Outcome(FAILED, error=f"{type(error).__name__}: {error}")


def _stop_on_signal(components: Components) -> None:
    """Have SIGTERM, which all of the process group gets, end this process once its components have ended."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        # No clean-up and no report: the parent knows that it asked for the end, and has a deadline.
        for process in list(components.running):
            process.wait()
        end_children()
        os._exit(_STOPPED)

    signal.signal(signal.SIGTERM, stop)


def _final_event(outcome: Outcome) -> Event:
    if outcome.state == FAILED:
        return run_event(FAILED, time.time(), error=outcome.error)
    return run_event(outcome.state, time.time(), outputs=as_json(outcome.outputs))


if __name__ == "__main__":
    main(sys.argv[1])
    sys.stdout.flush()
    end_children()
    # Without waiting for threads: the report is sent, and nothing else is left to do.
    os._exit(0)
