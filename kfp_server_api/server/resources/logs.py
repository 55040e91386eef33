# SPDX-License-Identifier: Apache-2.0
"""Logs of runs on the old route that the web UI asks; the logs themselves are files in the runs' folders."""

from __future__ import annotations

import json

from kfp_server_api.server.errors import ABORTED, RequestError, doing
from kfp_server_api.server.resources.call import Call, Stream
from kfp_server_api.server.resources.runs import require_run


def read_log(call: Call) -> Stream:
    """Return why a log is not here; as on a cluster, that is no error of the request."""
    run_id = call.arguments["run_id"]
    try:
        with doing(f"Failed to fetch run {run_id}"), call.context.store.read() as connection:
            require_run(connection, run_id)
        problem = RequestError(ABORTED, f"Failed to read logs for run {run_id}", cause="they are files beside the data")
    except RequestError as cause:
        text = f"Failed to read logs for run {run_id} due to run fetching error"
        problem = RequestError(ABORTED, text, cause=cause.trace)
    reply = {"error_message": problem.trace, "error_details": problem.trace}
    return Stream([json.dumps(reply).encode()], "text/plain")
