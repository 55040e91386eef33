# SPDX-License-Identifier: Apache-2.0
"""Requests and replies of Kedro's HTTP server, which `kedro` gives under its own name."""

from __future__ import annotations

from typing import Any, TypedDict

from kfp_server_api._model import Model, field


class RunRequest(TypedDict, total=False):
    """A run to be started: the keywords of `KedroServer.run`, of which None stands for left out.

    `from_*` and `to_*` cut the pipelines where datasets and nodes are so named; `node_names`, `tags` and `namespaces`
    keep only those nodes; `load_versions` has versions by dataset; `only_missing_outputs` skips what is made already.
    """

    from_inputs: list[str] | None
    to_outputs: list[str] | None
    from_nodes: list[str] | None
    """A node's name has its namespace in front, as in `grp.a`."""
    to_nodes: list[str] | None
    node_names: list[str] | None
    """Their inputs must be in the catalog."""
    runner: str | None
    """Class such as `ThreadRunner`, or dotted path that the project allows; `SequentialRunner` without it."""
    is_async: bool | None
    """Load and save each node's datasets in threads. The call waits for the run's end all the same."""
    tags: list[str] | None
    load_versions: dict[str, str] | None
    pipeline_names: list[str] | None
    """Pipelines to run as one; `__default__` without it."""
    namespaces: list[str] | None
    params: dict[str, Any] | None
    """Parameters, merged deeply into the project's. The server takes undeclared names in silence."""
    only_missing_outputs: bool | None


class ErrorDetail(Model):
    """An exception that was raised on the server."""

    type: str = field(default=None)
    """Name of the exception's class."""
    message: str = field(default=None)
    """Its text; may be empty, hold newlines and paths of the server."""


class RunSuccess(Model):
    """A run that ended well."""

    status: str = field(default=None)
    run_id: str = field(default=None)
    """When the server took the run, to the millisecond. Runs at the same time may share it: no key."""
    duration_ms: float = field(default=None)
    """Milliseconds that it ran, without the wait for one of the server's threads."""


class RunFailure(Model):
    """A run that failed or could not be started."""

    status: str = field(default=None)
    run_id: str = field(default=None)
    duration_ms: float = field(default=None)
    error: ErrorDetail = field(default=None)


class HealthResponse(Model):
    """The server answers, which says nothing about its project."""

    status: str = field(default=None)
    """`healthy` or `unhealthy`."""
    kedro_version: str = field(default=None)
    """Kedro that is installed on the server."""


class ProjectMetadataSnapshot(Model):
    """Names of the project."""

    project_name: str = field(default=None)
    package_name: str = field(default=None)
    kedro_version: str = field(default=None)
    """Kedro that the project was made for; `HealthResponse` has the installed one."""


class NodeSourceSnapshot(Model):
    """Where a node's function stands."""

    filepath: str = field(default=None)
    line_start: int = field(default=None)
    line_end: int = field(default=None)


class NodeSnapshot(Model):
    """One node of a pipeline."""

    name: str = field(default=None)
    """With its namespace in front."""
    func_name: str | None = None
    """Since Kedro 1.6."""
    namespace: str | None = None
    tags: list[str] = field(default=None)
    inputs: list[str] = field(default=None)
    """Datasets, and parameters as `params:<name>`."""
    outputs: list[str] = field(default=None)
    source: NodeSourceSnapshot | None = None
    """None for lambdas, partials and code outside the project. Since Kedro 1.6."""


class PipelineSnapshot(Model):
    """One registered pipeline."""

    name: str = field(default=None)
    nodes: list[NodeSnapshot] = field(default=None)
    inputs: list[str] = field(default=None)
    """Datasets that it reads and does not make, `params:<name>` included."""
    outputs: list[str] = field(default=None)
    """Datasets that it makes and does not read."""


class DatasetSnapshot(Model):
    """One entry of the catalog."""

    name: str = field(default=None)
    type: str = field(default=None)
    """As the catalog writes it; may be empty."""
    filepath: str | None = None
    """A URL comes without its credentials."""


class SnapshotSuccess(Model):
    """The contents of a project."""

    status: str = field(default=None)
    metadata: ProjectMetadataSnapshot = field(default=None)
    pipelines: list[PipelineSnapshot] = field(default=None)
    datasets: dict[str, DatasetSnapshot] = field(default=None)
    parameters: list[str] = field(default=None)
    """Names at the top level; the server does not tell values."""


class SnapshotFailure(Model):
    """A project that cannot be read."""

    status: str = field(default=None)
    error: ErrorDetail = field(default=None)
