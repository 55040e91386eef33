# SPDX-License-Identifier: Apache-2.0
"""`paginate` gives every item of a list once, whatever its server's rules and whatever happens meanwhile."""

from __future__ import annotations

import ast
import gc
import json
import random
import time
import tracemalloc
from itertools import count, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import urllib3
from fixtures.lists import Lister, row_of, rows_of
from fixtures.servers import Server, reply

from kfp_server_api import (
    ApiClient,
    ApiTimeoutError,
    ApiTypeError,
    ApiValueError,
    BadRequestError,
    DecodeError,
    PipelineServiceApi,
    RunServiceApi,
    ServerError,
    V2beta1ListRunsResponse,
    V2beta1Run,
    api,
    filters,
    pagination,
)
from kfp_server_api._operation import Operation, operations
from kfp_server_api.pagination import paginate

SERVICES = [getattr(api, name) for name in api.__all__]
LISTS: list[tuple[type, Operation]] = [(cls, each) for cls in SERVICES for each in operations(cls) if each.paging]
RUNS = RunServiceApi._list_runs
PIPELINES = PipelineServiceApi._list_pipelines
NAMED = {"operation": "EQUALS", "key": "display_name", "string_value": "name 1"}
NEWER = {"operation": "GREATER_THAN", "key": "created_at", "timestamp_value": "2024-01-01T00:00:04Z"}
STATE = {"query": "q", "page_token": "t", "given": [], "upcoming": None}
TAGGED = {"operation": "EQUALS", "key": "tags.team", "string_value": "x"}


def ids(runs: Any) -> list[str]:
    return [run.run_id for run in runs]


def numbers(runs: Any) -> list[int]:
    return [int(run.run_id[3:]) for run in runs]


@pytest.fixture
def lister() -> Lister:
    """Ten runs."""
    return Lister(RUNS, rows_of(RUNS, 10))


@pytest.fixture
def list_runs(lister: Lister, serve: Any, runs: Any) -> Any:
    """The list method of a client of `lister`."""
    return runs(serve(lister)).run_service_list_runs


# Every list


@pytest.mark.parametrize("size", [1, 3, 7, 50])
@pytest.mark.parametrize(("service", "operation"), LISTS, ids=[operation.name for _, operation in LISTS])
def test_every_list_of_the_spec_is_read_to_its_end(
    serve: Any, connect: Any, service: Any, operation: Operation, size: int
) -> None:
    lister = Lister(operation, rows_of(operation, 7))
    found = service(connect(serve(lister)))
    place = ["p"] if "{" in operation.path else []
    for name in (operation.name, operation.short_name):
        items = list(paginate(getattr(found, name), *place, page_size=size))
        assert [getattr(item, lister.id) for item in items] == [row[lister.id] for row in lister.rows]


def test_every_list_of_the_spec_has_an_overload() -> None:
    tree = ast.parse(Path(pagination.__file__).read_text(encoding="utf-8"))
    overloads = [ast.unparse(node.args.args[0].annotation) for node in tree.body if is_overload(node)]  # type: ignore
    assert sorted(overloads) == sorted(f"Callable[..., {operation.returns}]" for _, operation in LISTS)


