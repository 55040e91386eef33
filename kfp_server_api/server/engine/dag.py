# SPDX-License-Identifier: Apache-2.0
"""Walks the task graphs of a pipeline spec: order, data flow, branches, loops and nested pipelines.

Knows nothing of processes or of kfp: a `PipelineRun` is given a function that runs one component. An event loop
drives all tasks, and only a component that runs takes a thread, so that thousands of tasks may wait.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any, Callable, NamedTuple

from kfp_server_api.server.engine import conditions, placeholders
from kfp_server_api.server.engine.events import TaskEvent
from kfp_server_api.server.engine.inputs import (
    MissingValueError,
    Scope,
    graph_inputs,
    item_argument,
    loop_items,
    pipeline_arguments,
    setting,
    task_arguments,
)
from kfp_server_api.server.engine.outcome import (
    BLOCKED,
    FAILED,
    RUNNING,
    SKIPPED,
    SUCCEEDED,
    Outcome,
    TaskError,
    failed_inside,
    failure,
    named,
)
from kfp_server_api.server.engine.outputs import collect, graph_outputs
from kfp_server_api.server.packages import InvalidPipelineError
from kfp_server_api.server.packages.task_order import awaited_tasks, task_order

_LOOPS = {"parameterIterator", "artifactIterator"}
_LONGEST_BACKOFF = 3600.0
_NO_RETRY = "the retries that are set on this task do nothing, since it is a pipeline; a cluster ignores them too"


class TaskRun(NamedTuple):
    """A task that is being run; the pipeline itself is one without name and id."""

    name: str
    path: str
    """The names of the tasks that hold it and its own, joined by "/"; unique in the run."""
    spec: Mapping[str, Any]
    """The task in the graph that holds it."""
    component: dict[str, Any]
    arguments: Mapping[str, Any]
    """Values of its inputs by name, artifacts as mappings; without the component's defaults."""
    id: str
    parent_id: str
    attempt: int = 0
    """How often it was tried before."""
    scope: Scope | None = None
    """The values of the graph that holds it."""

    @property
    def is_loop(self) -> bool:
        """Whether it runs its component once an item."""
        return bool(_LOOPS & set(self.spec))

    @property
    def is_graph(self) -> bool:
        """Whether its component is a graph of tasks."""
        return "dag" in self.component

    def value_of(self, source: Mapping[str, Any]) -> Any:
        """Return a value that a setting of the task comes from, in the words of its inputs."""
        return setting(source, self.scope, self.arguments) if self.scope else None

    def child(
        self, name: str, spec: Mapping[str, Any], component: dict[str, Any], arguments: Mapping[str, Any]
    ) -> TaskRun:
        """Return a task that this one holds."""
        path = f"{self.path}/{name}" if self.path else name
        return TaskRun(name, path, spec, component, arguments, str(uuid.uuid4()), self.id)


