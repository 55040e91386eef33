# SPDX-License-Identifier: Apache-2.0
"""The parts of `kfp.local` that run one component; the only file that imports kfp.

They are not public. Their signatures are the same from kfp 2.14.1 to 2.17.3.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable, NamedTuple
from urllib.parse import unquote, urlparse

from kfp_server_api.server.engine.dag import TaskRun
from kfp_server_api.server.engine.inputs import whole, with_defaults
from kfp_server_api.server.engine.output_sizes import check_files, check_values
from kfp_server_api.server.engine.outputs import as_json

_OLDEST_KFP = "2.14.1"


class UnsupportedKfpError(RuntimeError):
    """The installed kfp lacks a part that running pipelines needs."""


class Prepared(NamedTuple):
    """A component that is about to run, as kfp's messages."""

    component: Any
    """A ComponentSpec."""
    executor_input: Any
    """An ExecutorInput: the values that go in, and the paths of those that come out."""


class KfpLocal:
    """The functions of `kfp.local`, for one run.

    Args:
        root: The folder that all tasks of the run write to.
        workspace: The run's workspace, made if it is not there.
        pipeline_name: The value of the placeholder for the pipeline's name.
        run_id: The value of the placeholder for the run's ID.

    Raises:
        UnsupportedKfpError: one of them is missing.
    """

    def __init__(self, root: Path, workspace: Path, pipeline_name: str, run_id: str) -> None:
        try:
            with _without_its_client():
                importlib.import_module("kfp.dsl.component_decorator")  # first: kfp's modules import in circles
                from google.protobuf import json_format
                from kfp import local
                from kfp.local import (
                    executor_input_utils,
                    executor_output_utils,
                    importer_handler,
                    placeholder_utils,
                )
                from kfp.pipeline_spec import pipeline_spec_pb2

            self._spec_pb2 = pipeline_spec_pb2
            self._json_format = json_format
            self._construct = executor_input_utils.construct_executor_input
            self._input_as_dict = executor_input_utils.executor_input_to_dict
            self._fill = placeholder_utils.replace_placeholders
            self._read_outputs = executor_output_utils.get_outputs_for_task
            self._as_artifact = executor_output_utils.artifact_list_to_dsl_artifact
            self._run_importer = importer_handler.run_importer
        except (ImportError, AttributeError) as error:
            raise UnsupportedKfpError(
                f"the installed kfp cannot run pipelines here ({error}); kfp {_OLDEST_KFP} or newer can"
            ) from error
        self._root = str(root)
        self._pipeline_name = pipeline_name
        self._run_id = run_id
        self._start(local.init, local.SubprocessRunner(use_venv=False), workspace)

    def _start(self, init: Callable[..., None], runner: Any, workspace: Path) -> None:
        # The placeholder of the workspace reads kfp's process-wide configuration; kfp knows one since 2.15.
        known = inspect.signature(init).parameters
        extra = {"workspace_root": str(workspace)} if "workspace_root" in known else {}
        workspace.mkdir(parents=True, exist_ok=True)
        init(runner, pipeline_root=self._root, **extra)

    def prepare(self, task: TaskRun, outputs: Path) -> Prepared:
        """Return the messages that describe a component and what goes into it; its outputs go into a folder."""
        outputs.mkdir(parents=True, exist_ok=True)
        component = self._json_format.ParseDict(
            task.component, self._spec_pb2.ComponentSpec(), ignore_unknown_fields=True
        )
        # Inputs are put in here: kfp refuses null inside mappings and, before 2.17, lists of artifacts.
        without_inputs = self._spec_pb2.ComponentSpec()
        without_inputs.CopyFrom(component)
        without_inputs.ClearField("input_definitions")
        executor_input = self._construct(
            component_spec=without_inputs, arguments={}, task_root=str(outputs), block_input_artifact=False
        )
        self._put_inputs(executor_input.inputs, task)
        return Prepared(component, executor_input)

    def _put_inputs(self, inputs: Any, task: TaskRun) -> None:
        artifacts = (task.component.get("inputDefinitions") or {}).get("artifacts") or {}
        for name, value in with_defaults(task.component, task.arguments).items():
            if name in artifacts:
                listed = {"artifacts": as_json(value if isinstance(value, list) else [value])}
                self._json_format.ParseDict(listed, inputs.artifacts[name])
            else:
                self._json_format.ParseDict(value, inputs.parameter_values[name])

    def fill(self, command: list[str], prepared: Prepared, task_path: str) -> list[str]:
        """Replace the placeholders of a command."""
        as_dict = self._input_as_dict(executor_input=prepared.executor_input, component_spec=prepared.component)
        inputs = as_dict.get("inputs", {})
        values = inputs.get("parameterValues", {})
        values.update({name: _whole_inside(value) for name, value in values.items()})
        inputs["artifacts"] = whole(inputs.get("artifacts", {}))
        filled: list[str] = self._fill(
            full_command=command,
            executor_input_dict=as_dict,
            pipeline_resource_name=self._pipeline_name,
            task_resource_name=task_path,
            pipeline_root=self._root,
            unique_pipeline_id=self._run_id,
        )
        return filled

    def outputs(self, prepared: Prepared) -> dict[str, Any]:
        """Read the files that a component has written."""
        component, executor_input = prepared
        check_files(executor_input.outputs)
        found = self._read_outputs(executor_input=executor_input, component_spec=component)
        outputs = {name: _whole_inside(value) for name, value in found.items()}
        check_values(outputs, executor_input.outputs)
        # Only components written in Python list their artifacts; a command just writes the files.
        for name, artifacts in executor_input.outputs.artifacts.items():
            if name not in outputs:
                outputs[name] = self._as_artifact(artifacts, is_artifact_list=False)
        return outputs

    def import_artifact(self, task: TaskRun, executor: dict[str, Any], outputs: Path) -> dict[str, Any]:
        """Return the artifact of an importer; a `file:` address becomes the path that a component can open."""
        spec = self._spec_pb2.PipelineDeploymentConfig.ExecutorSpec()
        imported, _ = self._run_importer(
            pipeline_resource_name=self._pipeline_name,
            component_name=f"comp-{task.name}",
            component_spec=self.prepare(task, outputs).component,
            executor_spec=self._json_format.ParseDict(executor, spec, ignore_unknown_fields=True),
            arguments=task.arguments,
            pipeline_root=self._root,
            unique_pipeline_id=self._run_id,
        )
        for artifact in imported.values():
            if str(artifact.uri).startswith("file:"):
                artifact.uri = unquote(urlparse(artifact.uri).path)
        return dict(imported)


@contextlib.contextmanager
def _without_its_client() -> Iterator[None]:
    """Have `import kfp` leave out its client and Kubernetes, which take most of its time; a run needs neither."""
    name = "_KFP_RUNTIME"  # kfp's own switch, which its components run with
    before = os.environ.get(name)
    os.environ[name] = "true"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _whole_inside(value: Any) -> Any:
    """Make whole numbers inside a list or mapping ints; a number that stands alone keeps its type."""
    return whole(value) if isinstance(value, (list, dict)) else value