def is_overload(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and any(ast.unparse(each) == "overload" for each in node.decorator_list)


def test_an_empty_list_gives_nothing(serve: Any, runs: Any) -> None:
    assert list(paginate(runs(serve(reply({}))).list_runs)) == []


def test_nothing_is_sent_before_the_first_item_is_asked_for(lister: Lister, list_runs: Any) -> None:
    paginate(list_runs)
    assert lister.queries == []


def test_a_method_that_a_subclass_overrides_is_the_one_that_is_called(serve: Any, connect: Any, lister: Lister) -> None:
    class Mine(RunServiceApi):
        def run_service_list_runs(self, **keywords: Any) -> Any:
            called.append(keywords)
            return super().run_service_list_runs(**keywords)

    called: list[Any] = []
    assert len(list(paginate(Mine(connect(serve(lister))).run_service_list_runs, page_size=5))) == 10
    assert len(called) == 2


def test_nulls_in_a_page_are_no_items(serve: Any, runs: Any) -> None:
    found = paginate(runs(serve(reply({"runs": [{"run_id": "a"}, None, {"run_id": "b"}]}))).list_runs)
    assert next(found).run_id == "a"
    assert len(found.state["given"]) == 1
    assert ids(found) == ["b"]


def test_options_hold_for_each_page(serve: Any, runs: Any) -> None:
    pages = [reply({"runs": [{"run_id": "a"}], "next_page_token": "t"}), lambda request, peer: peer.stopping.wait(5)]
    found = paginate(runs(serve(*pages)).list_runs, _request_timeout=0.2)
    next(found)
    with pytest.raises(ApiTimeoutError):
        next(found)


# Pages


def test_pages_are_the_replies(list_runs: Any) -> None:
    pages = list(paginate(list_runs, page_size=4).pages())
    assert all(isinstance(page, V2beta1ListRunsResponse) for page in pages)
    assert [ids(page.runs) for page in pages] == [
        [f"id-{n:05}" for n in part] for part in (range(4), range(4, 8), range(8, 10))
    ]
    assert [page.total_size for page in pages] == [10, 10, 10]


def test_pages_begin_with_a_half_read_page(list_runs: Any) -> None:
    found = paginate(list_runs, page_size=4)
    next(found)
    assert [numbers(page.runs) for page in found.pages()] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_pages_go_on_where_items_ended(list_runs: Any) -> None:
    found = paginate(list_runs, page_size=4)
    list(islice(found, 4))
    assert [numbers(page.runs) for page in found.pages()] == [[4, 5, 6, 7], [8, 9]]


def test_items_go_on_where_pages_ended(list_runs: Any) -> None:
    found = paginate(list_runs, page_size=4)
    next(found.pages())
    assert numbers(found) == [4, 5, 6, 7, 8, 9]


def test_a_short_or_empty_page_with_a_token_is_not_the_last(serve: Any, runs: Any) -> None:
    pages = [
        {"next_page_token": "a"},
        {"runs": [{"run_id": "1"}], "next_page_token": "b"},
        {"runs": [], "next_page_token": "c"},
        {"runs": [{"run_id": "2"}]},
    ]
    assert ids(paginate(runs(serve(*map(reply, pages))).list_runs)) == ["1", "2"]


def test_ten_thousand_runs_are_never_held_at_once(serve: Any, runs: Any) -> None:
    rows, held, traced = rows_of(RUNS, 10_000), [], []

    def answer(request: Any, peer: Any) -> bool:
        start = int(request.query.get("page_token", ["0"])[0])
        page = {"runs": rows[start : start + 200], "next_page_token": str(start + 200)}
        return reply(page if start < 9_800 else {"runs": page["runs"]})(request, peer)

    tracemalloc.start()
    try:
        for number, _ in enumerate(paginate(runs(serve(answer)).list_runs, page_size=200)):
            if number in (999, 9999):
                gc.collect()
                held.append(sum(isinstance(each, V2beta1Run) for each in gc.get_objects()))
                traced.append(bytes_of_the_package())
    finally:
        tracemalloc.stop()
    assert len(held) == 2
    assert max(held) <= 2 * 200
    assert traced[1] < traced[0] + 20_000


def bytes_of_the_package() -> int:
    package = tracemalloc.Filter(True, str(Path(pagination.__file__).parent / "*"))
    return sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces([package]).traces)


# The rules of tokens


@pytest.mark.parametrize("rule", ["match", "empty"])
@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("predicate", [NAMED, NEWER, {**NAMED, "operation": "IS_SUBSTRING", "string_value": "e"}])
@pytest.mark.parametrize("order", [None, "created_at desc", "display_name desc"])
def test_both_generations_of_servers_give_all_that_the_filter_names(
    lister: Lister, list_runs: Any, rule: str, size: int, predicate: Any, order: str | None
) -> None:
    lister.rule, criteria = rule, {"sort_by": order, "filter": {"predicates": [predicate]}}
    whole = numbers(list_runs(page_size=100, **criteria).runs)
    assert whole
    assert numbers(paginate(list_runs, page_size=size, **criteria)) == whole


