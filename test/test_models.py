# SPDX-License-Identifier: Apache-2.0
"""Models: fields that decode when they are read, and nothing that the server sent is lost."""

from __future__ import annotations

import copy
import inspect
import pickle
from datetime import datetime, timezone
from typing import Any

import pytest

from kfp_server_api import (
    ApiClient,
    ProtobufAny,
    V2beta1ListRecurringRunsResponse,
    V2beta1ListRunsResponse,
    V2beta1ReadArtifactResponse,
    V2beta1RecurringRun,
    V2beta1Run,
    V2beta1RuntimeState,
    models,
)

REPLY = """{"run_id": "r1", "state": "ASCENDED", "created_at": "2024-01-01T12:00:00Z", "color": "blue",
  "nothing": null, "run_details": {"task_details": [{"task_id": "t1", "shade": [1, {"a": 2}]}]}}"""
CLASSES = [getattr(models, name) for name in dir(models) if isinstance(getattr(models, name), type)]
FIELDED = [each for each in CLASSES if each.openapi_types]


@pytest.fixture
def decode() -> Any:
    """Return what a client makes of a text."""
    from types import SimpleNamespace

    return lambda text, kind: ApiClient().deserialize(SimpleNamespace(data=text), kind)


@pytest.fixture
def run(decode: Any) -> V2beta1Run:
    made: V2beta1Run = decode(REPLY, "V2beta1Run")
    return made


def test_keys_that_the_spec_does_not_know_are_additional_fields(run: V2beta1Run) -> None:
    assert run.additional_fields == {"color": "blue", "nothing": None}


def test_additional_fields_of_a_nested_model_are_its_own(run: V2beta1Run) -> None:
    assert run.run_details.task_details[0].additional_fields == {"shade": [1, {"a": 2}]}


def test_additional_fields_are_a_dict(run: V2beta1Run) -> None:
    assert type(run.additional_fields) is dict


def test_additional_fields_are_not_in_to_dict(run: V2beta1Run) -> None:
    assert not {"color", "nothing", "additional_fields"} & run.to_dict().keys()


def test_additional_fields_are_not_sent_back(run: V2beta1Run) -> None:
    assert "color" not in ApiClient().sanitize_for_serialization(run)


def test_a_model_of_a_caller_has_no_additional_fields() -> None:
    assert V2beta1Run(run_id="r1").additional_fields == {}


def test_additional_fields_do_not_count_for_equality(run: V2beta1Run, decode: Any) -> None:
    assert decode('{"run_id": "r", "new": 1}', "V2beta1Run") == V2beta1Run(run_id="r")


def test_additional_fields_survive_pickle_and_copy(run: V2beta1Run) -> None:
    for again in (pickle.loads(pickle.dumps(run)), copy.deepcopy(run), copy.copy(run)):
        assert again.additional_fields == run.additional_fields


def test_the_wire_name_of_a_field_is_no_additional_field(decode: Any) -> None:
    found = decode('{"recurringRuns": [], "@type": "t"}', "V2beta1ListRecurringRunsResponse")
    assert found.additional_fields == {"@type": "t"}


@pytest.mark.parametrize("model", FIELDED, ids=lambda model: model.__name__)
def test_every_model_keeps_what_it_does_not_know(model: Any, decode: Any) -> None:
    assert decode('{"from the future": {"a": [1]}}', model).additional_fields == {"from the future": {"a": [1]}}


@pytest.mark.parametrize("model", FIELDED, ids=lambda model: model.__name__)
def test_every_model_of_an_empty_object_has_none_everywhere(model: Any, decode: Any) -> None:
    assert set(decode("{}", model).to_dict().values()) == {None}


@pytest.mark.parametrize("model", FIELDED, ids=lambda model: model.__name__)
def test_every_model_takes_its_fields_by_name_and_position(model: Any) -> None:
    values = dict.fromkeys(model.openapi_types, "AAAA")
    assert model(**values) == model(*values.values())
    assert model(**values).to_dict() == values


@pytest.mark.parametrize("model", CLASSES, ids=lambda model: model.__name__)
def test_every_signature_names_the_fields(model: Any) -> None:
    assert list(inspect.signature(model).parameters) == [*model.openapi_types, "local_vars_configuration"]


def test_a_misspelt_field_is_a_type_error_with_a_suggestion() -> None:
    with pytest.raises(TypeError, match="display_name"):
        V2beta1Run(dispaly_name="r")


def test_an_unknown_enum_value_stays_text(run: V2beta1Run) -> None:
    assert run.state == "ASCENDED"


def test_an_enum_constant_equals_its_text() -> None:
    assert V2beta1RuntimeState.SUCCEEDED == "SUCCEEDED"


def test_a_null_is_none(decode: Any) -> None:
    assert decode('{"run_details": null, "run_id": null}', "V2beta1Run").run_details is None


