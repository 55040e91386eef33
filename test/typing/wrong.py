# SPDX-License-Identifier: Apache-2.0
"""Uses that type checkers must refuse, each line that ends so."""

import kfp_server_api
from kfp_server_api import auth, doctor

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
kfp_server_api.Configuration(auth=5)  # wrong
kfp_server_api.Configuration(auth=lambda: 5)  # wrong
auth.DexPassword("me")  # wrong
auth.TokenFile(5)  # wrong
auth.Cookie(5)  # wrong
