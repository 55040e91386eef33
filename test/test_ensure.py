# SPDX-License-Identifier: Apache-2.0
"""Creating once, against a server that keeps what it is sent and loses replies."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fixtures.clusters import Cluster
from fixtures.servers import Answer, page, raw, reply, reset_after, silence_after

from kfp_server_api import (
    ApiConnectionError,
    ApiException,
    ApiTypeError,
    ApiValueError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    DecodeError,
    ExperimentServiceApi,
    PipelineServiceApi,
    PipelineUploadServiceApi,
    RecurringRunServiceApi,
    RunServiceApi,
    ServerError,
    V2beta1RecurringRun,
    V2beta1Run,
    ensure,
)

SPEC = b'{"pipelineInfo": {"name": "say"}, "root": {"dag": {}}, "schemaVersion": "2.1.0"}'
LOST: dict[str, Answer] = {
    "the connection broke": reset_after(),
    "the connection closed": raw(b""),
    "the reply broke off": raw(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\nContent-Type: application/json\r\n\r\n{"'),
    "502": reply("bad gateway", 502, type="text/plain"),
    "503": reply("upstream connect error", 503, type="text/plain"),
    "504": page("<title>504 Gateway Time-out</title>", 504),
    "500": reply({"code": 13, "message": "Internal Server Error"}, 500),
    "no JSON": reply(b'{"experiment_id": '),
    "an empty object": reply({}),
    "another object": reply({"status": "ok"}),
}


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds slept so far; nobody really sleeps."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


class Ensure:
    """Calls of `ensure` on one cluster."""

    def __init__(self, client: Any) -> None:
        self.experiments = ExperimentServiceApi(client)
        self.pipelines, self.uploads = PipelineServiceApi(client), PipelineUploadServiceApi(client)
        self.runs, self.recurring_runs = RunServiceApi(client), RecurringRunServiceApi(client)

    def experiment(self, name: str = "exp c", **options: Any) -> Any:
        return ensure.experiment(self.experiments, name, **options)

    def pipeline(self, package: Any = SPEC, name: str = "say", **options: Any) -> Any:
        return ensure.pipeline(self.uploads, self.pipelines, name, package, **options)

    def run(self, key: str = "monday", **fields: Any) -> Any:
        return ensure.run(self.runs, V2beta1Run(**{"display_name": "report", "experiment_id": "e1", **fields}), key=key)

    def recurring_run(self, name: str | None = "nightly", experiment_id: str | None = "e1") -> Any:
        wanted = V2beta1RecurringRun(display_name=name, experiment_id=experiment_id, max_concurrency="1")
        return ensure.recurring_run(self.recurring_runs, wanted)


Made = tuple[Cluster, Ensure]
CALLS: dict[str, Callable[[Ensure], Any]] = {
    "experiments": Ensure.experiment,
    "versions": Ensure.pipeline,
    "runs": Ensure.run,
    "recurringruns": Ensure.recurring_run,
}
"""By what they make."""


@pytest.fixture
def on(serve: Any, connect: Any) -> Callable[..., Made]:
    """Start a cluster: `on(setting=value, ...)`."""

    def start(**settings: Any) -> Made:
        cluster = Cluster(**settings)
        return cluster, Ensure(connect(serve(cluster)))

    return start


@pytest.mark.parametrize("kind", CALLS)
def test_what_is_not_there_is_made(on: Any, kind: str) -> None:
    cluster, ensures = on()
    made = CALLS[kind](ensures)
    assert [made.to_dict()["display_name"]] == [each["display_name"] for each in cluster.kept[kind]]


@pytest.mark.parametrize("kind", CALLS)
def test_a_second_call_gives_the_same(on: Any, kind: str) -> None:
    cluster, ensures = on()
    assert CALLS[kind](ensures) == CALLS[kind](ensures)
    assert len(cluster.kept[kind]) == 1


@pytest.mark.parametrize("kind", CALLS)
def test_twenty_threads_leave_one(on: Any, kind: str) -> None:
    cluster, ensures = on()
    with ThreadPoolExecutor(20) as threads:
        made = list(threads.map(lambda _: CALLS[kind](ensures), range(20)))
    assert len(cluster.kept[kind]) == 1
    assert all(each == made[0] for each in made)


@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("kind", ["experiments", "runs", "recurringruns"])
def test_a_create_whose_reply_was_lost_is_not_sent_again(on: Any, kind: str, lost: str) -> None:
    cluster, ensures = on()
    cluster.lost = [LOST[lost]]
    assert CALLS[kind](ensures).display_name == cluster.kept[kind][0]["display_name"]
    assert len(cluster.created) == 1


@pytest.mark.parametrize("lost", LOST)
def test_a_pipeline_and_a_version_whose_replies_were_lost_are_not_sent_again(on: Any, lost: str) -> None:
    cluster, ensures = on()
    cluster.lost = [LOST[lost], LOST[lost]]
    assert ensures.pipeline().pipeline_version_id == cluster.kept["versions"][0]["pipeline_version_id"]
    assert cluster.created == ["/pipelines", "/pipelines/upload_version"]


@pytest.mark.parametrize(
    ("kind", "settings"),
    [("experiments", {"timeout": (10, 0.3)}), ("runs", {"deadline": 0.5}), ("recurringruns", {"timeout": (10, 0.3)})],
)
def test_a_create_whose_reply_did_not_come_in_time_is_not_sent_again(
    serve: Any, connect: Any, kind: str, settings: Any
) -> None:
    cluster = Cluster()
    cluster.lost = [silence_after()]
    made = CALLS[kind](Ensure(connect(serve(cluster), **settings)))
    assert made.display_name == cluster.kept[kind][0]["display_name"]
    assert len(cluster.created) == 1


@pytest.mark.parametrize("lost", ["the connection broke", "504", "no JSON"])
@pytest.mark.parametrize("kind", CALLS)
def test_twenty_threads_of_which_many_lose_their_reply_leave_one(on: Any, kind: str, lost: str) -> None:
    cluster, ensures = on()
    cluster.lost = [LOST[lost]] * 10
    with ThreadPoolExecutor(20) as threads:
        made = list(threads.map(lambda _: CALLS[kind](ensures), range(20)))
    assert len(cluster.kept[kind]) == 1
    assert all(each == made[0] for each in made)


@pytest.mark.parametrize("refused", ["the connection broke", "502", "503", "504", "no JSON"])
@pytest.mark.parametrize("kind", ["experiments", "versions", "runs"])
def test_a_create_that_was_not_carried_out_is_sent_again(on: Any, kind: str, refused: str) -> None:
    cluster, ensures = on()
    cluster.refused = [LOST[refused]]
    CALLS[kind](ensures)
    assert len(cluster.kept[kind]) == 1


@pytest.mark.parametrize("kind", ["experiments", "versions", "runs"])
def test_a_create_is_sent_three_times_at_most(on: Any, kind: str) -> None:
    cluster, ensures = on()
    cluster.refused = [LOST["502"]] * 10
    with pytest.raises(ServerError) as caught:
        CALLS[kind](ensures)
    assert caught.value.status == 502
    assert len(cluster.created) == 3


def test_what_appears_a_while_after_a_504_is_found(on: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster, ensures = on()
    cluster.refused = [LOST["504"]]
    late = {"recurring_run_id": "late", "display_name": "nightly", "experiment_id": "e1"}
    monkeypatch.setattr(time, "sleep", lambda _: cluster.kept["recurringruns"].append(late))
    assert ensures.recurring_run().recurring_run_id == "late"


def test_a_recurring_run_is_sent_once_since_a_server_takes_two(on: Any) -> None:
    cluster, ensures = on()
    cluster.refused = [reset_after()]
    with pytest.raises(ApiConnectionError):
        ensures.recurring_run()
    assert cluster.created == ["/recurringruns"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply({"code": 3, "message": "bad"}, 400), BadRequestError),
        (reply({"code": 16, "message": "who?"}, 401), AuthenticationError),
        (reply({"code": 13, "message": "Internal Server Error"}, 500), ServerError),
        (reply({"code": 12, "message": "Not Implemented"}, 501), ServerError),
        (reply({"code": 10, "message": "plugins_output is server-owned"}, 409), ConflictError),
        (page(), AuthenticationError),
    ],
)
@pytest.mark.parametrize("kind", CALLS)
def test_another_error_is_raised_and_nothing_is_sent_again(on: Any, kind: str, answer: Any, error: Any) -> None:
    cluster, ensures = on()
    cluster.refused = [answer]
    with pytest.raises(error):
        CALLS[kind](ensures)
    assert len(cluster.created) == 1


@pytest.mark.parametrize("kind", CALLS)
def test_where_nothing_listens_nothing_is_looked_for(connect: Any, pauses: list[float], kind: str) -> None:
    from fixtures.ports import closed_port

    with closed_port() as url, pytest.raises(ApiConnectionError, match="refused"):
        CALLS[kind](Ensure(connect(url)))
    assert pauses == [0.0] * len(pauses)


@pytest.mark.parametrize(("there", "wanted"), [("exp c", "EXP C"), ("Crème", "creme"), ("straße", "STRASSE")])
@pytest.mark.parametrize("exact_filters", [False, True])
def test_an_experiment_in_another_spelling_is_the_one(on: Any, there: str, wanted: str, exact_filters: bool) -> None:
    cluster, ensures = on(exact_filters=exact_filters)
    made = ensures.experiment(there)
    assert ensures.experiment(wanted) == made
    assert len(cluster.kept["experiments"]) == 1


def test_trailing_blanks_make_another_experiment(on: Any) -> None:
    _, ensures = on()
    assert ensures.experiment("exp c ").experiment_id != ensures.experiment("exp c").experiment_id


def test_a_name_is_taken_per_namespace(on: Any) -> None:
    cluster, ensures = on()
    one, two = ensures.experiment(namespace="a"), ensures.experiment(namespace="b")
    assert (one.namespace, two.namespace) == ("a", "b")
    assert ensures.experiment(namespace="b") == two
    assert len(cluster.kept["experiments"]) == 2


def test_an_archived_experiment_is_given_as_it_is(on: Any) -> None:
    cluster, ensures = on()
    ensures.experiment()
    cluster.kept["experiments"][0]["storage_state"] = "ARCHIVED"
    assert ensures.experiment().storage_state == "ARCHIVED"
    assert cluster.created == ["/experiments", "/experiments"]


def test_of_experiments_of_one_name_the_oldest_is_given(on: Any) -> None:
    cluster, ensures = on()
    cluster.kept["experiments"] = [{"experiment_id": each, "display_name": "exp c"} for each in "abc"]
    assert ensures.experiment().experiment_id == "a"


def test_of_experiments_that_a_cluster_calls_equal_the_one_that_is_written_so_is_given(on: Any) -> None:
    cluster, ensures = on()
    names = ("EXP C", "Exp C", "exp c")
    cluster.kept["experiments"] = [{"experiment_id": each, "display_name": each} for each in names]
    assert ensures.experiment("exp c").experiment_id == "exp c"


def test_an_experiment_with_another_name_is_never_given(on: Any) -> None:
    cluster, ensures = on()
    cluster.refused = [reply({"code": 6, "message": "The name exp c already exists"}, 409)] * 3
    cluster.kept["experiments"] = [{"experiment_id": "d", "display_name": "exp d"}]
    with pytest.raises(ConflictError):
        ensures.experiment()


def test_the_description_is_that_of_what_is_made(on: Any) -> None:
    cluster, ensures = on()
    assert ensures.experiment(description="one").description == "one"
    assert ensures.experiment(description="two").description == "one"
    ensures.pipeline(description="three", namespace="a")
    assert {"description": "three", "namespace": "a"}.items() <= cluster.kept["pipelines"][0].items()


def test_new_content_is_a_new_version_and_old_content_its_own(on: Any) -> None:
    cluster, ensures = on()
    first, second = ensures.pipeline(), ensures.pipeline(SPEC.replace(b'"say"', b'"tell"'))
    assert first.name.startswith("sha256-")
    assert first.name != second.name
    assert ensures.pipeline() == first
    assert (len(cluster.kept["pipelines"]), len(cluster.kept["versions"])) == (1, 2)


def test_content_that_others_uploaded_under_another_name_is_found(on: Any) -> None:
    cluster, ensures = on()
    parent = ensures.pipeline(b'{"pipelineInfo": {"name": "other"}}').pipeline_id
    theirs = ensures.uploads.upload_pipeline_version(SPEC, name="by hand", pipelineid=parent)
    for number in range(5):  # it is on a later page
        ensures.uploads.upload_pipeline_version(b"{}", name=f"version {number}", pipelineid=parent)
    sent = len(cluster.created)
    assert ensures.pipeline() == theirs
    assert len(cluster.created) == sent


def test_a_version_that_a_server_cannot_read_is_passed_over(on: Any) -> None:
    cluster, ensures = on()
    made = ensures.pipeline()
    cluster.kept["versions"].append({"pipeline_id": made.pipeline_id, "display_name": "broken", "error": {"code": 3}})
    assert ensures.pipeline() == made


def test_a_pipeline_in_another_spelling_is_the_one(on: Any) -> None:
    cluster, ensures = on()
    assert ensures.pipeline(name="Say It") == ensures.pipeline(name="SAY IT")
    assert len(cluster.kept["pipelines"]) == 1


def test_a_pipeline_that_had_no_version_yet_gets_one(on: Any) -> None:
    cluster, ensures = on()
    cluster.kept["pipelines"] = [{"pipeline_id": "p1", "display_name": "say"}]  # before 2.14 there was no `name`
    assert ensures.pipeline().pipeline_id == "p1"


def test_a_taken_run_id_is_no_error(on: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes at a time: this one finds no run, and then its ID taken."""
    cluster, ensures = on()
    other = ensures.run()
    cluster.kept["runs"], there = [], cluster.kept["runs"]
    plain = ensures.runs.run_service_create_run

    def create(run: Any) -> Any:
        cluster.kept["runs"] = there
        return plain(run)

    monkeypatch.setattr(ensures.runs, "run_service_create_run", create)
    assert ensures.run() == other
    assert len(cluster.kept["runs"]) == 1