def test_a_null_in_a_list_is_none(decode: Any) -> None:
    assert decode('{"runs": [null, {}]}', "V2beta1ListRunsResponse").runs == [None, V2beta1Run()]


def test_a_field_is_decoded_once(run: V2beta1Run) -> None:
    assert run.run_details is run.run_details
    assert run.created_at is run.created_at


def test_a_change_to_a_decoded_field_stays(run: V2beta1Run) -> None:
    run.run_details.task_details.append("more")
    run.display_name = "new"
    assert run.run_details.task_details[-1] == "more"
    assert ApiClient().sanitize_for_serialization(run)["display_name"] == "new"


def test_a_field_set_to_none_is_not_sent(run: V2beta1Run) -> None:
    run.run_id = None
    assert "run_id" not in ApiClient().sanitize_for_serialization(run)


def test_what_was_not_read_is_sent_back_all_the_same(run: V2beta1Run) -> None:
    assert ApiClient().sanitize_for_serialization(run) == {
        "run_id": "r1",
        "state": "ASCENDED",
        "created_at": "2024-01-01T12:00:00+00:00",
        "run_details": {"task_details": [{"task_id": "t1"}]},
    }


def test_names_on_the_wire_are_used_both_ways(decode: Any) -> None:
    found = decode('{"recurringRuns": [{"recurring_run_id": "j"}]}', "V2beta1ListRecurringRunsResponse")
    assert found == V2beta1ListRecurringRunsResponse(recurring_runs=[V2beta1RecurringRun(recurring_run_id="j")])
    assert ApiClient().sanitize_for_serialization(found) == {"recurringRuns": [{"recurring_run_id": "j"}]}


def test_times_are_aware(run: V2beta1Run) -> None:
    assert run.created_at == datetime(2024, 1, 1, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize("field", ["run_id", "created_at", "run_details"])
def test_a_field_is_seen_on_the_class(field: str) -> None:
    assert field in dir(V2beta1Run)
    assert hasattr(V2beta1Run, field)


def test_a_mock_of_a_model_has_its_fields() -> None:
    from unittest.mock import Mock

    double = Mock(spec=V2beta1Run)
    assert double.run_id is not None
    with pytest.raises(AttributeError):
        _ = double.no_such_field


def test_an_attribute_that_is_no_field_is_an_attribute_error(run: V2beta1Run) -> None:
    with pytest.raises(AttributeError):
        _ = run.color


BASE64 = [(V2beta1ReadArtifactResponse, "data"), (ProtobufAny, "value")]
NO_BASE64 = ["a", "ab", "abc", "a===", "=", "ab c", "ab-_", "\u00fc\u00fc\u00fc\u00fc"]


@pytest.mark.parametrize(("model", "field"), BASE64)
@pytest.mark.parametrize("text", NO_BASE64)
def test_what_a_caller_sets_must_be_base64(model: Any, field: str, text: str) -> None:
    with pytest.raises(ValueError, match=field):
        model(**{field: text})
    with pytest.raises(ValueError, match=field):
        setattr(model(), field, text)


@pytest.mark.parametrize(("model", "field"), BASE64)
@pytest.mark.parametrize("text", ["", "AAAA", "AA==", "AAA=", None])
def test_base64_of_a_caller_is_kept(model: Any, field: str, text: str) -> None:
    assert getattr(model(**{field: text}), field) == text


@pytest.mark.parametrize(("model", "field"), BASE64)
@pytest.mark.parametrize("text", NO_BASE64)
def test_what_a_server_sends_need_not_be_base64(model: Any, field: str, text: str, decode: Any) -> None:
    import json

    assert getattr(decode(json.dumps({field: text}), model), field) == text


def test_a_reply_is_not_decoded_before_it_is_read(decode: Any) -> None:
    found = decode('{"runs": [{"created_at": "no time"}]}', "V2beta1ListRunsResponse")
    assert isinstance(found, V2beta1ListRunsResponse)
    assert len(found.runs) == 1


def test_a_model_pickles_before_and_after_it_is_read(run: V2beta1Run) -> None:
    before = pickle.loads(pickle.dumps(run))
    run.to_dict()
    after = pickle.loads(pickle.dumps(run))
    assert before == after == run


def test_a_model_of_a_call_pickles(serve: Any, runs: Any) -> None:
    from fixtures.servers import reply

    run = runs(serve(reply(REPLY))).get_run("r1")
    again = pickle.loads(pickle.dumps(run))
    assert again == run
    assert again.additional_fields == run.additional_fields


def test_models_cannot_be_hashed() -> None:
    with pytest.raises(TypeError):
        hash(V2beta1Run())


def test_a_model_is_not_equal_to_a_dict() -> None:
    assert V2beta1Run() != {}