def test_sort_order_and_filter_come_again_with_the_token(lister: Lister, list_runs: Any) -> None:
    criteria = {"sort_by": "created_at desc", "filter": json.dumps({"predicates": [NAMED]})}
    list(paginate(list_runs, page_size=1, **criteria))
    assert [{name: query.get(name) for name in criteria} for query in lister.queries] == [criteria, criteria]


def test_a_server_that_refuses_them_once_is_not_asked_so_again(lister: Lister, list_runs: Any) -> None:
    lister.rule = "empty"
    assert len(list(paginate(list_runs, page_size=2, sort_by="created_at"))) == 10
    with_token = [query for query in lister.queries if "page_token" in query]
    assert ["sort_by" in query for query in with_token] == [True, False, False, False, False]


def test_a_server_that_has_them_match_is_asked_once_a_page(lister: Lister, list_runs: Any) -> None:
    list(paginate(list_runs, page_size=2, sort_by="created_at", filter={"predicates": []}))
    assert len(lister.queries) == 5


@pytest.mark.parametrize("rule", ["match", "empty"])
@pytest.mark.parametrize("form", ["dict", "text", "object"])
def test_tags_come_again_with_every_token(serve: Any, connect: Any, rule: str, form: str) -> None:
    rows = [{**row, "tags": {"team": "xy"[number % 2]}} for number, row in enumerate(rows_of(PIPELINES, 12))]
    lister = Lister(PIPELINES, rows, rule)
    as_dict: Any = {"predicates": [TAGGED, NEWER]}
    forms = {
        "dict": as_dict,
        "text": json.dumps(as_dict),
        "object": (filters.tag("team") == "x") & (filters.field("display_name").contains("name")),
    }
    found = list(paginate(PipelineServiceApi(connect(serve(lister))).list_pipelines, page_size=2, filter=forms[form]))
    assert len(found) == (6 if form == "object" else 3)
    assert {item.tags["team"] for item in found} == {"x"}


def test_a_text_keeps_the_escapes_that_its_writer_made_for_clusters(serve: Any, connect: Any) -> None:
    refused = reply({"code": 3, "message": "does not match"}, 400)
    server = serve(reply({"pipelines": [], "next_page_token": "t"}), refused, reply({}))
    text = json.dumps({"predicates": [{**TAGGED, "string_value": "a%2Bb"}, NEWER]})
    assert list(paginate(PipelineServiceApi(connect(server)).list_pipelines, filter=text)) == []
    assert '"a%2Bb"' in server.requests[-1].query["filter"][0]


def test_a_text_that_is_escaped_for_clusters_keeps_its_tags(serve: Any, connect: Any) -> None:
    refused = reply({"code": 3, "message": "does not match"}, 400)
    server = serve(reply({"pipelines": [], "next_page_token": "t"}), refused, reply({}))
    text = quote(json.dumps({"predicates": [TAGGED, NEWER]}))
    assert list(paginate(PipelineServiceApi(connect(server)).list_pipelines, filter=text)) == []
    assert json.loads(server.requests[-1].query["filter"][0]) == {"predicates": [TAGGED]}


@pytest.mark.parametrize("rule", ["match", "empty"])
def test_the_scope_comes_again_with_every_token(serve: Any, runs: Any, rule: str) -> None:
    rows = [{**row, "experiment_id": "ab"[number % 2]} for number, row in enumerate(rows_of(RUNS, 10))]
    lister = Lister(RUNS, rows, rule, scope=("experiment_id",))
    found = paginate(
        runs(serve(lister)).list_runs, experiment_id="a", page_size=2, sort_by="created_at", namespace="team"
    )
    assert numbers(found) == [0, 2, 4, 6, 8]
    assert {query["namespace"] for query in lister.queries} == {"team"}