def test_a_key_is_one_run_in_one_experiment(on: Any) -> None:
    _, ensures = on()
    runs = [ensures.run("a"), ensures.run("b"), ensures.run("a", experiment_id="e2"), ensures.run("a")]
    assert len({each.run_id for each in runs}) == 3
    assert runs[0] == runs[3]


def test_a_key_is_one_run_in_one_namespace(on: Any) -> None:
    _, ensures = on()
    settings = ensures.runs.api_client.configuration
    ids = []
    for settings.namespace in ("team-a", "team-b", "team-a", None, ""):
        ids.append(ensures.run("a", experiment_id=None).run_id)
    assert len(set(ids)) == 3
    assert ids[0] == ids[2]
    in_an_experiment = ensures.run("a").run_id
    settings.namespace = "team-a"
    assert ensures.run("a").run_id == in_an_experiment


def test_the_id_of_a_run_is_the_same_in_every_program(on: Any) -> None:
    _, ensures = on()
    assert ensures.run().run_id == "a6c0e86f-3aaa-5d82-900b-2e5bcb9daf1b"


def test_a_run_that_is_there_is_given_as_it_is(on: Any) -> None:
    cluster, ensures = on()
    ensures.run(description="first")
    cluster.kept["runs"][0]["state"] = "FAILED"
    found = ensures.run(description="second")
    assert (found.state, found.description) == ("FAILED", "first")