class PipelineRun:
    """The run of a pipeline.

    Args:
        spec: The pipeline spec.
        run_component: Runs a task whose component is no graph and returns its outcome; called from several threads.
        report: Receives the events of tasks, in the thread that called `run`.
        most_at_once: How many components may run at the same time.
        sleep: Waits some seconds; a task that is to be tried again waits so and holds no thread.
        table: The texts of placeholders that are the same for all tasks.
        note: Writes a line to the log of a task and returns the path of that file.
    """

    def __init__(
        self,
        spec: Mapping[str, Any],
        run_component: Callable[[TaskRun], Outcome],
        report: Callable[[TaskEvent], None],
        most_at_once: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        table: Mapping[str, str] = MappingProxyType({}),
        note: Callable[[TaskRun, str], str | None] = lambda task, text: None,
    ) -> None:
        self._spec = spec
        self._run_component = run_component
        self._report_event = report
        self._most_at_once = most_at_once
        self._sleep = sleep
        self._table = table
        self._note = note
        self._free: asyncio.Semaphore  # of the event loop in which `run` walks the graphs

    def run(self, parameters: Mapping[str, Any]) -> Outcome:
        """Run the whole pipeline and return how it ended."""
        try:
            arguments = pipeline_arguments(self._spec, parameters)
            return asyncio.run(self._run_pipeline(TaskRun("", "", {}, self._spec["root"], arguments, "", "")))
        except (InvalidPipelineError, TaskError) as error:
            return Outcome(FAILED, error=str(error))

    async def _run_pipeline(self, pipeline: TaskRun) -> Outcome:
        self._free = asyncio.Semaphore(self._most_at_once)
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(self._most_at_once))
        return await self._run_graph(pipeline)

    async def _run_graph(self, holder: TaskRun) -> Outcome:
        """Start each task of a graph as soon as those that it waits for have ended."""
        dag = holder.component["dag"]
        tasks: dict[str, Any] = dag.get("tasks") or {}
        inputs, run_name = graph_inputs(holder.component, holder.arguments), self._table.get(placeholders.RUN, "")
        scope = Scope(inputs, lambda name: self._outputs_of(tasks[name]), run_name)
        order = task_order(tasks)
        running: set[asyncio.Task[Outcome]] = set()
        ended: asyncio.Queue[asyncio.Task[Outcome]] = asyncio.Queue()
        while order.is_active():
            for name in order.get_ready():
                task = asyncio.create_task(self._run_task(name, tasks[name], holder, scope), name=name)
                task.add_done_callback(ended.put_nowait)
                running.add(task)
            done = await ended.get()
            running.discard(done)
            scope.outcomes[done.get_name()] = done.result()
            order.done(done.get_name())
        failed = failed_inside(scope.outcomes.values())
        return failed or Outcome(SUCCEEDED, graph_outputs(dag.get("outputs") or {}, scope))

    async def _run_task(self, name: str, spec: Mapping[str, Any], holder: TaskRun, scope: Scope) -> Outcome:
        """Bring a task of a graph, whose turn it is, to its end: blocked, skipped, failed before it began, or run."""
        task = holder.child(name, spec, self._component_of(spec), {})
        try:
            policy = spec.get("triggerPolicy") or {}
            if policy.get("strategy") != "ALL_UPSTREAM_TASKS_COMPLETED" and scope.has_failed(awaited_tasks(spec)):
                return Outcome(BLOCKED)
            table = {**self._table, **placeholders.of_task(name, task.id)}
            task = task._replace(arguments=task_arguments(spec, task.component, scope, table), scope=scope)
            chosen = not policy.get("condition") or conditions.evaluate(policy["condition"], task.arguments)
        except Exception as error:
            skipped = isinstance(error, MissingValueError) and not error.failed
            return self._report(task, Outcome(SKIPPED) if skipped else failure(name, error))
        return await self._run_chosen(task) if chosen else self._report(task, Outcome(SKIPPED))

    async def _run_chosen(self, task: TaskRun) -> Outcome:
        """Run a task that is neither blocked nor skipped, between its two events."""
        try:
            if task.is_loop or task.is_graph:
                log = self._note(task, _NO_RETRY) if (task.spec.get("retryPolicy") or {}).get("maxRetryCount") else None
                self._report(task, Outcome(RUNNING, log=log))
                outcome = await (self._run_loop(task) if task.is_loop else self._run_graph(task))
                outcome = outcome._replace(log=log)
            else:
                outcome = await self._run_with_retries(task)
        except Exception as error:
            outcome = failure(task.name, error)
        return self._report(task, outcome)

    async def _run_loop(self, loop: TaskRun) -> Outcome:
        """Run the component once an item, as tasks of the loop named NAME-iteration-0, -1 and so on."""
        variable, items = loop_items(loop.spec, loop.arguments)
        limit = int((loop.spec.get("iteratorPolicy") or {}).get("parallelismLimit") or len(items) or 1)
        turn = asyncio.Semaphore(limit)
        body = {key: value for key, value in loop.spec.items() if key not in _LOOPS}

        async def run(index: int, item: Any) -> Outcome:
            iteration = loop.child(f"{loop.name}-iteration-{index}", body, loop.component, loop.arguments)
            async with turn:
                try:
                    arguments = {**loop.arguments, **item_argument(loop.component, variable, item)}
                except TaskError as error:
                    return self._report(iteration, failure(iteration.name, error))
                return await self._run_chosen(iteration._replace(arguments=arguments))

        outcomes = await asyncio.gather(*(run(index, item) for index, item in enumerate(items)))
        failed = failed_inside(outcomes)
        return failed or Outcome(SUCCEEDED, collect(loop.component, [outcome.outputs for outcome in outcomes]))

    async def _run_with_retries(self, task: TaskRun) -> Outcome:
        """Run a component until it succeeds, as often as its retry policy says; it has started when it has a thread."""
        policy = task.spec.get("retryPolicy") or {}
        last = int(policy.get("maxRetryCount") or 0)
        for attempt in range(last + 1):
            async with self._free:
                self._report(task, Outcome(RUNNING), RUNNING if attempt else "")
                outcome = await asyncio.to_thread(self._run_component, task._replace(attempt=attempt))
            if outcome.state != FAILED or attempt == last:
                break
            self._report(task, Outcome(RUNNING), FAILED)
            await self._sleep(_backoff(policy, attempt))
        return named(task.name, outcome)

    def _component_of(self, task: Mapping[str, Any]) -> dict[str, Any]:
        components: dict[str, dict[str, Any]] = self._spec.get("components") or {}
        return components.get(task["componentRef"]["name"]) or {}

    def _outputs_of(self, task: Mapping[str, Any]) -> set[str]:
        """Return the outputs that tasks in the graph that a task runs can give; none where it runs a component."""
        sources = (self._component_of(task).get("dag") or {}).get("outputs") or {}
        return {*(sources.get("parameters") or {}), *(sources.get("artifacts") or {})}

    def _report(self, task: TaskRun, outcome: Outcome, attempt: str = "") -> Outcome:
        event: TaskEvent = {
            "type": "task",
            "task_id": task.id,
            "name": task.name,
            "parent_task_id": task.parent_id or None,
            "state": outcome.state,
            "time": time.time(),
            "error": outcome.error or None,
            "outputs": dict(outcome.outputs) if outcome.state == SUCCEEDED else None,
            "inputs": dict(task.arguments),
            "log": outcome.log,
            "attempt": attempt,
        }
        self._report_event(event)
        return outcome


def _backoff(policy: Mapping[str, Any], attempt: int) -> float:
    """Return how many seconds after a failed attempt, counted from 0, the next one begins."""
    first = _seconds(policy.get("backoffDuration"), 0.0)
    most = _seconds(policy.get("backoffMaxDuration"), _LONGEST_BACKOFF)
    factor = float(policy.get("backoffFactor") or 2.0)
    return min(first * factor**attempt, most, _LONGEST_BACKOFF)


def _seconds(duration: str | None, default: float) -> float:
    """Read a protobuf duration such as "1.5s"."""
    return float(duration.rstrip("s")) if duration else default
