# SPDX-License-Identifier: Apache-2.0
"""Experiments, as a client sees them."""

from __future__ import annotations

import re
import uuid

import pytest
from fixtures.calling import Caller

NEVER = "1970-01-01T00:00:00Z"


def make(call: Caller) -> dict[str, str]:
    made: dict[str, str] = call("POST", "/experiments", {"display_name": str(uuid.uuid4())}).json
    return made


def default(call: Caller) -> dict[str, str]:
    found = call("GET", "/experiments", filter=[{"operation": 1, "key": "display_name", "stringValue": "Default"}])
    experiment: dict[str, str] = found.json["experiments"][0]
    return experiment


def test_new_experiment_has_exactly_what_real_servers_return(call: Caller) -> None:
    made = call("POST", "/experiments", {"display_name": "fresh", "namespace": "ns", "experiment_id": "mine"})
    assert made.status == 200
    assert made.json.keys() == {
        "experiment_id",
        "display_name",
        "created_at",
        "storage_state",
        "last_run_created_at",
    }
    assert uuid.UUID(made.json["experiment_id"]).version == 4
    assert (made.json["storage_state"], made.json["last_run_created_at"]) == ("AVAILABLE", NEVER)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", made.json["created_at"])


def test_default_experiment_is_there_from_the_start(call: Caller) -> None:
    assert default(call)["description"].startswith("All runs created without specifying an experiment")


def test_default_experiment_cannot_be_deleted(call: Caller) -> None:
    reply = call("DELETE", f"/experiments/{default(call)['experiment_id']}")
    assert (reply.status, reply.json["code"]) == (409, 10)


def test_name_is_required(call: Caller) -> None:
    reply = call("POST", "/experiments", b"")
    assert (reply.status, reply.message) == (500, "Internal Server Error")
    assert reply.reason.endswith(": Experiment must have a non-empty name")


def test_name_is_measured_in_bytes(call: Caller) -> None:
    assert call("POST", "/experiments", {"display_name": "ä" * 64}).status == 200
    reply = call("POST", "/experiments", {"display_name": "ä" * 65})
    assert (reply.status, reply.reason.endswith(": Experiment.Name length cannot exceed 128")) == (500, True)


def test_name_must_be_free(call: Caller) -> None:
    made = make(call)
    reply = call("POST", "/experiments", {"display_name": made["display_name"]})
    assert (reply.status, reply.json["code"]) == (409, 6)


def test_get_returns_what_create_did(call: Caller) -> None:
    made = make(call)
    assert call("GET", f"/experiments/{made['experiment_id']}").json == made


def test_delete_answers_with_an_empty_object_and_removes(call: Caller) -> None:
    path = f"/experiments/{make(call)['experiment_id']}"
    reply = call("DELETE", path)
    assert (reply.status, reply.json) == (200, {})
    assert call("GET", path).status == 404


def test_archive_and_unarchive_change_the_storage_state(call: Caller) -> None:
    path = f"/experiments/{make(call)['experiment_id']}"
    assert call("POST", f"{path}:archive").json == {}
    assert call("GET", path).json["storage_state"] == "ARCHIVED"
    assert call("POST", f"{path}:unarchive", b"ignored").json == {}
    assert call("GET", path).json["storage_state"] == "AVAILABLE"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_unknown_experiment_is_not_found(call: Caller, method: str) -> None:
    reply = call(method, "/experiments/x")
    assert (reply.status, reply.message) == (404, "Experiment x not found")


@pytest.mark.parametrize("verb", ["archive", "unarchive"])
def test_an_unknown_experiment_can_be_archived_as_on_a_cluster(call: Caller, verb: str) -> None:
    reply = call("POST", f"/experiments/x:{verb}")
    assert (reply.status, reply.json) == (200, {})


@pytest.mark.parametrize("twin", ["Émile Zola", "emile zola", "EMILE ZOLA", "\uff25mile Zola"])
def test_names_that_differ_in_case_and_accents_only_are_one(call: Caller, twin: str) -> None:
    call("POST", "/experiments", {"display_name": "Emile Zola"})
    assert call("POST", "/experiments", {"display_name": twin}).status == 409


def test_a_blank_at_the_end_makes_another_name(call: Caller) -> None:
    assert [call("POST", "/experiments", {"display_name": name}).status for name in ("blank", "blank ")] == [200, 200]


def test_the_trace_of_an_error_says_what_was_being_done(call: Caller) -> None:
    assert call("DELETE", "/experiments/x").reason == (
        "Failed to delete experiment: Failed to delete experiment x due to error fetching it: "
        "ResourceNotFoundError: Experiment x not found"
    )