def test_the_callers_run_stays_as_it_is_and_may_be_a_dict(on: Any) -> None:
    _, ensures = on()
    wanted = {"display_name": "report", "experiment_id": "e1"}
    assert ensure.run(ensures.runs, wanted, key="monday") == ensures.run()
    assert wanted == {"display_name": "report", "experiment_id": "e1"}


@pytest.mark.parametrize("lost", [False, True])
def test_a_server_that_chooses_the_ids_of_runs_is_an_error_that_names_the_run(on: Any, lost: bool) -> None:
    cluster, ensures = on(chooses_run_ids=True)
    cluster.lost = [reset_after()] if lost else []
    with pytest.raises(DecodeError) as caught:
        ensures.run()
    assert cluster.kept["runs"][-1]["run_id"] in caught.value.message
    assert caught.value.committed
    assert len(cluster.kept["runs"]) == 1 + lost


def test_a_recurring_run_is_one_per_experiment_and_spelling(on: Any) -> None:
    cluster, ensures = on()
    made = [ensures.recurring_run(*each) for each in [("a", "e1"), ("A", "e1"), ("a", "e2"), ("a", "e1")]]
    assert len(cluster.kept["recurringruns"]) == 3
    assert made[3] == made[0]


def test_of_recurring_runs_of_one_name_the_oldest_is_given(on: Any) -> None:
    cluster, ensures = on()
    cluster.kept["recurringruns"] = [
        {"recurring_run_id": each, "display_name": "nightly", "experiment_id": "e1"} for each in "abc"
    ]
    assert ensures.recurring_run().recurring_run_id == "a"


