# SPDX-License-Identifier: Apache-2.0
"""Cases without a network: from text to Python values and back.

Every function returns the number that its case compares. `client` is None for the floor.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import Any

from benchmarks import measure, payloads

RUNS = "V2beta1ListRunsResponse"


class Reply:
    """A reply as far as `ApiClient.deserialize` reads it."""

    def __init__(self, text: str) -> None:
        self.data = text


def loads_of(candidate: str) -> Any:
    """Return the bare parser that a candidate is beside."""
    if candidate == "orjson":
        import orjson

        return orjson.loads
    return json.loads


def client_of(candidate: str) -> Any:
    """Return a client, or None for the floor."""
    if candidate in ("floor", "floor + walk", "orjson"):
        return None
    import kfp_server_api

    return kfp_server_api.ApiClient(kfp_server_api.Configuration(host="http://127.0.0.1:1"))


def decoded(candidate: str, client: Any, text: str, type_name: str = RUNS) -> Any:
    """Decode; what the floor cannot decode it parses."""
    if client is None:
        return loads_of(candidate)(text)
    return client.deserialize(Reply(text), type_name)


def columns(page: Any) -> list[Any]:
    """Read what a list of runs shows."""
    if type(page) is dict:
        return [(run["run_id"], run["display_name"], run["state"], run["created_at"]) for run in page["runs"]]
    return [(run.run_id, run.display_name, run.state, run.created_at) for run in page.runs]


def walk(value: Any) -> None:
    """Read every field of everything."""
    if isinstance(value, list):
        for each in value:
            walk(each)
    elif isinstance(value, dict):
        for each in value.values():
            walk(each)
    elif hasattr(value, "openapi_types"):
        for name in value.openapi_types:
            walk(getattr(value, name))


def list_page(candidate: str, quick: bool, runs: int = 200) -> float:
    """Decode a list page and read its columns; the floor reads nothing."""
    text, client = payloads.list_page(runs), client_of(candidate)
    if client is None:
        return measure.seconds(lambda: decoded(candidate, client, text))
    return measure.seconds(lambda: columns(decoded(candidate, client, text)))


def list_page_tenfold(candidate: str, quick: bool) -> float:
    """Return how much longer ten times the runs take."""
    return list_page(candidate, quick, 2000) / list_page(candidate, quick, 200)


def everything(candidate: str, quick: bool) -> float:
    """Decode and read every field of everything."""
    text, client = payloads.page_with_tasks(), client_of(candidate)
    if candidate == "floor":
        return measure.seconds(lambda: json.loads(text))
    return measure.seconds(lambda: walk(decoded(candidate, client, text)))


def to_dict(candidate: str, quick: bool) -> float:
    """Decode and turn all into dicts."""
    text, client = payloads.page_with_tasks(), client_of(candidate)
    if client is None:
        return measure.seconds(lambda: json.loads(text))
    return measure.seconds(lambda: decoded(candidate, client, text).to_dict())


def round_trip(candidate: str, quick: bool) -> float:
    """Decode, read the list columns, encode."""
    text, client = payloads.page_with_tasks(), client_of(candidate)
    if client is None:
        return measure.seconds(lambda: json.dumps(json.loads(text)))

    def there_and_back() -> str:
        page = decoded(candidate, client, text)
        columns(page)
        return json.dumps(client.sanitize_for_serialization(page))

    return measure.seconds(there_and_back)


def round_trip_everything(candidate: str, quick: bool) -> float:
    """Decode, read every field, encode."""
    text, client = payloads.page_with_tasks(), client_of(candidate)
    if client is None:
        return measure.seconds(lambda: json.dumps(json.loads(text)))

    def there_and_back() -> str:
        page = decoded(candidate, client, text)
        walk(page)
        return json.dumps(client.sanitize_for_serialization(page))

    return measure.seconds(there_and_back)


def memory(candidate: str, quick: bool) -> float:
    """Return what a decoded list page holds, its text included where it is kept."""
    text, client = payloads.list_page().encode(), client_of(candidate)

    def read() -> Any:
        page = decoded(candidate, client, text.decode())
        columns(page)
        return page

    return measure.held(read)


def loggers(candidate: str, quick: bool) -> float:
    """Return how much longer decoding takes where a program has made 5,000 loggers."""
    text, client = payloads.list_page(), client_of(candidate)
    alone = measure.seconds(lambda: columns(decoded(candidate, client, text)))
    for number in range(5000):
        logging.getLogger(f"program.part{number}")
    return measure.seconds(lambda: columns(decoded(candidate, client, text))) / alone


def threads(candidate: str, quick: bool) -> float:
    """Return how much longer four threads take, each with the work of one, which is 0.2 s."""
    text, client = payloads.list_page(), client_of(candidate)
    pages = round(0.2 / measure.seconds(lambda: columns(decoded(candidate, client, text))))

    def one() -> None:
        for _ in range(pages):
            columns(decoded(candidate, client, text))

    def four() -> None:
        started = [threading.Thread(target=one) for _ in range(4)]
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()

    return measure.ratio(four, one, time.perf_counter)


def make_model(candidate: str, quick: bool) -> float:
    """Make a run with four fields."""
    import kfp_server_api

    make = kfp_server_api.V2beta1Run
    return measure.seconds(lambda: make(display_name="a", description="b", experiment_id="c", service_account="d"))


def one_run(candidate: str, quick: bool) -> float:
    """Decode one run and read two fields."""
    text, client = payloads.one_run(), client_of(candidate)
    if client is None:
        return measure.seconds(lambda: json.loads(text)["state"])

    def read() -> Any:
        run = decoded(candidate, client, text, "V2beta1Run")
        return run.run_id, run.state

    return measure.seconds(read)


def pipelines(candidate: str, quick: bool) -> float:
    """Decode 1,000 pipelines and read two fields of each."""
    text, client = payloads.pipelines(), client_of(candidate)
    if client is None:
        return measure.seconds(lambda: json.loads(text))

    def read() -> Any:
        page = decoded(candidate, client, text, "V2beta1ListPipelinesResponse")
        return [(pipeline.pipeline_id, pipeline.display_name) for pipeline in page.pipelines]

    return measure.seconds(read)


def body_with_spec(candidate: str, quick: bool) -> float:
    """Encode a new version with a spec of 300 kB."""
    values, client = payloads.version_with_spec(), client_of(candidate)
    if client is None:
        return measure.seconds(lambda: json.dumps(values))
    import kfp_server_api

    body = kfp_server_api.V2beta1PipelineVersion(**values)
    return measure.seconds(lambda: json.dumps(client.sanitize_for_serialization(body)))


def reply_with_spec(candidate: str, quick: bool) -> float:
    """Decode a version with a spec of 300 kB and read the spec."""
    text, client = json.dumps(payloads.version_with_spec()), client_of(candidate)
    if client is None:
        return measure.seconds(lambda: json.loads(text)["pipeline_spec"])
    return measure.seconds(lambda: decoded(candidate, client, text, "V2beta1PipelineVersion").pipeline_spec)
