# SPDX-License-Identifier: Apache-2.0
"""Uses that type checkers must refuse, each line that ends so."""

import kfp_server_api
from kfp_server_api import auth, doctor, ensure
from kfp_server_api.filters import field
from kfp_server_api.pagination import paginate
from kfp_server_api.waiting import wait_for_run, wait_for_runs

client = kfp_server_api.ApiClient()
api = kfp_server_api.RunServiceApi(client)

api.run_service_get_run()  # wrong
api.run_service_get_run(5)  # wrong
api.run_service_get_run("id", nosuch=1)  # wrong
api.run_service_get_run("id", "experiment")  # wrong
api.run_service_list_runs(page_size="5")  # wrong
api.run_service_get_run("id", _request_timeout="5")  # wrong
api.run_service_create_run("not a run")  # wrong
api.run_service_get_run("id").nosuch  # wrong
api.no_such_method()  # wrong
doctor.examine("http://localhost")  # wrong
kfp_server_api.Configuration().namespace = 5  # wrong
kfp_server_api.V2beta1Run(dispaly_name="x")  # wrong
kfp_server_api.V2beta1Run(display_name=5)  # wrong
kfp_server_api.Configuration(hots="x")  # wrong
kfp_server_api.NoSuchName  # wrong
ensure.run(api, {"display_name": "x"})  # wrong
ensure.experiment(api, "name")  # wrong
ensure.experiment(kfp_server_api.ExperimentServiceApi(client), "name", "description")  # wrong
paginate(api.run_service_get_run)  # wrong
paginate(api.run_service_list_runs, limit="5")  # wrong
next(paginate(api.run_service_list_runs)).nosuch  # wrong
api.run_service_list_runs(filter=field("state"))  # wrong
api.run_service_list_runs(filter=field("state").desc())  # wrong
api.run_service_list_runs(sort_by=field("state") == "FAILED")  # wrong
(field("a") == "x") | (field("b") == "y")  # wrong
~(field("a") == "x")  # wrong
kfp_server_api.Configuration(auth=5)  # wrong
kfp_server_api.Configuration(auth=lambda: 5)  # wrong
auth.DexPassword("me")  # wrong
auth.TokenFile(5)  # wrong
auth.Cookie(5)  # wrong

wait_for_run(api, "id")  # wrong
wait_for_run(api, "id", timeout=None)  # wrong
wait_for_run(api, "id", 60)  # wrong
wait_for_run(client, "id", timeout=60)  # wrong
wait_for_run(api, "id", timeout=60, namespace="team")  # wrong
wait_for_runs(api, [1], timeout=60)  # wrong
api.run_service_get_run("id", _deadline="5")  # wrong