def test_without_an_experiment_the_one_called_default_is_meant(on: Any) -> None:
    cluster, ensures = on()
    default = ensures.experiment("Default").experiment_id
    elsewhere = ensures.recurring_run()
    cluster.kept["recurringruns"].append({**cluster.kept["recurringruns"][0], "experiment_id": default})
    assert ensures.recurring_run(experiment_id=None).experiment_id == default != elsewhere.experiment_id


@pytest.mark.parametrize(
    ("call", "error", "named"),
    [
        (lambda ensures: ensures.experiment(""), ApiValueError, "`name`"),
        (lambda ensures: ensures.experiment(None), ApiTypeError, "`name`"),
        (lambda ensures: ensures.pipeline(name=""), ApiValueError, "`name`"),
        (lambda ensures: ensures.pipeline(5), ApiTypeError, "`package`"),
        (lambda ensures: ensures.pipeline(b"a: [1"), ApiValueError, "`package`"),
        (lambda ensures: ensures.pipeline(b"PK\3\4 no zip"), ApiValueError, "`package`"),
        (lambda ensures: ensures.pipeline("no/such.yaml"), FileNotFoundError, "no/such.yaml"),
        (lambda ensures: ensures.run(""), ApiValueError, "`key`"),
        (lambda ensures: ensures.run(5), ApiTypeError, "`key`"),
        (lambda ensures: ensures.run(run_id="mine"), ApiValueError, "`run.run_id`"),
        (lambda ensures: ensure.run(ensures.runs, ["report"], key="k"), ApiTypeError, "`run`"),
        (lambda ensures: ensures.recurring_run(None), ApiTypeError, "`recurring_run.display_name`"),
        (lambda ensures: ensures.recurring_run(""), ApiValueError, "`recurring_run.display_name`"),
    ],
)
def test_a_bad_argument_is_named_before_anything_is_sent(on: Any, call: Any, error: Any, named: str) -> None:
    cluster, ensures = on()
    if named == "`package`":
        pytest.importorskip("yaml")
    with pytest.raises(error, match=named):
        call(ensures)
    assert cluster.created == []


