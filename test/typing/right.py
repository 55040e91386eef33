# SPDX-License-Identifier: Apache-2.0
"""Uses that type checkers accept; each `reveal_type` line names the type that they must reveal."""

from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import kfp_server_api
from kfp_server_api import auth, doctor, ensure, filters
from kfp_server_api.api.run_service_api import RunServiceApi as ByPath
from kfp_server_api.models import V2beta1Run, V2beta1RuntimeState
from kfp_server_api.models.v2beta1_experiment import V2beta1Experiment
from kfp_server_api.pagination import paginate
from kfp_server_api.waiting import wait_for_run, wait_for_runs

if TYPE_CHECKING:
    from typing_extensions import reveal_type

client = kfp_server_api.ApiClient(kfp_server_api.Configuration(host="http://localhost:8888"))
api = kfp_server_api.RunServiceApi(client)
ByPath(client)

client.configuration.auth = auth.Command(["cat", Path("token")])
kfp_server_api.Configuration(auth="token")
kfp_server_api.Configuration(auth=lambda: "token")
kfp_server_api.Configuration(auth=auth.TokenFile(Path("token")))
kfp_server_api.Configuration(auth=auth.Cookie(lambda: "name=value"))
reveal_type(auth.auto())  # Source
reveal_type(auth.DexPassword("me", "secret", connector="ldap").login)  # str
reveal_type(auth.ServiceAccount().path)  # str

reveal_type(api.run_service_get_run("id"))  # V2beta1Run
reveal_type(api.get_run(run_id="id", experiment_id=None))  # V2beta1Run
reveal_type(api.run_service_get_run("id", async_req=True))  # ApplyResult[V2beta1Run]
reveal_type(api.run_service_get_run("id", async_req=True).get(1.0))  # V2beta1Run
reveal_type(api.run_service_get_run("id", _preload_content=False))  # HTTPResponse
reveal_type(api.run_service_get_run("id", _request_timeout=(1, None)))  # V2beta1Run
reveal_type(api.run_service_get_run("id", _request_timeout=timedelta(seconds=2)))  # V2beta1Run
reveal_type(api.run_service_get_run_with_http_info("id")[1])  # int
reveal_type(api.run_service_get_run_with_http_info("id", async_req=True).get()[0])  # V2beta1Run

page = api.run_service_list_runs(page_size=5, filter={"predicates": []})
reveal_type(page)  # V2beta1ListRunsResponse
reveal_type(page.runs)  # list[V2beta1Run] | None
for run in page.runs or []:
    reveal_type(run.created_at)  # datetime | None
    reveal_type(run.state)  # str | None
    reveal_type(run.run_details)  # V2beta1RunDetails | None
    reveal_type(run.additional_fields)  # dict[str, Any]
    reveal_type(run.to_dict())  # dict[str, Any]
    if run.state == V2beta1RuntimeState.SUCCEEDED:
        run.display_name = "renamed"

reveal_type(V2beta1RuntimeState.allowable_values)  # list[str]
V2beta1Run("experiment", display_name="name", runtime_config=None)
V2beta1Experiment(display_name="name", local_vars_configuration=None)
api.run_service_create_run(V2beta1Run(display_name="x"))
api.run_service_create_run({"display_name": "x"})

reveal_type(next(paginate(api.run_service_list_runs)))  # V2beta1Run
reveal_type(next(paginate(api.list_runs, namespace="n", limit=5, page_size=5)))  # V2beta1Run
reveal_type(next(paginate(api.run_service_list_runs).pages()))  # V2beta1ListRunsResponse
reveal_type(paginate(api.run_service_list_runs).state)  # dict[str, Any]
reveal_type(next(paginate(kfp_server_api.ExperimentServiceApi(client).list_experiments)))  # V2beta1Experiment
reveal_type(next(paginate(kfp_server_api.RecurringRunServiceApi(client).list_recurring_runs)))  # V2beta1RecurringRun
pipelines = kfp_server_api.PipelineServiceApi(client)
reveal_type(next(paginate(pipelines.pipeline_service_list_pipelines)))  # V2beta1Pipeline
reveal_type(next(paginate(pipelines.pipeline_service_list_pipeline_versions, "p")))  # V2beta1PipelineVersion
for each in paginate(api.list_runs, filter=filters.field("state") == "FAILED", state={"query": ""}):
    reveal_type(each)  # V2beta1Run

failed = (filters.field("state") == "FAILED") & filters.field("display_name").contains("x")
reveal_type(failed)  # Filter
reveal_type(failed & (filters.tag("team") == "x"))  # Filter
reveal_type(filters.field("state").in_(["A", "B"]))  # Filter
reveal_type(filters.field("state").desc())  # Order
api.run_service_list_runs(filter=failed, sort_by=filters.field("state").asc())

report = doctor.examine(kfp_server_api.Configuration(), timeout=timedelta(seconds=5))
reveal_type(report.failed)  # bool
for finding in report.findings:
    reveal_type(finding.advice)  # str
kfp_server_api.Configuration().namespace = "team-a"

uploads = kfp_server_api.PipelineUploadServiceApi(client)
reveal_type(uploads.upload_pipeline(Path("p.yaml"), name="p", tags={"team": "x"}))  # V2beta1Pipeline
uploads.upload_pipeline(b"pipelineInfo: {}", name="p")

experiments, pipelines = kfp_server_api.ExperimentServiceApi(client), kfp_server_api.PipelineServiceApi(client)
schedules = kfp_server_api.RecurringRunServiceApi(client)
reveal_type(ensure.experiment(experiments, "e", namespace=None))  # V2beta1Experiment
reveal_type(ensure.pipeline(uploads, pipelines, "p", Path("p.yaml")))  # V2beta1PipelineVersion
reveal_type(ensure.run(api, V2beta1Run(display_name="x"), key="k"))  # V2beta1Run
reveal_type(ensure.run(api, {"display_name": "x"}, key="k"))  # V2beta1Run
reveal_type(ensure.recurring_run(schedules, {"display_name": "x"}))  # V2beta1RecurringRun

try:
    api.run_service_get_run("id")
except kfp_server_api.ApiConnectionError as error:
    reveal_type(error.message)  # str
except kfp_server_api.ApiException as error:
    reveal_type(error.code)  # int | None
    reveal_type(error.hint)  # str

reveal_type(wait_for_run(api, "id", timeout=60))  # V2beta1Run
reveal_type(wait_for_run(api, "id", timeout=timedelta(hours=1), check=True, progress=True, poll=(1, 5)))  # V2beta1Run
reveal_type(wait_for_runs(api, ["id"], timeout=math.inf, namespace="team", on_change=print))  # Iterator[V2beta1Run]
try:
    wait_for_run(api, "id", timeout=60, check=True, on_change=lambda run: print(run.state))
except kfp_server_api.RunFailed as error:
    reveal_type(error.run)  # V2beta1Run
    reveal_type(error.runs)  # list[V2beta1Run]
except kfp_server_api.RunCanceled as error:
    reveal_type(error.run)  # V2beta1Run
except kfp_server_api.WaitTimeout as error:
    reveal_type(error.run)  # V2beta1Run | None
    reveal_type(error.run_ids)  # list[str]
api.run_service_get_run("id", _deadline=5)
