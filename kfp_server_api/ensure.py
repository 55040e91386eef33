# SPDX-License-Identifier: Apache-2.0
"""Creating what is not there yet, once: however often it is asked for, by however many threads, and whatever replies
are lost.

A create whose reply was lost (a broken connection, 502, 503, 504, or a reply that is none) may have been carried out.
The functions here look for what it made before they send it again.

| Function | Exactly one, because |
|---|---|
| `experiment` | the server refuses a second of the name in a namespace |
| `pipeline` | the server refuses a second of the name, and of a version's, which is made from its content |
| `run` | the server refuses a second of the ID, which is made from the key |
| `recurring_run` | threads of this process wait for one another; nothing keeps two processes apart |
"""

from __future__ import annotations

import json
import logging
import unicodedata
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from kfp_server_api._encoding import encode
from kfp_server_api._once import create, identified, lock, not_promised
from kfp_server_api._service import expect
from kfp_server_api._spec_files import SpecFile, comparable, read_spec_file
from kfp_server_api.api.experiment_service_api import ExperimentServiceApi
from kfp_server_api.exceptions import ApiTypeError, ApiValueError, NotFoundError
from kfp_server_api.filters import field
from kfp_server_api.models.v2beta1_experiment import V2beta1Experiment
from kfp_server_api.models.v2beta1_pipeline import V2beta1Pipeline
from kfp_server_api.pagination import paginate

if TYPE_CHECKING:
    from kfp_server_api._types import Upload
    from kfp_server_api.api.pipeline_service_api import PipelineServiceApi
    from kfp_server_api.api.pipeline_upload_service_api import PipelineUploadServiceApi
    from kfp_server_api.api.recurring_run_service_api import RecurringRunServiceApi
    from kfp_server_api.api.run_service_api import RunServiceApi
    from kfp_server_api.models.v2beta1_pipeline_version import V2beta1PipelineVersion
    from kfp_server_api.models.v2beta1_recurring_run import V2beta1RecurringRun
    from kfp_server_api.models.v2beta1_run import V2beta1Run

__all__ = ["experiment", "pipeline", "recurring_run", "run"]

_log = logging.getLogger(__name__)
_Made = TypeVar("_Made")

_VERSIONS = 20
"""Versions to read at a time, since each comes with its pipeline spec."""
_RUN_IDS = uuid.UUID("5b6f3f0e-8a27-4c53-9d0e-6f1f4b1c7a52")


def experiment(
    api: ExperimentServiceApi, name: str, *, description: str | None = None, namespace: str | None = None
) -> V2beta1Experiment:
    """Return the experiment with a name, made if there is none.

    One that is there is given as it is, archived or not. Clusters compare names without case and accents: `EXP C`
    gives the experiment `exp c` there. Where there are several of a name, the oldest is given.

    Args:
        api: service to create and list with.
        name: up to 128 bytes.
        description: of one that is made.
        namespace: needed on multi-user servers.

    Raises:
        ConflictError: the server says that the name is taken, and shows nothing of that name.
    """
    expect("api", api, "ExperimentServiceApi", "experiment_service_create_experiment")
    _check("name", name)
    body = V2beta1Experiment(display_name=name, description=description, namespace=namespace)

    def look(conflict: bool) -> V2beta1Experiment | None:
        return _experiment_named(api, name, namespace, conflict)

    return create(lambda: identified(api.experiment_service_create_experiment(body), "experiment_id"), look)