def test_a_bad_request_without_a_token_is_raised_at_once(serve: Any, runs: Any) -> None:
    server = serve(reply({"code": 3, "message": "no such field"}, 400))
    with pytest.raises(BadRequestError, match="no such field"):
        next(paginate(runs(server).list_runs, sort_by="nonsense"))
    assert len(server.requests) == 1


def test_a_bad_request_that_has_another_reason_is_raised(serve: Any, runs: Any) -> None:
    first = reply({"runs": [{"run_id": "a"}], "next_page_token": "t"})
    server = serve(first, reply({"code": 3, "message": "Invalid page token"}, 400))
    with pytest.raises(BadRequestError, match="Invalid page token"):
        list(paginate(runs(server).list_runs, sort_by="created_at"))
    assert len(server.requests) == 3


# Items that come and go


@pytest.mark.parametrize("rule", ["match", "empty"])
@pytest.mark.parametrize("order", ["created_at", "created_at desc"])
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_items_that_stay_come_once_though_others_come_and_go(
    lister: Lister, list_runs: Any, rule: str, order: str, size: int
) -> None:
    lister.rows = [row_of("run_id", number) for number in range(0, 200, 10)]
    going = [lister.rows[at] for at in (0, 7, 12, 19)]
    stay = {row["run_id"] for row in lister.rows if row not in going}
    coming = iter(sorted((number for number in range(300) if number % 10), key=lambda number: number * 37 % 300))

    def change(number: int) -> None:
        lister.rows.append(row_of("run_id", next(coming)))
        if going and number > 1:
            lister.rows.remove(going.pop(0))

    lister.before, lister.rule = change, rule
    found = ids(paginate(list_runs, page_size=size, sort_by=order))
    assert len(found) == len(set(found))
    assert stay <= set(found)
    assert found == sorted(found, reverse=order.endswith("desc"))


# What servers may not do


@pytest.mark.parametrize(("tokens", "requests"), [(["a", "a"], 2), (["a", "b", "a"], 3), (["a", "b", "c", "b"], 4)])
def test_a_token_that_comes_twice_is_an_error_after_the_items(
    serve: Any, runs: Any, tokens: list[str], requests: int
) -> None:
    server = serve(*[reply({"runs": [{"run_id": "r"}], "next_page_token": token}) for token in tokens])
    found = paginate(runs(server).list_runs)
    with pytest.raises(DecodeError, match="run_service_list_runs: the list has no end: a page token came twice"):
        for _ in range(100):
            next(found)
    assert len(server.requests) == requests


def test_a_list_of_empty_pages_ends(serve: Any, runs: Any) -> None:
    tokens = count()

    def answer(request: Any, peer: Any) -> bool:
        return reply({"next_page_token": str(next(tokens))})(request, peer)

    with pytest.raises(DecodeError, match="1000 pages without an item"):
        list(paginate(runs(serve(answer)).list_runs))


# Sizes


def slow_above(most: int, lister: Lister) -> Any:
    """Answer 504 to pages of more than `most` rows."""
    too_slow = reply("upstream request timeout", 504, type="text/plain")

    def answer(request: Any, peer: Any) -> bool:
        asked.append(int(request.query["page_size"][0]))
        return (too_slow if asked[-1] > most else lister)(request, peer)

    asked: list[int] = []
    answer.asked = asked  # type: ignore[attr-defined]
    return answer


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


@pytest.mark.parametrize("retries", [None, 0, 2, urllib3.Retry(3, status_forcelist=[504], raise_on_status=False)])
def test_a_504_halves_the_page_size_at_once_and_for_the_rest(
    serve: Any, runs: Any, lister: Lister, pauses: list[float], retries: Any
) -> None:
    answer = slow_above(3, lister)
    assert numbers(paginate(runs(serve(answer), retries=retries).list_runs, page_size=12)) == list(range(10))
    assert answer.asked == [12, 6, 3, 3, 3, 3]
    assert pauses == []


def test_a_504_to_a_page_of_one_is_retried_as_ever_and_then_raised(
    serve: Any, runs: Any, lister: Lister, pauses: list[float]
) -> None:
    answer = slow_above(0, lister)
    with pytest.raises(ServerError) as caught:
        next(paginate(runs(serve(answer)).list_runs, page_size=4))
    assert caught.value.status == 504
    assert answer.asked == [4, 2, 1, 1, 1, 1]
    assert len(pauses) == 3


