# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kfp_server_api._operation import ListField, Namespace, Operation, Paging, Param
from kfp_server_api._service import Service, renamed, with_http_info

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kfp_server_api.filters import Filter, Order
    from kfp_server_api.models.v2beta1_filter import V2beta1Filter
    from kfp_server_api.models.v2beta1_list_runs_response import V2beta1ListRunsResponse
    from kfp_server_api.models.v2beta1_read_artifact_response import V2beta1ReadArtifactResponse
    from kfp_server_api.models.v2beta1_run import V2beta1Run


class RunServiceApi(Service):
    """Runs: start, follow, stop, archive and delete single executions of a pipeline."""

    _archive_run = Operation(
        "run_service_archive_run", "POST", "/apis/v2beta1/runs/{run_id}:archive",
        (Param("run_id", "path", "str", True), Param("experiment_id", "query", "str", since="2.14.0")),
        idempotent=True, short_name="archive_run",
    )

    def run_service_archive_run(
        self, run_id: str, *, experiment_id: str | None = None, **options: Any
    ) -> Any:
        """Move a run to the archive.

        Changes only `storage_state`: a run that is under way goes on, and lists still show it. Repeating the
        call is harmless.

        Args:
            run_id: `run_id` of the run, a UUID.
            experiment_id: Ignored by every server, which finds the run by run_id alone. Leave it out. Since
                2.14.0.

        Raises:
            NotFoundError: No such run.
        """
        return self._call(self._archive_run, (run_id, experiment_id), options)

    run_service_archive_run_with_http_info = with_http_info(run_service_archive_run)
    archive_run = run_service_archive_run
    archive_run_with_http_info = run_service_archive_run_with_http_info

    _create_run = Operation(
        "run_service_create_run", "POST", "/apis/v2beta1/runs",
        (
            Param("run", "body", "V2beta1Run", True, earlier_names=("body",)),
            Param("experiment_id", "query", "str", since="2.1.0"),
        ),
        returns="V2beta1Run", short_name="create_run",
    )

    @renamed(body="run")
    def run_service_create_run(
        self, run: V2beta1Run | Mapping[str, Any], *, experiment_id: str | None = None, **options: Any
    ) -> V2beta1Run:
        """Start a run.

        The reply comes at once with state `PENDING`; poll `run_service_get_run` to follow it. The source is
        the version named, else the newest version of the pipeline named, else the inline pipeline_spec. Names
        need not be unique, so a repeated call starts a second run.

        Args:
            run: The run; display_name and a pipeline source are required, on multi-user servers experiment_id
                too.
            experiment_id: Ignored by every server; set `experiment_id` of the run instead. Since 2.1.0.

        Raises:
            BadRequestError: A parameter is missing, unknown or of the wrong type, or the body names two
                sources.
            NotFoundError: No such experiment; on local servers also no such pipeline or version.
            ConflictError: plugins_output was sent; it belongs to the server.
            ServerError: No display_name or source, an unknown pipeline or version, a bad spec or a run_id in
                use, on clusters.
        """
        return self._call(self._create_run, (run, experiment_id), options)

    run_service_create_run_with_http_info = with_http_info(run_service_create_run)
    create_run = run_service_create_run
    create_run_with_http_info = run_service_create_run_with_http_info

    _list_runs = Operation(
        "run_service_list_runs", "GET", "/apis/v2beta1/runs",
        (
            Param("namespace", "query", "str"), Param("experiment_id", "query", "str"),
            Param("page_token", "query", "str"), Param("page_size", "query", "int"),
            Param("sort_by", "query", "str"), Param("filter", "query", "str", json=True),
        ),
        returns="V2beta1ListRunsResponse", idempotent=True, short_name="list_runs",
        paging=Paging(
            token="page_token", size="page_size", sort="sort_by", filter="filter", next="next_page_token",
            items="runs", resend=("namespace", "experiment_id"),
        ),
        namespace=Namespace("namespace", "query", unless=("experiment_id",)),
        fields=(
            ListField("run_id", "str", aliases=("id",)), ListField("display_name", "str", aliases=("name",)),
            ListField("created_at", "datetime"), ListField("finished_at", "datetime"),
            ListField("scheduled_at", "datetime"), ListField("description", "str"),
            ListField("storage_state", "V2beta1RunStorageState"), ListField("state", "V2beta1RuntimeState"),
            ListField("status", "str"), ListField("namespace", "str"),
            ListField("experiment_id", "str", since="2.1.0"),
            ListField("recurring_run_id", "str", since="2.1.0"), ListField("state_history", "str"),
            ListField("runtime_details", "str"), ListField("metric:", "float", only="sort"),
        ),
    )

    def run_service_list_runs(
        self, *, namespace: str | None = None, experiment_id: str | None = None,
        page_token: str | None = None, page_size: int | None = None, sort_by: str | Order | None = None,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = None, **options: Any
    ) -> V2beta1ListRunsResponse:
        """List runs, oldest first unless sorted.

        Archived runs are included; filter on `storage_state` to leave them out. Items are complete, with task
        details and inline specs, so keep page_size small where runs are large.

        Args:
            namespace: Namespace whose runs to list. Multi-user servers need this or experiment_id;
                single-user ones ignore it. Without it and experiment_id, `Configuration.namespace` is sent
                where it is set.
            experiment_id: Only runs of this experiment; absent means all. An unknown ID is a 404.
            page_token: `next_page_token` of the previous page, unchanged; absent for the first page. It
                remembers sort_by and filter, so leave them out; send namespace and experiment_id again.
                `pagination.paginate` reads all pages.
            page_size: Rows per page. Absent or 0 means 20, more than 200 means 200, a negative number is a
                400. May differ from page to page.
            sort_by: `field`, `field asc` or `field desc`; a single field. Default `created_at asc`, oldest
                first; ties go by id. Fields: run_id (or id), display_name (or name), created_at, finished_at,
                scheduled_at, description, storage_state, state, status (the state in words of v1, such as
                `Succeeded`), namespace, experiment_id (since 2.1.0; sorts only what fits in one page, on
                clusters), recurring_run_id (since 2.1.0; sorts only what fits in one page, on clusters),
                state_history, runtime_details. Sorting takes `metric:KEY`, too.
            filter: JSON text of a `V2beta1Filter`, e.g. `{"predicates": [{"operation": "EQUALS", "key":
                "state", "string_value": "x"}]}`. Clusters URL-decode the text a second time, so encode a
                literal `+` or `%` in a value once yourself. Keys are the fields of sort_by. `filters.field`
                makes conditions that are checked.

        Raises:
            BadRequestError: Bad page_size, page_token, sort_by or filter, or no namespace and experiment on a
                multi-user server.
            NotFoundError: No such experiment.
        """
        return self._call(
            self._list_runs,
            (
                namespace, experiment_id, page_token, page_size, sort_by, filter,
            ),
            options,
        )

    run_service_list_runs_with_http_info = with_http_info(run_service_list_runs)
    list_runs = run_service_list_runs
    list_runs_with_http_info = run_service_list_runs_with_http_info

    _delete_run = Operation(
        "run_service_delete_run", "DELETE", "/apis/v2beta1/runs/{run_id}",
        (Param("run_id", "path", "str", True), Param("experiment_id", "query", "str")),
        idempotent=True, short_name="delete_run",
    )

    def run_service_delete_run(
        self, run_id: str, *, experiment_id: str | None = None, **options: Any
    ) -> Any:
        """Delete a run and stop it if it is under way.

        Its tasks and metrics go with it. It need not be archived first, and its experiment does not change.

        Args:
            run_id: `run_id` of the run, a UUID.
            experiment_id: Ignored by every server, which finds the run by run_id alone. Leave it out.

        Raises:
            NotFoundError: No such run.
        """
        return self._call(self._delete_run, (run_id, experiment_id), options)

    run_service_delete_run_with_http_info = with_http_info(run_service_delete_run)
    delete_run = run_service_delete_run
    delete_run_with_http_info = run_service_delete_run_with_http_info

    _get_run = Operation(
        "run_service_get_run", "GET", "/apis/v2beta1/runs/{run_id}",
        (Param("run_id", "path", "str", True), Param("experiment_id", "query", "str")),
        returns="V2beta1Run", idempotent=True, short_name="get_run",
    )

    def run_service_get_run(
        self, run_id: str, *, experiment_id: str | None = None, **options: Any
    ) -> V2beta1Run:
        """Get a run with its state and tasks.

        Poll this to follow a run until its state is a terminal one of `V2beta1RuntimeState`. On clusters the
        state lags some seconds behind and short states may never be seen.

        Args:
            run_id: `run_id` of the run, a UUID.
            experiment_id: Ignored by every server, which finds the run by run_id alone. Leave it out.

        Raises:
            NotFoundError: No such run.
        """
        return self._call(self._get_run, (run_id, experiment_id), options)

    run_service_get_run_with_http_info = with_http_info(run_service_get_run)
    get_run = run_service_get_run
    get_run_with_http_info = run_service_get_run_with_http_info

    _read_artifact = Operation(
        "run_service_read_artifact", "GET",
        "/apis/v2beta1/runs/{run_id}/nodes/{node_id}/artifacts/{artifact_name}:read",
        (
            Param("run_id", "path", "str", True), Param("node_id", "path", "str", True),
            Param("artifact_name", "path", "str", True), Param("experiment_id", "query", "str"),
        ),
        returns="V2beta1ReadArtifactResponse", idempotent=True, short_name="read_artifact", until="2.14.6",
    )

    def run_service_read_artifact(
        self, run_id: str, node_id: str, artifact_name: str, *, experiment_id: str | None = None,
        **options: Any
    ) -> V2beta1ReadArtifactResponse:
        """Read the content of an artifact of a run.

        Finds only what Argo itself stored, in practice logs (`main-logs`) and artifacts of v1 pipelines;
        artifacts of v2 pipelines are in the object store. Newer servers still answer the route, but releases
        after 2.14.6 no longer describe it. Until 2.14.6.

        Args:
            run_id: `run_id` of the run, a UUID.
            node_id: Argo node ID of the step, or the name of its pod.
            artifact_name: Name of the output as Argo knows it, e.g. `main-logs`.
            experiment_id: Ignored by every server, which finds the run by run_id alone. Leave it out.

        Raises:
            PermissionDeniedError: No rights to read artifacts, on multi-user servers.
            NotFoundError: No such run, node or artifact.
            ServerError: No workflow was reported for the run yet, or the object store failed.
        """
        return self._call(self._read_artifact, (run_id, node_id, artifact_name, experiment_id), options)

    run_service_read_artifact_with_http_info = with_http_info(run_service_read_artifact)
    read_artifact = run_service_read_artifact
    read_artifact_with_http_info = run_service_read_artifact_with_http_info

    _retry_run = Operation(
        "run_service_retry_run", "POST", "/apis/v2beta1/runs/{run_id}:retry",
        (Param("run_id", "path", "str", True), Param("experiment_id", "query", "str", since="2.14.0")),
        short_name="retry_run",
    )

    def run_service_retry_run(
        self, run_id: str, *, experiment_id: str | None = None, **options: Any
    ) -> Any:
        """Run the failed steps of a failed run again.

        Same run_id; steps that succeeded are kept, failed ones run anew. The state becomes `RUNNING` and
        `finished_at` goes back to 1970. Servers before 2.17.0 also drop the earlier state_history.

        Args:
            run_id: `run_id` of the run, a UUID.
            experiment_id: Ignored by every server, which finds the run by run_id alone. Leave it out. Since
                2.14.0.

        Raises:
            NotFoundError: No such run.
            ConflictError: The run has not failed, or no workflow was reported for it yet.
            ServerError: Steps of it are still running.
        """
        return self._call(self._retry_run, (run_id, experiment_id), options)

    run_service_retry_run_with_http_info = with_http_info(run_service_retry_run)
    retry_run = run_service_retry_run
    retry_run_with_http_info = run_service_retry_run_with_http_info

    _terminate_run = Operation(
        "run_service_terminate_run", "POST", "/apis/v2beta1/runs/{run_id}:terminate",
        (Param("run_id", "path", "str", True), Param("experiment_id", "query", "str", since="2.14.0")),
        short_name="terminate_run",
    )

    def run_service_terminate_run(
        self, run_id: str, *, experiment_id: str | None = None, **options: Any
    ) -> Any:
        """Stop a run that is under way.

        The state becomes `CANCELING` and, once its steps have been killed, normally `FAILED` rather than
        `CANCELED`. Allowed from `PENDING`, `RUNNING` and `PAUSED` only.

        Args:
            run_id: `run_id` of the run, a UUID.
            experiment_id: Ignored by every server, which finds the run by run_id alone. Leave it out. Since
                2.14.0.

        Raises:
            BadRequestError: The run is over or already being stopped.
            NotFoundError: No such run.
            ServerError: The cluster could not be reached; the state stays `CANCELING`.
        """
        return self._call(self._terminate_run, (run_id, experiment_id), options)

    run_service_terminate_run_with_http_info = with_http_info(run_service_terminate_run)
    terminate_run = run_service_terminate_run
    terminate_run_with_http_info = run_service_terminate_run_with_http_info

    _unarchive_run = Operation(
        "run_service_unarchive_run", "POST", "/apis/v2beta1/runs/{run_id}:unarchive",
        (Param("run_id", "path", "str", True), Param("experiment_id", "query", "str", since="2.14.0")),
        idempotent=True, short_name="unarchive_run",
    )

    def run_service_unarchive_run(
        self, run_id: str, *, experiment_id: str | None = None, **options: Any
    ) -> Any:
        """Bring a run back from the archive.

        Its experiment must not be archived. Repeating the call is harmless.

        Args:
            run_id: `run_id` of the run, a UUID.
            experiment_id: Ignored by every server, which finds the run by run_id alone. Leave it out. Since
                2.14.0.

        Raises:
            BadRequestError: Its experiment is archived; bring that back first.
            NotFoundError: No such run, or its experiment was deleted.
        """
        return self._call(self._unarchive_run, (run_id, experiment_id), options)

    run_service_unarchive_run_with_http_info = with_http_info(run_service_unarchive_run)
    unarchive_run = run_service_unarchive_run
    unarchive_run_with_http_info = run_service_unarchive_run_with_http_info