def pipeline(
    upload_api: PipelineUploadServiceApi,
    pipeline_api: PipelineServiceApi,
    name: str,
    package: Upload,
    *,
    description: str | None = None,
    namespace: str | None = None,
) -> V2beta1PipelineVersion:
    """Return the version of a pipeline that has a content, made if there is none, and the pipeline with it.

    Content is compared as values: comments, order of keys and members that a server leaves out do not count. Whichever
    version has it is given, also an old one or one with another name; a new version is named by its content.

    Reading YAML takes PyYAML, which comes with kfp. Without it a YAML file is known by its bytes alone, and only where
    such a file was uploaded by this function.

    Args:
        upload_api: service to upload with.
        pipeline_api: service to create and list with.
        name: of the pipeline, up to 128 bytes.
        package: compiled pipeline: a path, bytes or an open binary file; YAML, JSON, zip or tar.gz.
        description: of a pipeline that is made.
        namespace: of the pipeline; none means shared on a multi-user server.

    Raises:
        OSError: no such file.
        ApiValueError: `package` is neither YAML, JSON nor an archive with one of them.
    """
    expect("upload_api", upload_api, "PipelineUploadServiceApi", "upload_pipeline_version")
    expect("pipeline_api", pipeline_api, "PipelineServiceApi", "pipeline_service_create_pipeline")
    _check("name", name)
    content = read_spec_file(package)
    if content.spec is None:
        _log.warning("PyYAML is missing: `package` is compared with versions by its bytes alone")
    pipeline_id = _pipeline(pipeline_api, name, description, namespace).pipeline_id

    def look(conflict: bool = False) -> V2beta1PipelineVersion | None:
        return _version_with(pipeline_api, pipeline_id, content)

    def send() -> V2beta1PipelineVersion:
        made = upload_api.upload_pipeline_version(content.data, name=content.name, pipelineid=pipeline_id)
        return identified(made, "pipeline_version_id")

    return look() or create(send, look)


def run(run_api: RunServiceApi, run: V2beta1Run | Mapping[str, Any], *, key: str) -> V2beta1Run:
    """Return the run with a key, made and started if there is none.

    The run's ID is made (UUIDv5) from the key and where the run is: its experiment, or `Configuration.namespace` where
    it names none. A run that is there is given as it is: finished or failed, and also where it is not like `run`.

    Args:
        run_api: service to create and read with.
        run: as for a create, without `run_id`; stays as it is.
        key: any text that names the work to be done, such as `report of 2024-05-01`.

    Raises:
        DecodeError: the server chose another ID, so it cannot know the key again. The message names the run that it
            has made and started.
    """
    expect("run_api", run_api, "RunServiceApi", "run_service_create_run")
    _check("key", key)
    wanted = _encoded("run", run)
    if wanted.get("run_id"):
        raise ApiValueError("`run.run_id` is made from `key`: leave it out")
    place = wanted.get("experiment_id") or run_api.api_client.configuration.namespace or ""
    run_id = str(uuid.uuid5(_RUN_IDS, json.dumps([place, key])))

    def look(conflict: bool = False) -> V2beta1Run | None:
        try:
            return run_api.run_service_get_run(run_id)
        except NotFoundError:
            return None

    # A server may have begun with a run before it finds that its ID is taken; so threads do not try.
    with lock("run", run_id):
        found = look() or create(
            lambda: identified(run_api.run_service_create_run({**wanted, "run_id": run_id}), "run_id"), look
        )
    if found.run_id != run_id:
        raise not_promised(
            found,
            "run_id",
            f"this server chooses IDs itself, so it cannot create once; it has started the run {found.run_id}, and"
            " perhaps another before, where a reply was lost",
        )
    return found


def recurring_run(
    api: RecurringRunServiceApi, recurring_run: V2beta1RecurringRun | Mapping[str, Any]
) -> V2beta1RecurringRun:
    """Return the recurring run with a display_name in an experiment, made if there is none.

    Sure among the threads of one process only: servers take any number of recurring runs of one name, so two processes
    that ask at the same time can make two. Where there are several, the oldest is given. One that is there is given as
    it is, whatever its schedule and whether it is enabled. A create is sent once: where its reply was lost and nothing
    is found, the error is raised.

    Args:
        api: service to create and list with.
        recurring_run: as for a create, with a `display_name`; without an `experiment_id` the experiment `Default` is
            meant.
    """
    expect("api", api, "RecurringRunServiceApi", "recurring_run_service_create_recurring_run")
    wanted = _encoded("recurring_run", recurring_run)
    name: Any = wanted.get("display_name")
    _check("recurring_run.display_name", name)
    experiment_id = wanted.get("experiment_id") or _default_experiment_id(api)

    def look(conflict: bool = False) -> V2beta1RecurringRun | None:
        method, called_so = api.recurring_run_service_list_recurring_runs, field("display_name") == name
        every = paginate(method, experiment_id=experiment_id, filter=called_so)
        return next((each for each in every if each.display_name == name), None)

    def send() -> V2beta1RecurringRun:
        return identified(api.recurring_run_service_create_recurring_run(wanted), "recurring_run_id")

    with lock("recurring run", api.api_client.configuration.host, str(experiment_id), str(name)):
        return look() or create(send, look, sends=1)


