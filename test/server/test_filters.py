# SPDX-License-Identifier: Apache-2.0
"""Conditions of `filters` as the local server understands them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from kfp_server_api import ApiClient, Configuration, ExperimentServiceApi, PipelineServiceApi
from kfp_server_api.filters import Filter, field, tag
from kfp_server_api.pagination import paginate
from kfp_server_api.server import LocalServer

NAMES = ["a+b", "50% off", "%41", "ü 🎉", 'say "hi"', "it's", "back\\slash", "b", "c"]


@pytest.fixture(scope="module")
def client() -> Iterator[ApiClient]:
    with LocalServer(parallel_runs=0) as server, ApiClient(Configuration(host=server.url)) as client:
        for name in NAMES:
            ExperimentServiceApi(client).create_experiment({"display_name": name})
        for name, team in (("one", "a+b"), ("two", "a b")):
            PipelineServiceApi(client).create_pipeline({"name": name, "tags": {"team": team}})
        yield client


@pytest.fixture
def names(client: ApiClient) -> Any:
    """Return the names of the experiments that a condition names."""
    method = ExperimentServiceApi(client).list_experiments
    return lambda condition: [each.display_name for each in paginate(method, filter=condition)]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_with_any_characters_is_found(names: Any, name: str) -> None:
    assert names(field("display_name") == name) == [name]
    assert names(field("display_name").in_([name])) == [name]


SINCE = datetime.now(timezone.utc) - timedelta(days=1)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (field("name").in_(["b", "c"]), ["b", "c"]),
        (field("name").contains("hi"), ['say "hi"']),
        ((field("name") >= "b") & (field("name") < "c") & (field("name") != 'say "hi"'), ["back\\slash", "b"]),
        ((field("name") == "b") & (field("created_at") > SINCE), ["b"]),
        ((field("name") == "b") & (field("created_at") < SINCE), []),
        ((field("name") == "b") & field("created_at").in_([SINCE]), []),
        ((field("name") == "b") & (field("storage_state") == "AVAILABLE"), ["b"]),
        ((field("name") == "b") & (field("storage_state") != "AVAILABLE"), []),
        (field("name").in_([]), []),
    ],
)
def test_a_condition_finds_what_it_says(names: Any, condition: Filter, found: list[str]) -> None:
    assert sorted(names(condition)) == sorted(found)


def test_a_tag_is_found_by_its_value(client: ApiClient) -> None:
    method = PipelineServiceApi(client).list_pipelines
    assert [each.name for each in paginate(method, filter=tag("team") == "a+b")] == ["one"]


def test_an_order_is_the_servers(client: ApiClient) -> None:
    method = PipelineServiceApi(client).list_pipelines
    assert [each.name for each in paginate(method, sort_by=field("name").desc())] == ["two", "one"]
    assert [each.name for each in paginate(method, sort_by=field("name").asc())] == ["one", "two"]
