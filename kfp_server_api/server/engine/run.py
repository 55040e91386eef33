# SPDX-License-Identifier: Apache-2.0
"""The process of one run.

Reports over a socket, in the words of `events`; ends itself and all that it started when the other end of that socket
is gone.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import threading
import time
from pathlib import Path
from types import FrameType

from kfp_server_api.server.engine import macros, placeholders
from kfp_server_api.server.engine.component_runner import Components
from kfp_server_api.server.engine.dag import PipelineRun
from kfp_server_api.server.engine.events import Event, ForkRequest, RunRequest, run_event
from kfp_server_api.server.engine.outcome import FAILED, RUNNING, Outcome
from kfp_server_api.server.packages.secrets_file import read_secrets
from kfp_server_api.server.process_exit import adopt_orphans, end_children

_STOPPED = 143


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


def run(request: ForkRequest, connection: socket.socket) -> None:
    """Run the pipeline of a request and report how it went."""
    connection.set_inheritable(False)
    adopt_orphans()
    reporter = Reporter(connection)
    reporter.send(run_event(RUNNING, time.time()))
    if not connection.recv(1):  # the parent is gone, or does not want the run: nothing was done
        return
    reporter.end_with_parent()
    directory = Path(request["directory"])
    asked: RunRequest = json.loads((directory / request["file"]).read_text(encoding="utf-8"))
    reporter.send(_final_event(_run(asked, directory, reporter)))
    connection.shutdown(socket.SHUT_WR)


def _run(request: RunRequest, directory: Path, reporter: Reporter) -> Outcome:
    try:
        spec = request["spec"].get("pipeline_spec") or request["spec"]
        secrets = read_secrets(Path(request["secrets"]) if request["secrets"] else None)
        platform = request["spec"].get("platform_spec")
        with contextlib.closing(Components(spec, directory, platform, secrets)) as components:
            _stop_on_signal(components)
            facts, name = request["facts"], (spec.get("pipelineInfo") or {}).get("name", "pipeline")
            pipeline = PipelineRun(
                spec,
                components.run,
                reporter.send,
                request["tasks_at_once"],
                note=components.note,
                table=placeholders.of_run(facts, directory.name, name, str(directory / "workspace")),
            )
            return pipeline.run(macros.replaced(request["parameters"], facts, directory.name))
    except Exception as error:
        return Outcome(FAILED, error=f"{type(error).__name__}: {error}")


def _stop_on_signal(components: Components) -> None:
    """Have SIGTERM, which all of the process group gets, end this process once its components have ended."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        # No clean-up and no report: the parent knows that it asked for the end, and has a deadline.
        for process in list(components.processes.running):
            process.wait()
        components.close()
        end_children()
        os._exit(_STOPPED)

    signal.signal(signal.SIGTERM, stop)


def _final_event(outcome: Outcome) -> Event:
    if outcome.state == FAILED:
        return run_event(FAILED, time.time(), error=outcome.error)
    return run_event(outcome.state, time.time(), outputs=dict(outcome.outputs))
