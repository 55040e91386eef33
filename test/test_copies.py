# SPDX-License-Identifier: Apache-2.0
"""Copies, subclasses and values that are nested deeply."""

from __future__ import annotations

import copy
import json
import os
import pickle
import warnings
from datetime import datetime
from typing import Any

import pytest
from fixtures import servers

from kfp_server_api import ApiClient, ApiTypeError, ApiValueError, Configuration, DecodeError, RunServiceApi, V2beta1Run

RUNS = "V2beta1ListRunsResponse"


class Answer:
    """A reply with a body."""

    def __init__(self, data: Any) -> None:
        self.data = json.dumps(data)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_of_a_configuration_keeps_its_secrets(copied: Any) -> None:
    configuration = Configuration(api_key={"authorization": "key"}, access_token="token", password="p")
    other = copied(configuration)
    assert (other.api_key, other.access_token, other.password) == ({"authorization": "key"}, "token", "p")


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_of_a_client_keeps_its_headers_and_cookie(copied: Any) -> None:
    other = copied(ApiClient(Configuration(), "X-Auth-Token", "secret", cookie="a=b"))
    assert (other.default_headers["X-Auth-Token"], other.cookie) == ("secret", "a=b")


@pytest.mark.parametrize("name", ["Authorization", "X-Auth-Token", "Api-Key", "x-apikey", "Cookie", "X-Secret"])
def test_a_pickle_of_a_client_has_no_header_that_sounds_secret(name: str) -> None:
    client = ApiClient(Configuration(), name, "canary")
    assert b"canary" not in pickle.dumps(client)


def test_a_pickle_of_a_client_keeps_other_headers() -> None:
    client = ApiClient(Configuration(), "kubeflow-userid", "me")
    assert pickle.loads(pickle.dumps(client)).default_headers["kubeflow-userid"] == "me"


def test_a_subclass_of_a_model_has_its_fields() -> None:
    class MyRun(V2beta1Run):
        pass

    assert MyRun(run_id="r").to_dict() == V2beta1Run(run_id="r").to_dict()


def test_a_subclass_of_a_model_adds_fields() -> None:
    class MyRun(V2beta1Run):
        extra: str | None = None

    assert MyRun(run_id="r", extra="x").to_dict() == {**V2beta1Run(run_id="r").to_dict(), "extra": "x"}


def test_a_subclass_of_a_model_keeps_its_own_constructor() -> None:
    class Tagged(V2beta1Run):
        def __init__(self, tag: str, **values: Any) -> None:
            super().__init__(**values)
            self.tag = tag

    class Again(Tagged):
        pass

    for kind in (Tagged, Again):
        run = kind("mine", run_id="r")
        assert (run.tag, run.run_id, run.experiment_id) == ("mine", "r", None)


PROGRAM = """
{future}
import types
from datetime import datetime
from typing import ClassVar
from kfp_server_api import ApiClient, V2beta1Run
class MyRun(V2beta1Run):
    tag: str
    extra: int = 3
    many: ClassVar[int] = 5
    seen: {time} = None
run = ApiClient().deserialize(types.SimpleNamespace(data='{{"seen": "2024-01-01T12:00:00Z"}}'), MyRun)
print(run.extra, run.many, hasattr(run, "tag"), run.seen and run.seen.year)
"""


def test_a_subclass_of_a_model_may_have_annotations_that_are_no_fields(python: Any) -> None:
    assert python(PROGRAM.format(future="", time="int")) == "3 5 False None\n"
    future = "from __future__ import annotations"
    assert python(PROGRAM.format(future=future, time="datetime | None")) == "3 5 False 2024\n"


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_of_one_run_of_a_page_leaves_the_page_behind(copied: Any) -> None:
    page = ApiClient().deserialize(Answer({"runs": [{"run_id": f"r{n}"} for n in range(1000)]}), RUNS)
    assert len(pickle.dumps(copied(page.runs[3]))) < 1000


def test_a_pickled_model_has_no_header_of_its_reply(serve: Any, runs: Any) -> None:
    cookie = ("Set-Cookie", "session=canary")
    run = runs(serve(servers.reply({"run_id": "r", "created_at": "never"}, 200, cookie))).get_run("r")
    assert b"canary" not in pickle.dumps(run)


def test_a_pickled_model_still_has_the_reply_for_its_errors() -> None:
    run = ApiClient().deserialize(Answer({"run_id": "r", "created_at": "never"}), "V2beta1Run")
    with pytest.raises(DecodeError) as caught:
        _ = pickle.loads(pickle.dumps(run)).created_at
    assert json.loads(caught.value.body) == {"run_id": "r", "created_at": "never"}


def nested(depth: int) -> Any:
    value: Any = "core"
    for _ in range(depth):
        value = {"in": value}
    return value


def test_a_reply_nested_deeply_is_sent_back() -> None:
    client = ApiClient()
    run = client.deserialize(Answer({"pipeline_spec": nested(300)}), "V2beta1Run")
    assert client.sanitize_for_serialization(run) == {"pipeline_spec": nested(300)}


def test_what_is_nested_too_deeply_to_send_is_an_error_of_the_argument() -> None:
    with pytest.raises(ApiValueError, match="nested"):
        ApiClient().sanitize_for_serialization(V2beta1Run(pipeline_spec=nested(20_000)))


def test_the_warning_about_a_naive_time_points_at_the_caller() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ApiClient().sanitize_for_serialization(V2beta1Run(created_at=datetime(2024, 1, 1)))
    assert [os.path.basename(each.filename) for each in caught] == [os.path.basename(__file__)]


def test_a_parameter_and_its_earlier_name_together_are_refused() -> None:
    with pytest.raises(ApiTypeError, match=r"both `run` and its earlier name `body`"):
        RunServiceApi(ApiClient()).run_service_create_run(run=V2beta1Run(), body=V2beta1Run())


def test_a_keyword_that_is_nearly_right_is_suggested() -> None:
    with pytest.raises(ApiTypeError, match="did you mean 'page_size'"):
        RunServiceApi(ApiClient()).run_service_list_runs(pagesize=3)


@pytest.mark.parametrize("host", [None, "", "  "])
def test_a_host_that_is_not_set_is_named(host: Any) -> None:
    with pytest.raises(ApiValueError, match=r"Configuration\.host"):
        RunServiceApi(ApiClient(Configuration(host=host))).run_service_get_run("r")