def test_another_call_in_between_is_retried_on_504(serve: Any, runs: Any, lister: Lister, pauses: list[float]) -> None:
    found = paginate(runs(serve(lister)).list_runs, page_size=4)
    next(found)
    server = serve(reply("", 504), reply({"run_id": "r"}))
    assert runs(server).get_run("r").run_id == "r"


def test_a_503_is_retried_with_the_same_size(serve: Any, runs: Any, lister: Lister, pauses: list[float]) -> None:
    assert len(list(paginate(runs(serve(reply("", 503), lister)).list_runs, page_size=6))) == 10
    assert [query["page_size"] for query in lister.queries] == ["6", "6"]


def test_the_page_size_is_100_unless_said_otherwise(lister: Lister, list_runs: Any) -> None:
    list(paginate(list_runs))
    assert [query["page_size"] for query in lister.queries] == ["100"]


@pytest.mark.parametrize(
    ("limit", "size", "sizes"),
    [(0, 4, []), (1, 4, ["1"]), (4, 4, ["4"]), (6, 4, ["4", "2"]), (8, 4, ["4", "4"]), (99, 8, ["8", "8"])],
)
def test_no_more_items_are_fetched_than_the_limit(
    lister: Lister, list_runs: Any, limit: int, size: int, sizes: list[str]
) -> None:
    assert numbers(paginate(list_runs, limit=limit, page_size=size)) == list(range(min(limit, 10)))
    assert [query["page_size"] for query in lister.queries] == sizes
    lister.queries.clear()
    pages = list(paginate(list_runs, limit=limit, page_size=size).pages())
    assert sum(len(page.runs or ()) for page in pages) == min(limit, 10)
    assert [query["page_size"] for query in lister.queries] == sizes


def test_a_server_that_gives_more_than_it_was_asked_for_does_not_lift_the_limit(serve: Any, runs: Any) -> None:
    server = serve(reply({"runs": [{"run_id": str(number)} for number in range(9)], "next_page_token": "t"}))
    found = paginate(runs(server).list_runs, limit=2)
    assert (ids(found), ids(found), len(server.requests)) == (["0", "1"], [], 1)


# Errors on the way


def test_after_an_error_the_same_page_is_tried_again(serve: Any, runs: Any, lister: Lister) -> None:
    server: Server = serve(lister)
    found = paginate(runs(server, retries=0).list_runs, page_size=4)
    got = numbers(islice(found, 4))
    server.answers[:] = [reply("", 503), lister]
    with pytest.raises(ServerError):
        next(found)
    assert got + numbers(found) == list(range(10))


def test_the_state_after_an_error_is_the_one_before_it(serve: Any, runs: Any, lister: Lister) -> None:
    server: Server = serve(lister)
    found = paginate(runs(server, retries=0).list_runs, page_size=4)
    list(islice(found, 4))
    before = found.state
    server.answers[:] = [reply("", 503), lister]
    with pytest.raises(ServerError):
        next(found)
    assert found.state == before


# To stop and to go on


def resumed(list_runs: Any, state: Any, **options: Any) -> Any:
    return paginate(list_runs, state=json.loads(json.dumps(state)), **options)


@pytest.mark.parametrize("size", [1, 4])
@pytest.mark.parametrize("size_then", [1, 5, 100])
def test_a_state_goes_on_with_the_next_item_wherever_it_was_taken(list_runs: Any, size: int, size_then: int) -> None:
    for read in range(11):
        found = paginate(list_runs, page_size=size)
        list(islice(found, read))
        assert numbers(resumed(list_runs, found.state, page_size=size_then)) == list(range(read, 10))


def test_a_resumed_state_can_be_taken_again_at_once(list_runs: Any) -> None:
    found = paginate(list_runs, page_size=4)
    list(islice(found, 6))
    assert resumed(list_runs, found.state).state == found.state