def _experiment_named(
    api: ExperimentServiceApi, name: str, namespace: str | None, conflict: bool
) -> V2beta1Experiment | None:
    method = api.experiment_service_list_experiments
    return _by_name(lambda criteria: paginate(method, namespace=namespace, filter=criteria), name, conflict)


def _default_experiment_id(api: RecurringRunServiceApi) -> str | None:
    found = _experiment_named(ExperimentServiceApi(api.api_client), "Default", None, False)
    return found.experiment_id if found else None


def _pipeline(api: PipelineServiceApi, name: str, description: str | None, namespace: str | None) -> V2beta1Pipeline:
    """Return the pipeline with a name, made without a version if there is none."""
    # Before 2.14 the name of a pipeline was its display_name; since then it is that where no other is given.
    body = V2beta1Pipeline(display_name=name, description=description, namespace=namespace)
    method = api.pipeline_service_list_pipelines

    def look(conflict: bool = False) -> V2beta1Pipeline | None:
        return _by_name(lambda criteria: paginate(method, namespace=namespace, filter=criteria), name, conflict)

    return look() or create(lambda: identified(api.pipeline_service_create_pipeline(body), "pipeline_id"), look)


def _version_with(api: PipelineServiceApi, pipeline_id: str | None, content: SpecFile) -> V2beta1PipelineVersion | None:
    """Return the newest version of a pipeline that has a content."""
    method, newest_first = api.pipeline_service_list_pipeline_versions, field("created_at").desc()
    for each in paginate(method, pipeline_id, sort_by=newest_first, page_size=_VERSIONS):
        # The name first: a server may write a spec in another way than `comparable` sees through.
        if _name(each) == content.name:
            return each
        if content.spec is not None and each.pipeline_spec and comparable(each.pipeline_spec) == content.spec:
            return each
    return None


def _by_name(every: Callable[[Any], Iterable[_Made]], name: str, conflict: bool) -> _Made | None:
    """Return what has a name among all that a list gives, written the same if possible, and then the first.

    Args:
        every: lists what passes a filter; oldest first.
        conflict: the server said that something has it. Then all are looked through, should its filter compare in
            another way than the server did.
    """
    for criteria in (field("name") == name, None)[: 1 + conflict]:
        found = [each for each in every(criteria) if _folded(_name(each)) == _folded(name)]
        if found:
            return min(found, key=lambda each: _name(each) != name)
    return None


def _name(item: Any) -> str:
    """Return what is unique of an item: its `name`, or its display_name where there is no other."""
    return getattr(item, "name", None) or item.display_name or ""


def _folded(name: str) -> str:
    """Return a name as clusters compare it: without case and accents; trailing blanks count."""
    return "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each)).casefold()


def _check(argument: str, text: Any) -> None:
    if not isinstance(text, str):
        raise ApiTypeError(f"`{argument}` has to be text, not {text!r}")
    if not text:
        raise ApiValueError(f"`{argument}` is empty")


def _encoded(argument: str, value: Any) -> dict[str, Any]:
    encoded = encode(value)
    if not isinstance(encoded, dict):
        raise ApiTypeError(f"`{argument}` has to be a model or a dict, not {value!r}")
    return encoded
