# SPDX-License-Identifier: Apache-2.0
"""Values as notebooks have them reach the server as JSON, or the error names where they stand."""

from __future__ import annotations

import dataclasses
import enum
import uuid
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

import pytest
from fixtures.servers import reply

from kfp_server_api import ApiTypeError, ApiValueError, OpenApiException, V2beta1PipelineVersionReference


class Color(enum.Enum):
    RED = "red"
    PAIR = (1, 2)


class Number(enum.IntEnum):
    ONE = 1


class Text(str):
    pass


@dataclasses.dataclass
class Point:
    x: int
    when: datetime


NOON = datetime(2024, 1, 1, 12, tzinfo=timezone.utc)
IDENTITY = uuid.UUID("12345678-1234-5678-1234-567812345678")
PLAIN: dict[str, tuple[Any, Any]] = {
    "enum": (Color.RED, "red"),
    "enum of a tuple": (Color.PAIR, [1, 2]),
    "int enum": (Number.ONE, 1),
    "text of a subclass": (Text("a"), "a"),
    "whole decimal": (Decimal("3"), 3),
    "decimal": (Decimal("1.5"), 1.5),
    "uuid": (IDENTITY, str(IDENTITY)),
    "path": (PurePosixPath("/a/b"), "/a/b"),
    "real path": (Path("a"), "a"),
    "set": ({3, 1, 2}, [1, 2, 3]),
    "set of texts": ({"b", "a"}, ["a", "b"]),
    "frozenset": (frozenset({1}), [1]),
    "tuple": ((1, (2,)), [1, [2]]),
    "dataclass": (Point(1, NOON), {"x": 1, "when": "2024-01-01T12:00:00+00:00"}),
    "mapping": (MappingProxyType({"a": 1}), {"a": 1}),
    "aware datetime": (NOON, "2024-01-01T12:00:00+00:00"),
    "datetime with an offset": (
        NOON.astimezone(timezone(timedelta(hours=5, minutes=30))), "2024-01-01T17:30:00+05:30",
    ),
    "date": (date(2024, 1, 2), "2024-01-02"),
    "model": (V2beta1PipelineVersionReference(pipeline_id="p"), {"pipeline_id": "p"}),
    "nested": ({"a": [{"b": {Color.RED}}]}, {"a": [{"b": ["red"]}]}),
    "none": ([None], [None]),
    "big int": (10**30, 10**30),
    "lone surrogate": ("\ud800", "\ud800"),
}  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), PLAIN.values(), ids=PLAIN)
def test_a_plain_value_arrives(sent: Any, value: Any, expected: Any) -> None:
    assert sent(value) == expected


def test_a_naive_datetime_is_taken_as_utc_with_a_warning(sent: Any) -> None:
    with pytest.warns(UserWarning, match="UTC"):
        assert sent(datetime(2024, 1, 1, 12)) == "2024-01-01T12:00:00+00:00"


BAD: dict[str, tuple[Any, type]] = {
    "nan": (float("nan"), ApiValueError),
    "infinity": (float("inf"), ApiValueError),
    "minus infinity": (float("-inf"), ApiValueError),
    "decimal nan": (Decimal("NaN"), ApiValueError),
    "decimal signalling nan": (Decimal("sNaN"), ApiValueError),
    "decimal infinity": (Decimal("Infinity"), ApiValueError),
    "object": (object(), ApiTypeError),
    "function": (len, ApiTypeError),
    "class": (int, ApiTypeError),
    "dataclass itself": (Point, ApiTypeError),
    "bytes": (b"a", ApiTypeError),
    "complex": (1j, ApiTypeError),
    "generator": ((n for n in [1]), ApiTypeError),
    "timedelta": (timedelta(1), ApiTypeError),
    "tuple as a key": ({(1, 2): 3}, ApiTypeError),
    "object as a key": ({object(): 3}, ApiTypeError),
}