def test_a_state_inside_of_a_resumed_page_holds_too(list_runs: Any) -> None:
    found = paginate(list_runs, page_size=8)
    list(islice(found, 5))
    for size in (1, 2, 3, 8):
        second = resumed(list_runs, found.state, page_size=size)
        assert numbers(islice(second, 2)) == [5, 6]
        assert numbers(resumed(list_runs, second.state, page_size=3)) == [7, 8, 9]


def test_a_state_between_pages_goes_on_with_the_next_page(list_runs: Any) -> None:
    found = paginate(list_runs, page_size=4)
    next(found.pages())
    assert numbers(resumed(list_runs, found.state)) == [4, 5, 6, 7, 8, 9]


def test_a_state_at_the_end_gives_nothing_and_asks_nothing(lister: Lister, list_runs: Any) -> None:
    found = paginate(list_runs)
    list(found)
    asked = len(lister.queries)
    assert list(resumed(list_runs, found.state)) == []
    assert len(lister.queries) == asked


def test_the_limit_counts_from_the_state_on(list_runs: Any) -> None:
    found = paginate(list_runs, page_size=4, limit=3)
    assert numbers(found) == [0, 1, 2]
    assert numbers(resumed(list_runs, found.state, page_size=4, limit=3)) == [3, 4, 5]


def test_pages_from_a_state_begin_with_the_page_it_stands_in(list_runs: Any) -> None:
    found = paginate(list_runs, page_size=4)
    list(islice(found, 6))
    assert [numbers(page.runs) for page in resumed(list_runs, found.state, page_size=4).pages()] == [
        [4, 5, 6, 7],
        [8, 9],
    ]


def test_pages_from_a_state_leave_out_pages_that_were_given_whole(list_runs: Any) -> None:
    found = paginate(list_runs, page_size=8)
    list(islice(found, 6))
    assert [numbers(page.runs) for page in resumed(list_runs, found.state, page_size=3).pages()] == [[6, 7, 8], [9]]


@pytest.mark.parametrize("order", ["created_at", "created_at desc"])
@pytest.mark.parametrize("size", [2, 5, 20])
@pytest.mark.parametrize("read", [1, 4, 5, 6, 10, 19])
def test_a_state_holds_though_items_come_and_go(
    lister: Lister, list_runs: Any, order: str, size: int, read: int
) -> None:
    lister.rows = [row_of("run_id", number) for number in range(0, 200, 10)]
    before = [row["run_id"] for row in sorted(lister.rows, key=lambda row: str(row["run_id"]))]
    before = before[::-1] if order.endswith("desc") else before
    for going in ([], [read - 1], [read], [read - 1, read], [0], [0, read - 1], list(range(read))):
        lister.rows = [row_of("run_id", int(each[3:])) for each in before]
        found = paginate(list_runs, page_size=size, sort_by=order)
        list(islice(found, read))
        gone = {before[at] for at in going if at < len(before)}
        lister.rows = [row for row in lister.rows if row["run_id"] not in gone]
        # One that stands before, or just behind, the first of them.
        lister.rows += [row_of("run_id", 195 if order.endswith("desc") else 4)]
        left = ids(resumed(list_runs, found.state, page_size=size, sort_by=order))
        wanted = [each for each in before[read:] if each not in gone]
        assert [each for each in left if each in wanted] == wanted
        assert len(left) == len(set(left))
        assert not set(left) & set(before[:read])


