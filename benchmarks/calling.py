# SPDX-License-Identifier: Apache-2.0
"""Cases with a server on loopback, which runs in a process of its own."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from typing import Any

from benchmarks import measure, server

FLOOR_OF_A_CLIENT = "floor + headers + timeout"
_GIB = 1 << 30
_RUN = "b4d6c1f2-0000-4000-8000-000000000001"


def get_run(candidate: str, quick: bool) -> float:
    """Return the CPU seconds of this process for one call over a kept connection."""
    _process, url = server.start()
    if candidate.startswith("floor"):
        import urllib3

        manager = urllib3.PoolManager()
        target = f"{url}/apis/v2beta1/runs/{_RUN}"
        options: dict[str, Any] = {}
        if candidate == FLOOR_OF_A_CLIENT:
            options["headers"] = dict.fromkeys(("Accept", "Content-Type", "User-Agent"), "application/json")
            options["timeout"] = urllib3.Timeout(connect=30, read=300)
        return measure.seconds(lambda: json.loads(manager.request("GET", target, **options).data))
    api = _service("RunServiceApi", url)
    return measure.seconds(lambda: api.run_service_get_run(_RUN))


def upload(candidate: str, quick: bool) -> float:
    """Return the memory growth of uploading a file."""
    _process, url = server.start()
    api = _service("PipelineUploadServiceApi", url)
    with tempfile.TemporaryDirectory() as folder:
        small, big = (os.path.join(folder, name) for name in ("small.yaml", "big.yaml"))
        for path, size in ((small, 100), (big, _size(quick))):
            with open(path, "wb") as file:
                file.truncate(size)
        api.upload_pipeline(small, name="small")
        return measure.peak(lambda: api.upload_pipeline(big, name="big"))


def download(candidate: str, quick: bool) -> float:
    """Return the memory growth of a reply that goes to a file."""
    _process, url = server.start()
    client = _service("RunServiceApi", url).api_client
    with tempfile.TemporaryDirectory() as folder:
        client.configuration.temp_folder_path = folder
        client.call_api("/bytes/100", "GET", response_type="file")
        return measure.peak(lambda: client.call_api(f"/bytes/{_size(quick)}", "GET", response_type="file"))


def paged(candidate: str, quick: bool) -> float:
    """Return the memory growth from 1,000 runs read page by page to 10,000."""
    _process, url = server.start()
    api = _service("RunServiceApi", url)

    def read(pages: int) -> int:
        names = 0
        for _ in range(pages):
            page = api.run_service_list_runs(page_size=200, page_token="")
            names += sum(run.display_name is not None for run in page.runs)
        return names

    assert read(5) == 1000
    return measure.peak(lambda: read(50))


def pages(candidate: str, quick: bool) -> float:
    """Return the CPU seconds of this process for 10 pages of 200 runs; the floor asks for each by hand."""
    _process, url = server.start()
    list_runs = _service("RunServiceApi", url).run_service_list_runs

    def by_hand() -> int:
        token, count = None, 0
        for _ in range(10):
            page = list_runs(page_size=200, page_token=token)
            token, count = page.next_page_token, count + len(page.runs)
        return count

    def by_paginate() -> int:
        from kfp_server_api.pagination import paginate

        return sum(len(page.runs) for page in paginate(list_runs, page_size=200, limit=2000).pages())

    read = by_hand if candidate == "floor" else by_paginate
    assert read() == 2000
    return measure.seconds(read)


def paginated(candidate: str, quick: bool) -> float:
    """Return the memory growth from 1,000 runs given by `paginate` to 10,000."""
    from kfp_server_api.pagination import paginate

    _process, url = server.start()
    list_runs = _service("RunServiceApi", url).run_service_list_runs

    def read(limit: int) -> int:
        return sum(run.display_name is not None for run in paginate(list_runs, page_size=200, limit=limit))

    assert read(1000) == 1000
    return measure.peak(lambda: read(10_000))


def waits(candidate: str, quick: bool) -> float:
    """Return the requests that 1,000 waits in one namespace send for each poll."""
    from kfp_server_api import WaitTimeout
    from kfp_server_api.waiting import wait_for_runs

    _process, url = server.start()
    runs = _service("RunServiceApi", url)
    ids = [f"{number:08d}{_RUN[8:]}" for number in range(1000)]
    sent: list[str] = []
    get = runs.api_client.rest_client.GET

    def counted(*args: Any, **options: Any) -> Any:
        sent.append(str(options))
        return get(*args, **options)

    runs.api_client.rest_client.GET = counted
    with suppress(WaitTimeout):
        list(wait_for_runs(runs, ids, timeout=2, poll=(0.1, 0.1), namespace="team"))
    polls = [at for at, each in enumerate(sent) if ids[0] in each]
    return (polls[-1] - polls[0]) / (len(polls) - 1)


def _size(quick: bool) -> int:
    return _GIB // 16 if quick else _GIB


def _service(name: str, url: str) -> Any:
    import kfp_server_api

    return getattr(kfp_server_api, name)(kfp_server_api.ApiClient(kfp_server_api.Configuration(host=url)))
