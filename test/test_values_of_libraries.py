# SPDX-License-Identifier: Apache-2.0
"""Values of numpy, pandas and pydantic, where these are installed, reach the server as JSON."""

from __future__ import annotations

import dataclasses
import enum
from datetime import datetime, timezone
from typing import Any

import pytest
from fixtures.servers import reply

from kfp_server_api import ApiTypeError, ApiValueError


class Color(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int
    when: datetime


NOON = datetime(2024, 1, 1, 12, tzinfo=timezone.utc)


class TestNumpy:
    @pytest.fixture(autouse=True)
    def _needs(self) -> None:
        pytest.importorskip("numpy")

    @pytest.mark.parametrize(
        "kind", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32",
                 "float64", "longdouble"],
    )  # fmt: skip
    def test_numbers(self, sent: Any, kind: str) -> None:
        import numpy

        value = sent(getattr(numpy, kind)(3))
        assert value == 3
        assert isinstance(value, int if "int" in kind else (int, float))

    def test_truth_values(self, sent: Any) -> None:
        import numpy

        assert sent(numpy.bool_(True)) is True

    def test_texts(self, sent: Any) -> None:
        import numpy

        assert sent(numpy.str_("a")) == "a"

    @pytest.mark.parametrize("shape", [(), (4,), (2, 2), (0,), (1, 2, 2)])
    def test_arrays_of_any_shape(self, sent: Any, shape: tuple[int, ...]) -> None:
        import numpy

        array = numpy.zeros(shape)
        assert sent(array) == array.tolist()

    def test_arrays_of_objects(self, sent: Any) -> None:
        import numpy

        assert sent(numpy.array([1, "a", None, Color.RED], dtype=object)) == [1, "a", None, "red"]

    def test_nan_in_an_array_names_its_index(self, sent: Any) -> None:
        import numpy

        with pytest.raises(ApiValueError) as caught:
            sent(numpy.array([1.0, numpy.nan]))
        assert "['p'][1]" in str(caught.value)

    @pytest.mark.parametrize(
        "value", ["float32('nan')", "float16('inf')", "datetime64('NaT', 's')", "timedelta64('NaT', 's')"]
    )
    def test_what_is_no_number_or_time_is_refused(self, sent: Any, value: str) -> None:
        import numpy

        with pytest.raises((ApiValueError, ApiTypeError)):
            sent(eval(value, vars(numpy)))

    @pytest.mark.parametrize("shape", [(1,), (1, 1), (0, 1)])
    def test_what_is_no_time_is_refused_in_an_array_of_any_shape(self, sent: Any, shape: tuple[int, ...]) -> None:
        import numpy

        array = numpy.full(shape, numpy.datetime64("NaT", "s"))
        if array.size:
            with pytest.raises(ApiValueError):
                sent(array)
        else:
            assert sent(array) == []

    def test_a_complex_number_is_refused(self, sent: Any) -> None:
        import numpy

        with pytest.raises(ApiTypeError):
            sent(numpy.complex128(1))

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns", "D"])
    def test_times_of_any_unit_are_taken_as_utc(self, sent: Any, unit: str) -> None:
        import numpy

        with pytest.warns(UserWarning, match="UTC"):
            assert sent(numpy.datetime64("2024-01-02", unit)) == "2024-01-02T00:00:00+00:00"

    def test_as_page_size(self, serve: Any, runs: Any) -> None:
        import numpy

        server = serve(reply({}))
        runs(server).list_runs(page_size=numpy.int64(5))
        assert server.requests[0].query == {"page_size": ["5"]}


class TestPandas:
    @pytest.fixture(autouse=True)
    def _needs(self) -> None:
        pytest.importorskip("pandas")

    def test_a_timestamp(self, sent: Any) -> None:
        import pandas

        assert sent(pandas.Timestamp("2024-01-01T12:00Z")) == "2024-01-01T12:00:00+00:00"

    def test_a_naive_timestamp_is_taken_as_utc(self, sent: Any) -> None:
        import pandas

        with pytest.warns(UserWarning, match="UTC"):
            assert sent(pandas.Timestamp("2024-01-01T12:00")) == "2024-01-01T12:00:00+00:00"

    def test_a_series(self, sent: Any) -> None:
        import pandas

        assert sent(pandas.Series([1, 2])) == [1, 2]

    def test_a_series_of_aware_times(self, sent: Any) -> None:
        import pandas

        series = pandas.Series(pandas.to_datetime(["2024-01-01T12:00Z"]))
        assert sent(series) == ["2024-01-01T12:00:00+00:00"]

    def test_a_series_of_naive_times(self, sent: Any) -> None:
        import pandas

        with pytest.warns(UserWarning, match="UTC"):
            assert sent(pandas.Series(pandas.to_datetime(["2024-01-01"]))) == ["2024-01-01T00:00:00+00:00"]

    def test_an_index_of_aware_times(self, sent: Any) -> None:
        import pandas

        assert sent(pandas.to_datetime(["2024-01-01T12:00Z"])) == ["2024-01-01T12:00:00+00:00"]

    def test_a_series_of_texts(self, sent: Any) -> None:
        import pandas

        assert sent(pandas.Series(["a", "b"])) == ["a", "b"]

    def test_a_categorical(self, sent: Any) -> None:
        import pandas

        assert sent(pandas.Categorical(["a", "b", "a"])) == ["a", "b", "a"]

    @pytest.mark.parametrize("value", ["NaT", "NA", "Series([1.0, None])", "Series([1, None], dtype='Int64')"])
    def test_what_is_missing_is_refused(self, sent: Any, value: str) -> None:
        import pandas

        with pytest.raises((ApiValueError, ApiTypeError), match="runtime_config"):
            sent(eval(value, vars(pandas)))

    def test_a_missing_time_in_a_series_is_refused(self, sent: Any) -> None:
        import pandas

        with pytest.raises((ApiValueError, ApiTypeError)):
            sent(pandas.Series(pandas.to_datetime(["2024-01-01T12:00Z", None])))


class TestPydantic:
    @pytest.fixture(autouse=True)
    def _needs(self) -> None:
        pytest.importorskip("pydantic")

    def test_a_model(self, sent: Any) -> None:
        import pydantic

        inner = pydantic.create_model("Inner", color=(Color, ...), when=(datetime, ...))
        outer = pydantic.create_model("Outer", inner=(inner, ...), many=(list[inner], ...))
        one = inner(color=Color.RED, when=NOON)
        expected = {"color": "red", "when": "2024-01-01T12:00:00+00:00"}
        assert sent(outer(inner=one, many=[one])) == {"inner": expected, "many": [expected]}

    def test_nan_in_a_model_names_its_path(self, sent: Any) -> None:
        import pydantic

        with pytest.raises(ApiValueError, match=r"'p'.*'rate'"):
            sent(pydantic.create_model("M", rate=(float, ...))(rate=float("nan")))

    def test_a_model_of_version_1(self, sent: Any) -> None:
        import sys

        if sys.version_info >= (3, 14):
            pytest.skip("pydantic.v1 does not run here")
        from pydantic import v1

        assert sent(v1.create_model("M", a=(int, ...))(a=1)) == {"a": 1}

    def test_a_dataclass(self, sent: Any) -> None:
        from pydantic.dataclasses import dataclass

        assert sent(dataclass(Point)(1, NOON))["x"] == 1
