# SPDX-License-Identifier: Apache-2.0
"""Times and JSON, there and back."""

from __future__ import annotations

import contextlib
import json
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from kfp_server_api import ApiClient, DecodeError

hypothesis = pytest.importorskip("hypothesis")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

settings.register_profile("calm", deadline=None)
settings.load_profile("calm")

CLIENT = ApiClient()
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def decode(text: str, kind: str) -> Any:
    """Return what a client makes of JSON text."""
    return CLIENT.deserialize(SimpleNamespace(data=text), kind)


@given(st.datetimes(timezones=OFFSETS))
def test_a_time_comes_back(value: datetime) -> None:
    assert decode(json.dumps(CLIENT.sanitize_for_serialization(value)), "datetime") == value


@given(st.datetimes(timezones=st.just(timezone.utc)), st.text("0123456789", min_size=1, max_size=9))
def test_digits_past_the_microsecond_are_cut(value: datetime, digits: str) -> None:
    text = f"{value:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + f".{digits}Z"
    expected = value.replace(microsecond=int(digits[:6].ljust(6, "0")))
    assert decode(json.dumps(text), "datetime") == expected


TIMES = {
    "2024-01-01T12:00:00Z": (12, 0),
    "2024-01-01T12:00:00z": (12, 0),
    "2024-01-01t12:00:00Z": (12, 0),
    "2024-01-01 12:00:00Z": (12, 0),
    "2024-01-01T14:30:00+02:30": (12, 0),
    "2024-01-01T12:00:00-00:00": (12, 0),
    "2024-01-01T12:00:00.5Z": (12, 500_000),
    "2024-01-01T12:00:00.123456789Z": (12, 123_456),
    "2024-01-01T12:00:00.1234567890123Z": (12, 123_456),
    "2024-01-01T12:00:00.100+00:00": (12, 100_000),
}


@pytest.mark.parametrize(("text", "expected"), TIMES.items())
def test_every_form_of_rfc_3339_is_read(text: str, expected: tuple[int, int]) -> None:
    hour, microsecond = expected
    wanted = datetime(2024, 1, 1, hour, microsecond=microsecond, tzinfo=timezone.utc)
    assert decode(json.dumps(text), "datetime") == wanted


@pytest.mark.parametrize("text", TIMES)
def test_the_zone_is_a_plain_timezone_on_every_host(text: str) -> None:
    assert type(decode(json.dumps(text), "datetime").tzinfo) is timezone


@pytest.mark.parametrize("year", [1, 1970, 9999])
def test_the_ends_of_time_are_read(year: int) -> None:
    assert decode(f'"{year:04}-12-31T00:00:00Z"', "datetime").year == year


@pytest.mark.parametrize(
    "text", ["", "yesterdayish", "2024-13-01T00:00:00Z", "2024-02-30T00:00:00Z", "10000-01-01T00:00:00Z", "T", "\x00"]
)
def test_what_is_no_time_is_a_decode_error(text: str) -> None:
    with pytest.raises(DecodeError):
        decode(json.dumps(text), "datetime")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_plain_json_is_encoded_as_it_is(value: Any) -> None:
    assert CLIENT.sanitize_for_serialization(value) == value


@given(JSON.filter(lambda value: value is not None))
def test_an_object_is_decoded_as_it_is(value: Any) -> None:
    assert decode(json.dumps(value), "object") == value


MODELS = st.sampled_from(["V2beta1Run", "V2beta1Pipeline", "V2beta1RecurringRun", "V2beta1ListRunsResponse"])


@given(MODELS, st.data())
def test_no_json_object_breaks_a_model_other_than_by_a_decode_error(name: str, data: Any) -> None:
    from kfp_server_api import models

    keys = st.sampled_from([*getattr(models, name).attribute_map.values()])
    value = data.draw(st.dictionaries(keys, JSON))
    model = decode(json.dumps(value), name)
    try:
        model.to_dict()
        repr(model)
    except DecodeError as error:
        assert error.path.split(".")[0].split("[")[0] in value


@given(st.binary())
def test_no_bytes_break_a_reply_other_than_by_an_api_exception(body: bytes) -> None:
    from kfp_server_api import ApiException

    with contextlib.suppress(ApiException):
        CLIENT.deserialize(SimpleNamespace(data=body), "V2beta1Run")


SCALARS = [
    ("str", "1", "1"),
    ("str", "1.5", "1.5"),
    ("int", '"7"', 7),
    ("int", "7.0", 7),
    ("float", "1", 1.0),
    ("float", '"1.5"', 1.5),
    ("bool", "true", True),
    ("bool", '"false"', False),
    ("object", '{"a": [1]}', {"a": [1]}),
    ("list[int]", '[1, "2", null]', [1, 2, None]),
    ("dict(str, str)", '{"a": "b", "c": null}', {"a": "b", "c": None}),
    ("dict(str, object)", '{"a": [1]}', {"a": [1]}),
]


@pytest.mark.parametrize(("kind", "text", "expected"), SCALARS)
def test_a_value_is_turned_into_its_type(kind: str, text: str, expected: Any) -> None:
    value = decode(text, kind)
    assert (value, type(value)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("int", '"many"'), ("int", "{}"), ("str", "{}"), ("str", "[]"), ("bool", '"perhaps"'), ("bool", "[]"),
        ("float", '"x"'), ("list[int]", "{}"), ("dict(str, str)", "[]"), ("datetime", "5"), ("int", "1e999"),
    ],
)  # fmt: skip
def test_a_value_of_another_shape_is_a_decode_error(kind: str, text: str) -> None:
    with pytest.raises(DecodeError):
        decode(text, kind)