@pytest.mark.parametrize("order", ["created_at", "created_at desc"])
@pytest.mark.parametrize("seed", range(25))
def test_stops_and_changes_in_any_sequence_lose_and_repeat_nothing(
    lister: Lister, list_runs: Any, order: str, seed: int
) -> None:
    chance = random.Random(seed)
    lister.rows = [row_of("run_id", number) for number in range(0, chance.randrange(1, 400), 10)]
    stay = {row["run_id"] for row in lister.rows}
    coming = chance.sample([number for number in range(450) if number % 10], 400)
    found, state = [], paginate(list_runs, sort_by=order).state
    while state["page_token"] is not None:
        part = resumed(list_runs, state, page_size=chance.randint(1, 12), sort_by=order)
        found += ids(islice(part, chance.randrange(8)))
        state = part.state
        for row in chance.sample(lister.rows, min(len(lister.rows), chance.randrange(3))):
            lister.rows.remove(row)
            stay.discard(row["run_id"])
        lister.rows += [row_of("run_id", coming.pop()) for _ in range(min(len(coming), chance.randrange(3)))]
    assert len(found) == len(set(found))
    assert stay <= set(found)
    assert (mine := [each for each in found if each in stay]) == sorted(mine, reverse=order.endswith("desc"))


def test_new_items_in_front_of_a_state_do_not_come(lister: Lister, list_runs: Any) -> None:
    found = paginate(list_runs, page_size=5, sort_by="created_at desc")
    assert numbers(islice(found, 3)) == [9, 8, 7]
    lister.rows += [row_of("run_id", 10), row_of("run_id", 11)]
    assert numbers(resumed(list_runs, found.state, page_size=5, sort_by="created_at desc")) == [6, 5, 4, 3, 2, 1, 0]


def test_more_new_items_in_front_than_a_page_has_repeat_nothing(lister: Lister, list_runs: Any) -> None:
    def listed(state: Any, size: int) -> Any:
        return paginate(list_runs, page_size=size, sort_by="created_at desc", state=state)

    first = listed(None, 5)
    assert numbers(islice(first, 2)) == [9, 8]
    lister.rows += [row_of("run_id", number) for number in (10, 11, 12, 13)]
    second = listed(first.state, 2)
    assert numbers(islice(second, 1)) == [13]
    assert numbers(listed(second.state, 20)) == [7, 6, 5, 4, 3, 2, 1, 0]


def test_new_items_in_front_of_a_state_that_was_resumed_unread_do_not_come(lister: Lister, list_runs: Any) -> None:
    def listed(state: Any, size: int) -> Any:
        return paginate(list_runs, page_size=size, sort_by="created_at desc", state=state)

    found = listed(None, 5)
    assert numbers(islice(found, 5)) == [9, 8, 7, 6, 5]
    second = listed(found.state, 3)
    assert numbers(islice(second, 1)) == [4]
    lister.rows += [row_of("run_id", 10)]
    third = listed(second.state, 9)
    lister.rows += [row_of("run_id", 11)]
    assert numbers(listed(third.state, 2)) == [3, 2, 1, 0]


def test_a_state_goes_over_to_another_process(serve: Any, runs: Any, lister: Lister, python: Any) -> None:
    server: Server = serve(lister)
    found = paginate(runs(server).list_runs, page_size=4, filter=filters.field("display_name") != "name 0")
    assert numbers(islice(found, 2)) == [1, 2]
    code = """
        import json, sys
        from kfp_server_api import ApiClient, Configuration, RunServiceApi, filters, pagination
        list_runs = RunServiceApi(ApiClient(Configuration(host=sys.argv[1]))).run_service_list_runs
        state = json.loads(sys.argv[2])
        found = pagination.paginate(list_runs, filter=filters.field("display_name") != "name 0", state=state)
        print([run.run_id for run in found])
    """
    printed = python("\n".join(map(str.strip, code.splitlines())), server.url, json.dumps(found.state))
    assert ast.literal_eval(printed) == [f"id-{number:05}" for number in (3, 4, 5, 6, 8, 9)]


def test_a_state_is_small(serve: Any, runs: Any) -> None:
    found = paginate(runs(serve(Lister(RUNS, rows_of(RUNS, 300)))).list_runs)
    list(islice(found, 199))
    assert len(json.dumps(found.state)) < 3000