@pytest.mark.parametrize(("value", "kind"), BAD.values(), ids=BAD)
def test_a_value_that_json_has_no_form_for_is_an_error_of_ours(sent: Any, value: Any, kind: type) -> None:
    with pytest.raises(kind):
        sent(value)


@pytest.mark.parametrize(("value", "kind"), BAD.values(), ids=BAD)
def test_the_error_names_the_path_in_the_body(sent: Any, value: Any, kind: type) -> None:
    with pytest.raises(kind) as caught:
        sent({"a": [0, value]})
    assert "['runtime_config']['parameters']['p']['a'][1]" in str(caught.value)
    assert list(caught.value.path_to_item)[:5] == ["runtime_config", "parameters", "p", "a", 1]


def test_the_path_is_of_names_on_the_wire() -> None:
    from kfp_server_api import ApiClient, ProtobufAny, V2beta1ListRecurringRunsResponse, V2beta1RecurringRun

    broken = V2beta1ListRecurringRunsResponse(recurring_runs=[V2beta1RecurringRun(display_name=object())])
    with pytest.raises(ApiTypeError) as caught:
        ApiClient().sanitize_for_serialization(broken)
    assert "['recurringRuns'][0]['display_name']" in str(caught.value)
    assert ApiClient().sanitize_for_serialization(ProtobufAny(type="t")) == {"@type": "t"}


def test_an_unknown_type_is_named(sent: Any) -> None:
    with pytest.raises(ApiTypeError, match=r"builtins\.complex"):
        sent(1j)


def test_a_value_that_contains_itself_is_an_error_of_ours(sent: Any) -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(ApiValueError):
        sent(loop)


def test_a_bad_value_sends_nothing(serve: Any, runs: Any) -> None:
    server = serve(reply({}))
    with pytest.raises(ApiValueError):
        runs(server).create_run({"display_name": float("nan")})
    assert server.requests == []


@pytest.mark.parametrize("key", [1, True, None, 1.5])
def test_a_key_that_json_writes_as_text_is_written_as_json_does(sent: Any, key: Any) -> None:
    import json

    assert sent({key: "v"}) == json.loads(json.dumps({key: "v"}))


@pytest.mark.parametrize("key", [Color.RED, IDENTITY, PurePosixPath("/a"), date(2024, 1, 2)])
def test_a_key_that_has_a_text_is_sent_or_refused_by_us(sent: Any, key: Any) -> None:
    with suppress(OpenApiException):
        assert sent({key: "v"}) in ({"red": "v"}, {str(key): "v"})


def test_values_in_the_query_are_written_like_values_in_the_body(serve: Any, runs: Any) -> None:
    server = serve(reply({}))
    runs(server).list_runs(page_token=IDENTITY, page_size=Number.ONE, sort_by=Color.RED)
    assert server.requests[0].query == {"page_token": [str(IDENTITY)], "page_size": ["1"], "sort_by": ["red"]}


def test_values_in_the_path_are_written_like_values_in_the_body(serve: Any, runs: Any) -> None:
    server = serve(reply({}))
    runs(server).get_run(IDENTITY)
    assert server.requests[0].path.endswith(f"/runs/{IDENTITY}")


def test_nan_in_the_query_is_an_error_that_names_the_parameter(serve: Any, runs: Any) -> None:
    with pytest.raises(ApiValueError, match="page_size"):
        runs(serve(reply({}))).list_runs(page_size=float("nan"))


def test_encoding_imports_none_of_the_libraries(python: Any) -> None:
    code = """
import sys
class float64(float): dtype = "x"; __module__ = "numpy"
from kfp_server_api import ApiClient
print(ApiClient().sanitize_for_serialization({"a": [1, 2.0, {3}, float64(1)]}))
print([name for name in ("numpy", "pandas", "pydantic") if name in sys.modules])
"""
    assert python(code) == "{'a': [1, 2.0, [3], 1.0]}\n[]\n"
