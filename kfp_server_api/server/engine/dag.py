# SPDX-License-Identifier: Apache-2.0
"""Walks the task graph of a compiled pipeline: order, data flow, branches, loops and nested pipelines.

Knows nothing of processes or of kfp: a `PipelineRun` is given a function that runs one component.
"""

from __future__ import annotations

import threading
import time
import uuid
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import nullcontext
from typing import Any, Callable, NamedTuple

from kfp_server_api.server.engine import conditions, dataflow
from kfp_server_api.server.engine.dataflow import MissingValueError, Scope
from kfp_server_api.server.engine.outcome import BLOCKED, FAILED, RUNNING, SKIPPED, SUCCEEDED, Outcome

_LOOPS = {"parameterIterator", "artifactIterator"}
_MOST_THREADS = 16
_LONGEST_BACKOFF = 3600.0


class Call(NamedTuple):
    """One component to run: what `PipelineRun.run_component` is called with."""

    task_name: str
    path: str
    """Unique in the run and usable as a folder name below the run's own."""
    component: dict[str, Any]
    executor: dict[str, Any]
    arguments: dict[str, Any]


class Place(NamedTuple):
    """Where in the run a task stands."""

    path: str
    task_id: str | None


class PipelineRun:
    """A compiled pipeline being run.

    Args:
        spec: The pipeline's IR as a mapping.
        run_component: Runs one component and returns its outcome; called from several threads.
        report: Receives the events of tasks; called from several threads, one at a time.
        most_at_once: How many components may run at the same time.
    """

    def __init__(
        self,
        spec: dict[str, Any],
        run_component: Callable[[Call], Outcome],
        report: Callable[[dict[str, Any]], None],
        most_at_once: int,
    ) -> None:
        self._root = spec["root"]
        self._components = spec.get("components") or {}
        self._executors = (spec.get("deploymentSpec") or {}).get("executors") or {}
        self._run_component = run_component
        self._report_event = report
        self._report_lock = threading.Lock()
        self._free = threading.BoundedSemaphore(most_at_once)

    def run(self, parameters: dict[str, Any]) -> Outcome:
        """Run the whole pipeline."""
        try:
            inputs = dataflow.pipeline_inputs(self._root, parameters)
        except ValueError as error:
            return Outcome(FAILED, error=str(error), cause=str(error))
        return self._run_dag(self._root, inputs, Place("", None))

    def _run_dag(self, component: dict[str, Any], inputs: dict[str, Any], place: Place) -> Outcome:
        """Start each task as soon as those that it depends on have ended."""
        tasks: dict[str, Any] = component["dag"].get("tasks") or {}
        scope = Scope(inputs)
        waiting = dict(tasks)
        awaited = {name: dataflow.dependencies(task) & set(tasks) for name, task in tasks.items()}
        running: dict[Future[Outcome], str] = {}
        with ThreadPoolExecutor(max_workers=max(1, min(len(tasks), _MOST_THREADS))) as pool:
            while waiting or running:
                for name in [name for name in waiting if awaited[name] <= set(scope.outcomes)]:
                    running[pool.submit(self._run_task, name, waiting.pop(name), scope, place)] = name
                if not running:
                    raise ValueError(f"tasks wait for one another: {', '.join(sorted(waiting))}")
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    scope.outcomes[running.pop(done)] = done.result()
        return _dag_outcome(component["dag"], scope)

    def _run_task(self, name: str, task: dict[str, Any], scope: Scope, place: Place) -> Outcome:
        policy = task.get("triggerPolicy") or {}
        if policy.get("strategy") != "ALL_UPSTREAM_TASKS_COMPLETED" and _blocked(task, scope):
            return Outcome(BLOCKED)
        task_id = str(uuid.uuid4())
        component = self._components[task["componentRef"]["name"]]
        try:
            arguments = dataflow.task_arguments(task, component, scope)
            chosen = not policy.get("condition") or conditions.evaluate(policy["condition"], arguments)
        except MissingValueError as error:
            outcome = _failure(name, str(error)) if error.failed else Outcome(SKIPPED)
            return self._report(name, task_id, place, outcome)
        except ValueError as error:
            return self._report(name, task_id, place, _failure(name, str(error)))
        if not chosen:
            return self._report(name, task_id, place, Outcome(SKIPPED))
        return self._run_reported(name, task, component, arguments, place, task_id)

    def _run_reported(
        self,
        name: str,
        task: dict[str, Any],
        component: dict[str, Any],
        arguments: dict[str, Any],
        place: Place,
        task_id: str | None = None,
    ) -> Outcome:
        """Run a task that is known to run, between its two events."""
        task_id = task_id or str(uuid.uuid4())
        path = f"{place.path}/{name}" if place.path else name
        inside = Place(path, task_id)
        # A task that waits for its turn has not started; one that holds others must not take theirs.
        with nullcontext() if _holds_tasks(task, component) else self._free:
            self._report(name, task_id, place, Outcome(RUNNING), arguments)
            try:
                outcome = self._run_any(name, task, component, arguments, inside)
            except Exception as error:
                outcome = _failure(name, f"{type(error).__name__}: {error}")
            return self._report(name, task_id, place, outcome, arguments)

    def _run_any(
        self,
        name: str,
        task: dict[str, Any],
        component: dict[str, Any],
        arguments: dict[str, Any],
        inside: Place,
    ) -> Outcome:
        if _LOOPS & set(task):
            return self._run_loop(name, task, component, arguments, inside)
        if "dag" in component:
            inputs = dataflow.with_defaults(component, arguments)
            return self._run_dag(component, inputs, inside)
        executor = self._executors.get(component.get("executorLabel", ""))
        if executor is None:
            return _failure(name, f"component {task['componentRef']['name']!r} has no executor in the pipeline")
        call = Call(name, inside.path, component, executor, arguments)
        return self._run_with_retries(call, task.get("retryPolicy") or {})

    def _run_loop(
        self,
        name: str,
        task: dict[str, Any],
        component: dict[str, Any],
        arguments: dict[str, Any],
        inside: Place,
    ) -> Outcome:
        """Run the body once an item, as tasks of the loop named NAME-iteration-0, -1 and so on."""
        key, items = dataflow.loop_items(task, arguments)
        limit = int((task.get("iteratorPolicy") or {}).get("parallelismLimit") or _MOST_THREADS)
        body = {k: v for k, v in task.items() if k not in _LOOPS}

        def run(index: int) -> Outcome:
            values = {**arguments, key: items[index]}
            return self._run_reported(f"{name}-iteration-{index}", body, component, values, inside)

        with ThreadPoolExecutor(max_workers=max(1, min(limit, _MOST_THREADS))) as pool:
            outcomes = list(pool.map(run, range(len(items))))
        failed = [outcome for outcome in outcomes if outcome.state == FAILED]
        if failed:
            return failed[0]._replace(outputs={}, error=failed[0].cause, log=None)
        return Outcome(SUCCEEDED, dataflow.collect(component, [outcome.outputs for outcome in outcomes]))

    def _run_with_retries(self, call: Call, policy: dict[str, Any]) -> Outcome:
        last = int(policy.get("maxRetryCount") or 0)
        for attempt in range(last + 1):
            outcome = self._run_component(call)
            if outcome.state == SUCCEEDED or attempt == last:
                break
            time.sleep(_backoff(policy, attempt))
        return outcome._replace(cause=f"task {call.task_name!r} failed: {outcome.error}" if outcome.error else "")

    def _report(
        self, name: str, task_id: str, place: Place, outcome: Outcome, inputs: dict[str, Any] | None = None
    ) -> Outcome:
        event = {
            "type": "task",
            "task_id": task_id,
            "name": name,
            "parent_task_id": place.task_id,
            "state": outcome.state,
            "time": time.time(),
            "error": outcome.error or None,
            "outputs": dataflow.as_json(outcome.outputs) if outcome.state == SUCCEEDED else None,
            "inputs": dataflow.as_json(inputs) if inputs is not None else None,
            "log": outcome.log,
        }
        with self._report_lock:
            self._report_event(event)
        return outcome