def test_items_without_an_id_are_given_again_rather_than_lost(serve: Any, runs: Any) -> None:
    method = runs(serve(reply({"runs": [{"display_name": each} for each in "abc"]}))).list_runs
    found = paginate(method)
    list(islice(found, 2))
    assert [run.display_name for run in resumed(method, found.state)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "other",
    [{"sort_by": "created_at desc"}, {"filter": {"predicates": []}}, {"namespace": "x"}, {"experiment_id": "e"}],
)
def test_a_state_of_another_list_is_refused(list_runs: Any, other: Any) -> None:
    state = paginate(list_runs).state
    with pytest.raises(ApiValueError, match="`state` is of another list"):
        paginate(list_runs, state=state, **other)


def test_a_state_of_another_method_is_refused(list_runs: Any, connect: Any) -> None:
    with pytest.raises(ApiValueError, match="here `pipeline_service_list_pipelines`"):
        paginate(PipelineServiceApi(connect("http://x")).list_pipelines, state=paginate(list_runs).state)


def test_a_state_goes_with_other_options(list_runs: Any) -> None:
    assert len(list(paginate(list_runs, state=paginate(list_runs).state, _request_timeout=5))) == 10


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"page_token": "t"},
        {**STATE, "page_token": 5},
        {**STATE, "given": "abc"},
        {**STATE, "given": None},
        {**STATE, "given": [{}]},
        {**STATE, "upcoming": []},
        {**STATE, "query": None},
    ],
)
def test_what_is_no_state_is_refused(list_runs: Any, state: Any) -> None:
    with pytest.raises(ApiValueError, match="`state` is none"):
        paginate(list_runs, state=state)


@pytest.mark.parametrize("state", ["token", 5, ["a"]])
def test_a_state_that_is_no_dict_is_refused(list_runs: Any, state: Any) -> None:
    with pytest.raises(ApiTypeError, match="`state` is a dict"):
        paginate(list_runs, state=state)


# Arguments


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"limit": -1}, ApiValueError, "`limit` has to be at least 0, not -1"),
        ({"limit": 1.5}, ApiTypeError, "`limit` has to be a whole number"),
        ({"limit": True}, ApiTypeError, "`limit` has to be a whole number"),
        ({"limit": "5"}, ApiTypeError, "`limit` has to be a whole number"),
        ({"page_size": 0}, ApiValueError, "`page_size` has to be at least 1, not 0"),
        ({"page_size": "5"}, ApiTypeError, "`page_size` has to be a whole number"),
        ({"page_token": "t"}, ApiValueError, "`page_token` is set by the paginator"),
        ({"async_req": True}, ApiValueError, "`async_req`"),
        ({"_preload_content": False}, ApiValueError, "`_preload_content=False`"),
        ({"namspace": "x"}, ApiTypeError, "'namspace'.*did you mean 'namespace'"),
        ({"filter": filters.field("stat") == "x"}, ApiValueError, "'stat'.*did you mean 'state'"),
        ({"sort_by": filters.field("stat").asc()}, ApiValueError, "'stat'.*did you mean 'state'"),
    ],
)
def test_a_bad_argument_is_named_before_anything_is_sent(
    lister: Lister, list_runs: Any, arguments: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        paginate(list_runs, **arguments)
    assert lister.queries == []


@pytest.mark.parametrize(
    "method",
    [
        RunServiceApi.run_service_list_runs,
        RunServiceApi(ApiClient()).run_service_get_run,
        RunServiceApi(ApiClient()).run_service_list_runs_with_http_info,
        RunServiceApi(ApiClient()),
        RunServiceApi,
        lambda **_: None,
        "run_service_list_runs",
        None,
    ],
)
def test_a_method_that_is_no_list_is_refused(method: Any) -> None:
    with pytest.raises(ApiTypeError, match=r"`method` has to be a list method.*without parentheses"):
        paginate(method)


def test_a_missing_or_surplus_argument_is_refused(connect: Any) -> None:
    method = PipelineServiceApi(connect("http://x")).list_pipeline_versions
    with pytest.raises(ApiValueError, match="Missing the required parameter `pipeline_id`"):
        paginate(method)
    with pytest.raises(ApiTypeError, match="takes 1 positional arguments, got 2"):
        paginate(method, "p", "q")
    with pytest.raises(ApiTypeError, match="Got `pipeline_id` twice"):
        paginate(method, "p", pipeline_id="q")
