# SPDX-License-Identifier: Apache-2.0
"""JSON of requests is read, and refused, as protobuf's own reader for Go does it."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kfp_server_api.server import protojson
from kfp_server_api.server.errors import RequestError

EXPERIMENT, RUN, FILTER = "V2beta1Experiment", "V2beta1Run", "V2beta1Filter"
SOURCE = "oneof kubeflow.pipelines.backend.api.v2beta1.Run.pipeline_source is already set"
VALUE = "oneof kubeflow.pipelines.backend.api.v2beta1.Predicate.value is already set"
WRITTEN = '{"run_id":"r","display_name":"d","state":"RUNNING","run_details":{"task_details":[{"task_id":"t"}]}}'
REFUSED = [
    (EXPERIMENT, "[]", "proto: syntax error (line 1:1): unexpected token ["),
    (EXPERIMENT, "null", "proto: syntax error (line 1:1): unexpected token null"),
    (EXPERIMENT, '{"a": ', "unexpected EOF"),
    (EXPERIMENT, '{"a": 1,}', "invalid character '}' looking for beginning of object key string"),
    (EXPERIMENT, '{"x": 1}', 'proto: (line 1:2): unknown field "x"'),
    (EXPERIMENT, '\n\n {\n  "é": 1}', 'proto: (line 2:3): unknown field "é"'),
    (EXPERIMENT, '{"display_name":"a","displayName":"b"}', 'proto: (line 1:21): duplicate field "displayName"'),
    (EXPERIMENT, '{"display_name":1}', "proto: (line 1:17): invalid value for string field displayName: 1"),
    (
        EXPERIMENT,
        '{"created_at":"2024-01-01T01:00:00+25:00"}',
        'proto: (line 1:15): invalid google.protobuf.Timestamp value "2024-01-01T01:00:00+25:00"',
    ),
    (EXPERIMENT, '{"created_at":"x"}', 'proto: (line 1:15): invalid google.protobuf.Timestamp value "x"'),
    (EXPERIMENT, '{"storage_state":"X"}', 'proto: (line 1:18): invalid value for enum field storageState: "X"'),
    (RUN, '{"pipeline_spec":[1]}', "proto: syntax error (line 1:18): unexpected token ["),
    (RUN, '{"pipeline_spec":{"a":1,"a":2}}', 'proto: (line 1:25): duplicate map key "a"'),
    (RUN, '{"runtime_config":{"parameters":{"a":1e400}}}', "proto: (line 1:38): invalid google.protobuf.Value: 1e400"),
    (
        RUN,
        '{"pipeline_version_id":"x","pipeline_spec":{}}',
        f'proto: (line 1:28): error parsing "pipeline_spec", {SOURCE}',
    ),
    (FILTER, '{"predicates":{}}', "proto: syntax error (line 1:15): unexpected token {"),
    (FILTER, '{"predicates":[{"int_value":1.5}]}', "proto: (line 1:29): invalid value for int32 field intValue: 1.5"),
    (
        FILTER,
        '{"predicates":[{"int_value":1,"string_value":""}]}',
        f'proto: (line 1:31): error parsing "string_value", {VALUE}',
    ),
]
TAKEN: list[tuple[str, str, dict[str, Any]]] = [
    (EXPERIMENT, "", {}),
    (EXPERIMENT, " \n", {}),
    (EXPERIMENT, '{"display_name":"a"} and more', {"display_name": "a"}),
    (EXPERIMENT, '{"display_name":null}', {}),
    (EXPERIMENT, '{"displayName":"\\u00e9\\ud83d\\ude00"}', {"display_name": "é😀"}),
    (EXPERIMENT, '{"created_at":"2024-01-01T01:00:00+01:00"}', {"created_at": 1704067200}),
    (EXPERIMENT, '{"created_at":"2024-01-02T01:00:00+24:00"}', {"created_at": 1704070800}),
    (EXPERIMENT, '{"storage_state":1}', {"storage_state": "AVAILABLE"}),
    (EXPERIMENT, '{"storage_state":7}', {"storage_state": 7}),
    (FILTER, '{"predicates":[{"int_value":"12"}]}', {"predicates": [{"int_value": 12}]}),
    (FILTER, '{"predicates":[{"int_value":1.2e1}]}', {"predicates": [{"int_value": 12}]}),
    (RUN, '{"pipeline_spec":{"a":[1,{"b":null}]}}', {"pipeline_spec": {"a": [1, {"b": None}]}}),
]


@pytest.mark.parametrize(("message", "body", "problem"), REFUSED, ids=[body for _, body, _ in REFUSED])
def test_what_is_no_such_message_is_refused(message: str, body: str, problem: str) -> None:
    with pytest.raises(RequestError) as caught:
        protojson.decode(message, body.encode())
    assert (caught.value.body()["code"], caught.value.body()["message"]) == (3, problem)


@pytest.mark.parametrize(("message", "body", "read"), TAKEN, ids=[body for _, body, _ in TAKEN])
def test_a_message_is_read(message: str, body: str, read: dict[str, Any]) -> None:
    assert protojson.decode(message, body.encode()) == read


def test_a_text_may_hold_nothing_after_its_message() -> None:
    with pytest.raises(ValueError, match=r"^proto: syntax error \(line 1:4\): invalid value x$"):
        protojson.decode_text(FILTER, "{} x")


@pytest.mark.parametrize(("number", "shown"), [(1.0, 1), (-0.0, 0), (1.5, 1.5), (1e21, 1e21)])
def test_a_whole_number_is_shown_without_its_point(number: float, shown: float) -> None:
    text = protojson.write(RUN, {"runtime_config": {"parameters": {"a": number}}})
    value = json.loads(text)["runtime_config"]["parameters"]["a"]
    assert (value, type(value)) == (shown, type(shown))


def test_the_first_replies_are_whole_whatever_the_number_of_threads() -> None:
    run = {"run_id": "r", "display_name": "d", "state": "RUNNING", "run_details": {"task_details": [{"task_id": "t"}]}}
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            for _ in range(20):
                protojson._writer.cache_clear()
                protojson._fields.cache_clear()
                assert set(threads.map(lambda _: protojson.write(RUN, run), range(8))) == {WRITTEN}
    finally:
        sys.setswitchinterval(before)