def test_a_lost_reply_is_a_line_in_the_log_that_holds_no_secret(on: Any, caplog: pytest.LogCaptureFixture) -> None:
    cluster, ensures = on()
    ensures.experiments.api_client.configuration.access_token = "s3cret"
    cluster.refused = [reset_after()]
    with caplog.at_level("INFO", logger="kfp_server_api"):
        ensures.experiment()
    assert "nothing is there" in caplog.text
    assert "s3cret" not in caplog.text


def test_a_look_that_gets_no_answer_raises_the_error_of_the_create(on: Any, serve: Any, connect: Any) -> None:
    client = connect(serve(reset_after(), *[reply("x", 500)] * 9), retries=0)
    with pytest.raises(ApiConnectionError, match="POST"):
        Ensure(client).experiment()


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda it: ensure.experiment(it.runs, "e"), "`api` takes a ExperimentServiceApi, not RunServiceApi"),
        (lambda it: ensure.pipeline(it.pipelines, it.uploads, "p", SPEC), "`upload_api` takes a Pipeline"),
        (lambda it: ensure.pipeline(it.uploads, it.uploads, "p", SPEC), "`pipeline_api` takes a Pipeline"),
        (lambda it: ensure.run(it.runs.api_client, {}, key="k"), "`run_api` takes a RunServiceApi, not ApiClient"),
        (lambda it: ensure.recurring_run(it.runs, {}), "`api` takes a RecurringRun"),
    ],
)
def test_another_api_object_is_refused(on: Any, call: Any, argument: str) -> None:
    _, ensures = on()
    with pytest.raises(ApiTypeError, match=argument):
        call(ensures)


def test_errors_of_a_look_are_raised(on: Any, serve: Any, connect: Any) -> None:
    server = serve(reset_after(), reply({"code": 7, "message": "no"}, 403))
    with pytest.raises(ApiException) as caught:
        Ensure(connect(server)).experiment()
    assert caught.value.status == 403


def test_a_forked_process_does_not_wait_for_threads_that_it_does_not_have(python: Any) -> None:
    code = """
import os
from kfp_server_api._once import lock
held = lock("run", "r1")
held.acquire()
child = os.fork()
if not child:
    os._exit(0 if lock("run", "r1").acquire(timeout=10) else 1)
print(os.waitpid(child, 0)[1], lock("run", "r1") is held)
"""
    assert python(code) == "0 True\n"


def test_a_fork_while_a_thread_looks_for_its_lock(python: Any) -> None:
    code = """
import os, signal, threading, time
from kfp_server_api._once import _guard, lock
def look():
    with _guard:
        looking.set()
        time.sleep(0.5)
looking = threading.Event()
threading.Thread(target=look).start()
looking.wait()
child = os.fork()
if not child:
    signal.alarm(10)
    lock("run", "r1")
    os._exit(0)
print(os.waitpid(child, 0)[1])
"""
    assert python(code, options=("-W", "ignore")) == "0\n"


def test_locks_go_when_nobody_waits(on: Any) -> None:
    from kfp_server_api import _once

    _, ensures = on()
    ensures.run()
    ensures.recurring_run()
    assert len(_once._locks) == 0
