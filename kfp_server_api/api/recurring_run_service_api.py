# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kfp_server_api._operation import ListField, Namespace, Operation, Paging, Param
from kfp_server_api._service import Service, renamed, with_http_info

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kfp_server_api.filters import Filter, Order
    from kfp_server_api.models.v2beta1_filter import V2beta1Filter
    from kfp_server_api.models.v2beta1_list_recurring_runs_response import V2beta1ListRecurringRunsResponse
    from kfp_server_api.models.v2beta1_recurring_run import V2beta1RecurringRun


class RecurringRunServiceApi(Service):
    """Recurring runs: schedules that start runs by cron or at an interval. They cannot be edited, only enabled,
    disabled and deleted.
    """

    _create_recurring_run = Operation(
        "recurring_run_service_create_recurring_run", "POST", "/apis/v2beta1/recurringruns",
        (Param("recurring_run", "body", "V2beta1RecurringRun", True, earlier_names=("body",)),),
        returns="V2beta1RecurringRun", short_name="create_recurring_run",
    )

    @renamed(body="recurring_run")
    def recurring_run_service_create_recurring_run(
        self, recurring_run: V2beta1RecurringRun | Mapping[str, Any], **options: Any
    ) -> V2beta1RecurringRun:
        """Create a schedule that starts runs.

        It starts disabled unless `mode` is `ENABLE`. A version or an inline spec is pinned; a reference with
        only `pipeline_id` uses the newest version at each start (since 2.5.0). Without a trigger it starts
        one run at once. Names need not be unique.

        Args:
            recurring_run: The schedule; display_name, max_concurrency (1 to 10) and a pipeline source are
                required, on multi-user servers experiment_id too.

        Raises:
            BadRequestError: max_concurrency not 1 to 10, a bad cron or interval, both kinds of trigger, or
                bad parameters.
            NotFoundError: No such experiment or pipeline, or the pipeline has no version.
            ServerError: No display_name or source, an unknown version or a bad spec, on clusters.
        """
        return self._call(self._create_recurring_run, (recurring_run,), options)

    recurring_run_service_create_recurring_run_with_http_info = with_http_info(
        recurring_run_service_create_recurring_run
    )
    create_recurring_run = recurring_run_service_create_recurring_run
    create_recurring_run_with_http_info = recurring_run_service_create_recurring_run_with_http_info

    _list_recurring_runs = Operation(
        "recurring_run_service_list_recurring_runs", "GET", "/apis/v2beta1/recurringruns",
        (
            Param("page_token", "query", "str"), Param("page_size", "query", "int"),
            Param("sort_by", "query", "str"), Param("namespace", "query", "str"),
            Param("filter", "query", "str", json=True), Param("experiment_id", "query", "str"),
        ),
        returns="V2beta1ListRecurringRunsResponse", idempotent=True, short_name="list_recurring_runs",
        paging=Paging(
            token="page_token", size="page_size", sort="sort_by", filter="filter", next="next_page_token",
            items="recurring_runs", resend=("namespace", "experiment_id"), items_wire="recurringRuns",
        ),
        namespace=Namespace("namespace", "query", unless=("experiment_id",)),
        fields=(
            ListField("recurring_run_id", "str", aliases=("id",)),
            ListField("display_name", "str", aliases=("name",)), ListField("created_at", "datetime"),
            ListField("updated_at", "datetime"), ListField("description", "str"),
        ),
    )

    def recurring_run_service_list_recurring_runs(
        self, *, page_token: str | None = None, page_size: int | None = None,
        sort_by: str | Order | None = None, namespace: str | None = None,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = None,
        experiment_id: str | None = None, **options: Any
    ) -> V2beta1ListRecurringRunsResponse:
        """List recurring runs, oldest first unless sorted.

        Disabled ones are included. The list cannot be sorted or filtered by experiment, mode, status or
        namespace; use the parameters for the first and the last.

        Args:
            page_token: `next_page_token` of the previous page, unchanged; absent for the first page. It
                remembers sort_by and filter, so leave them out; send namespace and experiment_id again.
                `pagination.paginate` reads all pages.
            page_size: Rows per page. Absent or 0 means 20, more than 200 means 200, a negative number is a
                400. May differ from page to page.
            sort_by: `field`, `field asc` or `field desc`; a single field. Default `created_at asc`, oldest
                first; ties go by id. Fields: recurring_run_id (or id), display_name (or name), created_at,
                updated_at, description.
            namespace: Namespace whose recurring runs to list. Multi-user servers need this or experiment_id;
                single-user ones ignore it. Without it and experiment_id, `Configuration.namespace` is sent
                where it is set.
            filter: JSON text of a `V2beta1Filter`, e.g. `{"predicates": [{"operation": "EQUALS", "key":
                "display_name", "string_value": "x"}]}`. Clusters URL-decode the text a second time, so encode
                a literal `+` or `%` in a value once yourself. Keys are the fields of sort_by. `filters.field`
                makes conditions that are checked.
            experiment_id: Only those of this experiment; absent means all. An unknown ID is a 404.

        Raises:
            BadRequestError: Bad page_size, page_token, sort_by or filter, or no namespace and experiment on a
                multi-user server.
            NotFoundError: No such experiment.
        """
        return self._call(
            self._list_recurring_runs,
            (
                page_token, page_size, sort_by, namespace, filter, experiment_id,
            ),
            options,
        )

    recurring_run_service_list_recurring_runs_with_http_info = with_http_info(
        recurring_run_service_list_recurring_runs
    )
    list_recurring_runs = recurring_run_service_list_recurring_runs
    list_recurring_runs_with_http_info = recurring_run_service_list_recurring_runs_with_http_info

    _delete_recurring_run = Operation(
        "recurring_run_service_delete_recurring_run", "DELETE",
        "/apis/v2beta1/recurringruns/{recurring_run_id}",
        (
            Param("recurring_run_id", "path", "str", True),
            Param("propagation_policy", "query", "str", since="2.16.0"),
        ),
        idempotent=True, short_name="delete_recurring_run",
    )

    def recurring_run_service_delete_recurring_run(
        self, recurring_run_id: str, *, propagation_policy: str | None = None, **options: Any
    ) -> Any:
        """Delete a schedule but keep the runs it made.

        Those runs keep its ID in `recurring_run_id`.

        Args:
            recurring_run_id: `recurring_run_id` of the schedule, a UUID that the cluster chose.
            propagation_policy: One of `V2beta1DeletePropagationPolicy`: how Kubernetes deletes what belongs
                to the schedule in the cluster. It does not touch the server's records. Since 2.16.0.

        Raises:
            BadRequestError: propagation_policy is not one of the known words.
            NotFoundError: No such recurring run.
        """
        return self._call(self._delete_recurring_run, (recurring_run_id, propagation_policy), options)

    recurring_run_service_delete_recurring_run_with_http_info = with_http_info(
        recurring_run_service_delete_recurring_run
    )
    delete_recurring_run = recurring_run_service_delete_recurring_run
    delete_recurring_run_with_http_info = recurring_run_service_delete_recurring_run_with_http_info

    _get_recurring_run = Operation(
        "recurring_run_service_get_recurring_run", "GET", "/apis/v2beta1/recurringruns/{recurring_run_id}",
        (Param("recurring_run_id", "path", "str", True),),
        returns="V2beta1RecurringRun", idempotent=True, short_name="get_recurring_run",
    )

    def recurring_run_service_get_recurring_run(
        self, recurring_run_id: str, **options: Any
    ) -> V2beta1RecurringRun:
        """Get a recurring run by its ID.

        The reply does not list the runs it made; list runs with a filter on `recurring_run_id` for those
        (since 2.1.0).

        Args:
            recurring_run_id: `recurring_run_id` of the schedule, a UUID that the cluster chose.

        Raises:
            NotFoundError: No such recurring run.
        """
        return self._call(self._get_recurring_run, (recurring_run_id,), options)

    recurring_run_service_get_recurring_run_with_http_info = with_http_info(
        recurring_run_service_get_recurring_run
    )
    get_recurring_run = recurring_run_service_get_recurring_run
    get_recurring_run_with_http_info = recurring_run_service_get_recurring_run_with_http_info

    _disable_recurring_run = Operation(
        "recurring_run_service_disable_recurring_run", "POST",
        "/apis/v2beta1/recurringruns/{recurring_run_id}:disable",
        (Param("recurring_run_id", "path", "str", True),),
        idempotent=True, short_name="disable_recurring_run",
    )

    def recurring_run_service_disable_recurring_run(
        self, recurring_run_id: str, **options: Any
    ) -> Any:
        """Stop a schedule from starting runs.

        Runs under way go on. Repeating the call is harmless.

        Args:
            recurring_run_id: `recurring_run_id` of the schedule, a UUID that the cluster chose.

        Raises:
            NotFoundError: No such recurring run.
        """
        return self._call(self._disable_recurring_run, (recurring_run_id,), options)

    recurring_run_service_disable_recurring_run_with_http_info = with_http_info(
        recurring_run_service_disable_recurring_run
    )
    disable_recurring_run = recurring_run_service_disable_recurring_run
    disable_recurring_run_with_http_info = recurring_run_service_disable_recurring_run_with_http_info

    _enable_recurring_run = Operation(
        "recurring_run_service_enable_recurring_run", "POST",
        "/apis/v2beta1/recurringruns/{recurring_run_id}:enable",
        (Param("recurring_run_id", "path", "str", True),),
        idempotent=True, short_name="enable_recurring_run",
    )

    def recurring_run_service_enable_recurring_run(
        self, recurring_run_id: str, **options: Any
    ) -> Any:
        """Let a schedule start runs again.

        Times missed while it was disabled are made up one after another, unless it was created with
        `no_catchup`. Repeating the call is harmless.

        Args:
            recurring_run_id: `recurring_run_id` of the schedule, a UUID that the cluster chose.

        Raises:
            NotFoundError: No such recurring run.
            ServerError: Its object in the cluster is gone.
        """
        return self._call(self._enable_recurring_run, (recurring_run_id,), options)

    recurring_run_service_enable_recurring_run_with_http_info = with_http_info(
        recurring_run_service_enable_recurring_run
    )
    enable_recurring_run = recurring_run_service_enable_recurring_run
    enable_recurring_run_with_http_info = recurring_run_service_enable_recurring_run_with_http_info
