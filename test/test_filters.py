# SPDX-License-Identifier: Apache-2.0
"""`filter=` takes text, a dict or a `V2beta1Filter` and sends JSON with names on the wire."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any
from urllib.parse import unquote_plus

import pytest
from fixtures.servers import Server, reply

from kfp_server_api import (
    ApiException,
    ApiTypeError,
    ApiValueError,
    ExperimentServiceApi,
    PipelineServiceApi,
    PredicateStringValues,
    RecurringRunServiceApi,
    RunServiceApi,
    V2beta1Filter,
    V2beta1Predicate,
    V2beta1PredicateOperation,
)

EQUALS = {"predicates": [{"operation": "EQUALS", "key": "display_name", "string_value": "x"}]}
AS_MODEL = V2beta1Filter(
    predicates=[
        V2beta1Predicate(operation=V2beta1PredicateOperation.EQUALS, key="display_name", string_value="x"),
    ]
)


@pytest.fixture
def server(serve: Any) -> Server:
    return serve(reply({}))


def last_filter(server: Server) -> str:
    return server.requests[-1].query["filter"][0]


@pytest.mark.parametrize("text", [json.dumps(EQUALS), "", "{}", '{"predicates":[]}', "a+b %41 {'x'}", "ü&=?#"])
def test_text_arrives_as_it_is(server: Server, runs: Any, text: str) -> None:
    runs(server).list_runs(filter=text)
    assert last_filter(server) == text


@pytest.mark.parametrize("value", [EQUALS, AS_MODEL, {"predicates": AS_MODEL.predicates}], ids=["dict", "model", "mix"])
def test_a_dict_or_model_arrives_as_json(server: Server, runs: Any, value: Any) -> None:
    runs(server).list_runs(filter=value)
    assert json.loads(last_filter(server)) == EQUALS


@pytest.mark.parametrize("service", [ExperimentServiceApi, PipelineServiceApi, RecurringRunServiceApi, RunServiceApi])
def test_every_list_takes_a_dict(server: Server, connect: Any, service: Any) -> None:
    noun = service.__name__.removesuffix("ServiceApi")
    plural = {"RecurringRun": "recurring_runs"}.get(noun, noun.lower() + "s")
    getattr(service(connect(server)), f"list_{plural}")(filter=EQUALS)
    assert json.loads(last_filter(server)) == EQUALS


def test_the_list_of_versions_takes_a_dict(server: Server, connect: Any) -> None:
    PipelineServiceApi(connect(server)).list_pipeline_versions("p", filter=EQUALS)
    assert json.loads(last_filter(server)) == EQUALS


def test_a_nested_model_has_its_names_on_the_wire(server: Server, runs: Any) -> None:
    predicate = V2beta1Predicate(operation="IN", key="state", string_values=PredicateStringValues(values=["A", "B"]))
    runs(server).list_runs(filter=V2beta1Filter(predicates=[predicate]))
    assert json.loads(last_filter(server)) == {
        "predicates": [{"operation": "IN", "key": "state", "string_values": {"values": ["A", "B"]}}]
    }


def test_a_time_arrives_as_rfc_3339(server: Server, runs: Any) -> None:
    when = datetime(2024, 1, 1, tzinfo=timezone.utc)
    predicate = {"operation": "GREATER_THAN", "key": "created_at", "timestamp_value": when}
    runs(server).list_runs(filter={"predicates": [predicate]})
    text = json.loads(last_filter(server))["predicates"][0]["timestamp_value"]
    assert datetime.fromisoformat(text.replace("Z", "+00:00")) == when


@pytest.mark.parametrize("text", ["a+b", "50%", "%41", "a b", "ü", '"', "\\u002b", "&=#"])
def test_a_value_survives_that_clusters_unescape_filters_twice(server: Server, runs: Any, text: str) -> None:
    predicate = {"operation": "EQUALS", "key": "display_name", "string_value": text}
    runs(server).list_runs(filter={"predicates": [predicate]})
    assert json.loads(unquote_plus(last_filter(server))) == {"predicates": [predicate]}
    assert json.loads(last_filter(server)) == {"predicates": [predicate]}


def test_a_time_survives_that_clusters_unescape_filters_twice(server: Server, runs: Any) -> None:
    when = datetime(2024, 1, 1, tzinfo=timezone.utc)
    runs(server).list_runs(filter=V2beta1Filter(predicates=[V2beta1Predicate(timestamp_value=when)]))
    text = json.loads(unquote_plus(last_filter(server)))["predicates"][0]["timestamp_value"]
    assert datetime.fromisoformat(text.replace("Z", "+00:00")) == when


def test_no_filter_sends_none(server: Server, runs: Any) -> None:
    runs(server).list_runs(filter=None)
    assert "filter" not in server.requests[0].query


def test_nan_in_a_filter_is_an_error_that_names_its_path(server: Server, runs: Any) -> None:
    with pytest.raises(ApiValueError, match=r"predicates.*int_value"):
        runs(server).list_runs(filter={"predicates": [{"int_value": float("nan")}]})


@pytest.mark.parametrize("value", [object(), 1j, [1j]])
def test_what_is_no_filter_is_an_error_of_ours(server: Server, runs: Any, value: Any) -> None:
    with pytest.raises(ApiTypeError):
        runs(server).list_runs(filter=value)
    assert server.requests == []


def test_a_list_is_refused_or_sent_as_json(server: Server, runs: Any) -> None:
    try:
        runs(server).list_runs(filter=[EQUALS])
    except (ApiTypeError, ApiValueError):
        return
    assert json.loads(last_filter(server)) == [EQUALS]


def test_tags_take_a_dict(serve: Any, connect: Any) -> None:
    from kfp_server_api import PipelineUploadServiceApi

    server = serve(reply({}))
    PipelineUploadServiceApi(connect(server)).upload_pipeline(b"a: b", tags={"team": "x"})
    assert json.loads(server.requests[0].query["tags"][0]) == {"team": "x"}


def test_the_error_about_a_filter_is_the_servers(serve: Any, runs: Any) -> None:
    server = serve(reply({"code": 3, "message": "failed to parse valid filter"}, 400))
    with pytest.raises(ApiException, match="failed to parse valid filter"):
        runs(server).list_runs(filter="nonsense")