def _holds_tasks(task: dict[str, Any], component: dict[str, Any]) -> bool:
    return bool(_LOOPS & set(task)) or "dag" in component


def _blocked(task: dict[str, Any], scope: Scope) -> bool:
    ended = [scope.outcomes.get(name) for name in dataflow.dependencies(task)]
    return any(outcome is not None and outcome.state in (FAILED, BLOCKED) for outcome in ended)


def _failure(name: str, error: str) -> Outcome:
    return Outcome(FAILED, error=error, cause=f"task {name!r} failed: {error}")


def _dag_outcome(dag: dict[str, Any], scope: Scope) -> Outcome:
    """Return the first failure in the order of ending, else the outputs."""
    for outcome in scope.outcomes.values():
        if outcome.state == FAILED:
            return Outcome(FAILED, error=outcome.cause, cause=outcome.cause)
    try:
        return Outcome(SUCCEEDED, dataflow.dag_outputs(dag.get("outputs") or {}, scope))
    except ValueError as error:
        return Outcome(FAILED, error=str(error), cause=str(error))


def _backoff(policy: dict[str, Any], attempt: int) -> float:
    first = dataflow.seconds(policy.get("backoffDuration"), 0.0)
    most = dataflow.seconds(policy.get("backoffMaxDuration"), _LONGEST_BACKOFF)
    factor = float(policy.get("backoffFactor") or 2.0)
    return min(first * factor**attempt, most, _LONGEST_BACKOFF)
