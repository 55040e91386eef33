# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

from kfp_server_api._operation import Operation, Param
from kfp_server_api._service import Service, renamed, with_http_info


class ReportServiceApi(Service):
    """Reports with which agents inside the cluster tell the server what became of workflows and schedules. Not
    for users: a report overwrites the stored state of a run.
    """

    _report_scheduled_workflow = Operation(
        "report_service_report_scheduled_workflow", "POST", "/apis/v2beta1/scheduledworkflows",
        (Param("scheduled_workflow", "body", "str", True, earlier_names=("body",)),),
        short_name="report_scheduled_workflow", served_since="2.2.0",
    )

    @renamed(body="scheduled_workflow")
    def report_service_report_scheduled_workflow(
        self, scheduled_workflow: str, **options: Any
    ) -> Any:
        """Report the state of a schedule from inside the cluster.

        For the cluster's own agents: it updates the recurring run whose ID is the UID of the object. Served
        since 2.2.0.

        Args:
            scheduled_workflow: A ScheduledWorkflow object as JSON text; sent as a JSON string, not as an
                object.

        Raises:
            BadRequestError: Not JSON, or without name, namespace or UID.
            NotFoundError: No recurring run has this UID.
        """
        return self._call(self._report_scheduled_workflow, (scheduled_workflow,), options)

    report_service_report_scheduled_workflow_with_http_info = with_http_info(
        report_service_report_scheduled_workflow
    )
    report_scheduled_workflow = report_service_report_scheduled_workflow
    report_scheduled_workflow_with_http_info = report_service_report_scheduled_workflow_with_http_info

    _report_workflow = Operation(
        "report_service_report_workflow", "POST", "/apis/v2beta1/workflows",
        (Param("workflow", "body", "str", True, earlier_names=("body",)),),
        short_name="report_workflow", served_since="2.2.0",
    )

    @renamed(body="workflow")
    def report_service_report_workflow(self, workflow: str, **options: Any) -> Any:
        """Report the state of a run's workflow from inside the cluster.

        For the cluster's own agents: it updates state, end time and tasks of the run named by the label
        `pipeline/runid`. An unknown run that belongs to a schedule is created. Served since 2.2.0.

        Args:
            workflow: An Argo Workflow object as JSON text; sent as a JSON string, not as an object.

        Raises:
            BadRequestError: Not JSON, or without name, namespace, UID or the label `pipeline/runid`.
            NotFoundError: No such run, and no schedule that owns it.
            ServerError: No such run yet and the workflow is under 120 s old; report again (since 2.17.0).
        """
        return self._call(self._report_workflow, (workflow,), options)

    report_service_report_workflow_with_http_info = with_http_info(report_service_report_workflow)
    report_workflow = report_service_report_workflow
    report_workflow_with_http_info = report_service_report_workflow_with_http_info
