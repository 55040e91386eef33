# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kfp_server_api._operation import ListField, Namespace, Operation, Paging, Param
from kfp_server_api._service import Service, renamed, with_http_info

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kfp_server_api.filters import Filter, Order
    from kfp_server_api.models.v2beta1_experiment import V2beta1Experiment
    from kfp_server_api.models.v2beta1_filter import V2beta1Filter
    from kfp_server_api.models.v2beta1_list_experiments_response import V2beta1ListExperimentsResponse


class ExperimentServiceApi(Service):
    """Experiments: named groups of runs in a namespace. Every run belongs to one; single-user servers keep one
    called `Default` for runs that name none.
    """

    _archive_experiment = Operation(
        "experiment_service_archive_experiment", "POST", "/apis/v2beta1/experiments/{experiment_id}:archive",
        (Param("experiment_id", "path", "str", True),),
        idempotent=True, short_name="archive_experiment",
    )

    def experiment_service_archive_experiment(
        self, experiment_id: str, **options: Any
    ) -> Any:
        """Archive an experiment with all its runs and stop its schedules.

        All its runs become `ARCHIVED` (running ones keep running) and all its recurring runs are disabled.
        New runs can still be created in it. Repeating the call is harmless.

        Args:
            experiment_id: `experiment_id` of the experiment, a UUID.

        Raises:
            NotFoundError: No such experiment; single-user clusters answer 200 instead.
        """
        return self._call(self._archive_experiment, (experiment_id,), options)

    experiment_service_archive_experiment_with_http_info = with_http_info(
        experiment_service_archive_experiment
    )
    archive_experiment = experiment_service_archive_experiment
    archive_experiment_with_http_info = experiment_service_archive_experiment_with_http_info

    _create_experiment = Operation(
        "experiment_service_create_experiment", "POST", "/apis/v2beta1/experiments",
        (Param("experiment", "body", "V2beta1Experiment", True, earlier_names=("body",)),),
        returns="V2beta1Experiment", short_name="create_experiment",
        namespace=Namespace("namespace", "body"),
    )

    @renamed(body="experiment")
    def experiment_service_create_experiment(
        self, experiment: V2beta1Experiment | Mapping[str, Any], **options: Any
    ) -> V2beta1Experiment:
        """Create an experiment.

        The server sets the ID, the times and `storage_state`; what the caller sends for them is ignored.
        There is no operation to change an experiment later.

        Args:
            experiment: The experiment; display_name is required, on multi-user servers namespace too. Without
                namespace, `Configuration.namespace` is sent where it is set.

        Raises:
            BadRequestError: The body is not a valid experiment, or namespace is missing on a multi-user
                server.
            ConflictError: display_name is taken in this namespace.
            ServerError: display_name is empty or over 128 bytes, on clusters; the end of the message says so.
        """
        return self._call(self._create_experiment, (experiment,), options)

    experiment_service_create_experiment_with_http_info = with_http_info(experiment_service_create_experiment)
    create_experiment = experiment_service_create_experiment
    create_experiment_with_http_info = experiment_service_create_experiment_with_http_info

    _list_experiments = Operation(
        "experiment_service_list_experiments", "GET", "/apis/v2beta1/experiments",
        (
            Param("page_token", "query", "str"), Param("page_size", "query", "int"),
            Param("sort_by", "query", "str"), Param("filter", "query", "str", json=True),
            Param("namespace", "query", "str"),
        ),
        returns="V2beta1ListExperimentsResponse", idempotent=True, short_name="list_experiments",
        paging=Paging(
            token="page_token", size="page_size", sort="sort_by", filter="filter", next="next_page_token",
            items="experiments", resend=("namespace",),
        ),
        namespace=Namespace("namespace", "query"),
        fields=(
            ListField("experiment_id", "str", aliases=("id",)),
            ListField("display_name", "str", aliases=("name",)), ListField("created_at", "datetime"),
            ListField("last_run_created_at", "datetime", since="2.4.0"), ListField("description", "str"),
            ListField("namespace", "str"), ListField("storage_state", "V2beta1ExperimentStorageState"),
        ),
    )

    def experiment_service_list_experiments(
        self, *, page_token: str | None = None, page_size: int | None = None,
        sort_by: str | Order | None = None,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = None, namespace: str | None = None,
        **options: Any
    ) -> V2beta1ListExperimentsResponse:
        """List experiments, oldest first unless sorted.

        Archived ones are included; filter on `storage_state` to leave them out. To find one by name, filter
        on `display_name`.

        Args:
            page_token: `next_page_token` of the previous page, unchanged; absent for the first page. It
                remembers sort_by and filter, so leave them out; send namespace again. `pagination.paginate`
                reads all pages.
            page_size: Rows per page. Absent or 0 means 20, more than 200 means 200, a negative number is a
                400. May differ from page to page.
            sort_by: `field`, `field asc` or `field desc`; a single field. Default `created_at asc`, oldest
                first; ties go by id. Fields: experiment_id (or id), display_name (or name), created_at,
                last_run_created_at (since 2.4.0), description, namespace, storage_state.
            filter: JSON text of a `V2beta1Filter`, e.g. `{"predicates": [{"operation": "EQUALS", "key":
                "display_name", "string_value": "x"}]}`. Clusters URL-decode the text a second time, so encode
                a literal `+` or `%` in a value once yourself. Keys are the fields of sort_by. `filters.field`
                makes conditions that are checked.
            namespace: Namespace whose experiments to list. Required on multi-user servers, ignored by
                single-user ones. Without it, `Configuration.namespace` is sent where it is set.

        Raises:
            BadRequestError: Bad page_size, page_token, sort_by or filter, or no namespace on a multi-user
                server.
        """
        return self._call(
            self._list_experiments,
            (
                page_token, page_size, sort_by, filter, namespace,
            ),
            options,
        )

    experiment_service_list_experiments_with_http_info = with_http_info(experiment_service_list_experiments)
    list_experiments = experiment_service_list_experiments
    list_experiments_with_http_info = experiment_service_list_experiments_with_http_info

    _delete_experiment = Operation(
        "experiment_service_delete_experiment", "DELETE", "/apis/v2beta1/experiments/{experiment_id}",
        (Param("experiment_id", "path", "str", True),),
        idempotent=True, short_name="delete_experiment",
    )

    def experiment_service_delete_experiment(
        self, experiment_id: str, **options: Any
    ) -> Any:
        """Delete an experiment but keep its runs.

        Its runs and recurring runs stay, with an `experiment_id` that leads nowhere. It need not be archived
        first.

        Args:
            experiment_id: `experiment_id` of the experiment, a UUID.

        Raises:
            NotFoundError: No such experiment.
            ConflictError: It is the default experiment, which cannot be deleted.
        """
        return self._call(self._delete_experiment, (experiment_id,), options)

    experiment_service_delete_experiment_with_http_info = with_http_info(experiment_service_delete_experiment)
    delete_experiment = experiment_service_delete_experiment
    delete_experiment_with_http_info = experiment_service_delete_experiment_with_http_info

    _get_experiment = Operation(
        "experiment_service_get_experiment", "GET", "/apis/v2beta1/experiments/{experiment_id}",
        (Param("experiment_id", "path", "str", True),),
        returns="V2beta1Experiment", idempotent=True, short_name="get_experiment",
    )

    def experiment_service_get_experiment(
        self, experiment_id: str, **options: Any
    ) -> V2beta1Experiment:
        """Get an experiment by its ID.

        There is no lookup by name; list with a filter on `display_name` instead.

        Args:
            experiment_id: `experiment_id` of the experiment, a UUID.

        Raises:
            NotFoundError: No such experiment.
        """
        return self._call(self._get_experiment, (experiment_id,), options)

    experiment_service_get_experiment_with_http_info = with_http_info(experiment_service_get_experiment)
    get_experiment = experiment_service_get_experiment
    get_experiment_with_http_info = experiment_service_get_experiment_with_http_info

    _unarchive_experiment = Operation(
        "experiment_service_unarchive_experiment", "POST",
        "/apis/v2beta1/experiments/{experiment_id}:unarchive",
        (Param("experiment_id", "path", "str", True),),
        idempotent=True, short_name="unarchive_experiment",
    )

    def experiment_service_unarchive_experiment(
        self, experiment_id: str, **options: Any
    ) -> Any:
        """Bring an experiment back from the archive, without its runs.

        Only the experiment becomes `AVAILABLE` again: its runs stay archived and its recurring runs stay
        disabled, each has to be brought back by its own call. Repeating the call is harmless.

        Args:
            experiment_id: `experiment_id` of the experiment, a UUID.

        Raises:
            NotFoundError: No such experiment; single-user clusters answer 200 instead.
        """
        return self._call(self._unarchive_experiment, (experiment_id,), options)

    experiment_service_unarchive_experiment_with_http_info = with_http_info(
        experiment_service_unarchive_experiment
    )
    unarchive_experiment = experiment_service_unarchive_experiment
    unarchive_experiment_with_http_info = experiment_service_unarchive_experiment_with_http_info
