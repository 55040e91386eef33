# SPDX-License-Identifier: Apache-2.0
"""`filter=` takes text, a dict, a `V2beta1Filter` or conditions of `filters`, and sends JSON with names on the wire."""

from __future__ import annotations

import copy
import json
import pickle
import uuid
from datetime import date, datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote_plus

import pytest
from fixtures.servers import Server, reply

from kfp_server_api import (
    ApiException,
    ApiTypeError,
    ApiValueError,
    ExperimentServiceApi,
    PipelineServiceApi,
    PredicateStringValues,
    RecurringRunServiceApi,
    RunServiceApi,
    V2beta1Filter,
    V2beta1Predicate,
    V2beta1PredicateOperation,
    V2beta1RuntimeState,
    api,
    models,
)
from kfp_server_api._operation import ListField, Operation, operations
from kfp_server_api.filters import Filter, field, tag
from kfp_server_api.pagination import paginate

EQUALS = {"predicates": [{"operation": "EQUALS", "key": "display_name", "string_value": "x"}]}
AS_MODEL = V2beta1Filter(
    predicates=[
        V2beta1Predicate(operation=V2beta1PredicateOperation.EQUALS, key="display_name", string_value="x"),
    ]
)


@pytest.fixture
def server(serve: Any) -> Server:
    return serve(reply({}))


def last_filter(server: Server) -> str:
    return server.requests[-1].query["filter"][0]


@pytest.mark.parametrize("text", [json.dumps(EQUALS), "", "{}", '{"predicates":[]}', "a+b %41 {'x'}", "ü&=?#"])
def test_text_arrives_as_it_is(server: Server, runs: Any, text: str) -> None:
    runs(server).list_runs(filter=text)
    assert last_filter(server) == text


@pytest.mark.parametrize("value", [EQUALS, AS_MODEL, {"predicates": AS_MODEL.predicates}], ids=["dict", "model", "mix"])
def test_a_dict_or_model_arrives_as_json(server: Server, runs: Any, value: Any) -> None:
    runs(server).list_runs(filter=value)
    assert json.loads(last_filter(server)) == EQUALS


@pytest.mark.parametrize("service", [ExperimentServiceApi, PipelineServiceApi, RecurringRunServiceApi, RunServiceApi])
def test_every_list_takes_a_dict(server: Server, connect: Any, service: Any) -> None:
    noun = service.__name__.removesuffix("ServiceApi")
    plural = {"RecurringRun": "recurring_runs"}.get(noun, noun.lower() + "s")
    getattr(service(connect(server)), f"list_{plural}")(filter=EQUALS)
    assert json.loads(last_filter(server)) == EQUALS


def test_the_list_of_versions_takes_a_dict(server: Server, connect: Any) -> None:
    PipelineServiceApi(connect(server)).list_pipeline_versions("p", filter=EQUALS)
    assert json.loads(last_filter(server)) == EQUALS


def test_a_nested_model_has_its_names_on_the_wire(server: Server, runs: Any) -> None:
    predicate = V2beta1Predicate(operation="IN", key="state", string_values=PredicateStringValues(values=["A", "B"]))
    runs(server).list_runs(filter=V2beta1Filter(predicates=[predicate]))
    assert json.loads(last_filter(server)) == {
        "predicates": [{"operation": "IN", "key": "state", "string_values": {"values": ["A", "B"]}}]
    }


def test_a_time_arrives_as_rfc_3339(server: Server, runs: Any) -> None:
    when = datetime(2024, 1, 1, tzinfo=timezone.utc)
    predicate = {"operation": "GREATER_THAN", "key": "created_at", "timestamp_value": when}
    runs(server).list_runs(filter={"predicates": [predicate]})
    text = json.loads(last_filter(server))["predicates"][0]["timestamp_value"]
    assert datetime.fromisoformat(text.replace("Z", "+00:00")) == when


@pytest.mark.parametrize("text", ["a+b", "50%", "%41", "a b", "ü", '"', "\\u002b", "&=#"])
def test_a_value_survives_that_clusters_unescape_filters_twice(server: Server, runs: Any, text: str) -> None:
    predicate = {"operation": "EQUALS", "key": "display_name", "string_value": text}
    runs(server).list_runs(filter={"predicates": [predicate]})
    assert json.loads(unquote_plus(last_filter(server))) == {"predicates": [predicate]}
    assert json.loads(last_filter(server)) == {"predicates": [predicate]}


def test_a_time_survives_that_clusters_unescape_filters_twice(server: Server, runs: Any) -> None:
    when = datetime(2024, 1, 1, tzinfo=timezone.utc)
    runs(server).list_runs(filter=V2beta1Filter(predicates=[V2beta1Predicate(timestamp_value=when)]))
    text = json.loads(unquote_plus(last_filter(server)))["predicates"][0]["timestamp_value"]
    assert datetime.fromisoformat(text.replace("Z", "+00:00")) == when


def test_no_filter_sends_none(server: Server, runs: Any) -> None:
    runs(server).list_runs(filter=None)
    assert "filter" not in server.requests[0].query


def test_nan_in_a_filter_is_an_error_that_names_its_path(server: Server, runs: Any) -> None:
    with pytest.raises(ApiValueError, match=r"predicates.*int_value"):
        runs(server).list_runs(filter={"predicates": [{"int_value": float("nan")}]})


@pytest.mark.parametrize("value", [object(), 1j, [1j]])
def test_what_is_no_filter_is_an_error_of_ours(server: Server, runs: Any, value: Any) -> None:
    with pytest.raises(ApiTypeError):
        runs(server).list_runs(filter=value)
    assert server.requests == []


def test_a_list_is_refused_or_sent_as_json(server: Server, runs: Any) -> None:
    try:
        runs(server).list_runs(filter=[EQUALS])
    except (ApiTypeError, ApiValueError):
        return
    assert json.loads(last_filter(server)) == [EQUALS]


def test_tags_take_a_dict(serve: Any, connect: Any) -> None:
    from kfp_server_api import PipelineUploadServiceApi

    server = serve(reply({}))
    PipelineUploadServiceApi(connect(server)).upload_pipeline(b"a: b", tags={"team": "x"})
    assert json.loads(server.requests[0].query["tags"][0]) == {"team": "x"}


def test_the_error_about_a_filter_is_the_servers(serve: Any, runs: Any) -> None:
    server = serve(reply({"code": 3, "message": "failed to parse valid filter"}, 400))
    with pytest.raises(ApiException, match="failed to parse valid filter"):
        runs(server).list_runs(filter="nonsense")


# Conditions

NOON = datetime(2024, 2, 29, 12, 0, 30, tzinfo=timezone.utc)
LISTS: list[tuple[type, Operation]] = [
    (cls, each) for cls in (getattr(api, name) for name in api.__all__) for each in operations(cls) if each.paging
]
FIELDS = [(cls, operation, each) for cls, operation in LISTS for each in operation.fields]


@pytest.fixture
def predicates(server: Server, runs: Any) -> Any:
    """Return the predicates that arrive for conditions on runs."""

    def send(condition: Filter) -> Any:
        runs(server).list_runs(filter=condition)
        return json.loads(last_filter(server))["predicates"]

    return send


@pytest.mark.parametrize(
    ("condition", "operation", "value"),
    [
        (field("display_name") == "x", "EQUALS", {"string_value": "x"}),
        (field("display_name") != "x", "NOT_EQUALS", {"string_value": "x"}),
        (field("display_name") < "x", "LESS_THAN", {"string_value": "x"}),
        (field("display_name") <= "x", "LESS_THAN_EQUALS", {"string_value": "x"}),
        (field("display_name") > "x", "GREATER_THAN", {"string_value": "x"}),
        (field("display_name") >= "x", "GREATER_THAN_EQUALS", {"string_value": "x"}),
        ("x" > field("display_name"), "LESS_THAN", {"string_value": "x"}),  # noqa: SIM300
        (field("display_name").in_(["x", "y"]), "IN", {"string_values": {"values": ["x", "y"]}}),
        (field("display_name").in_(each for each in "xy"), "IN", {"string_values": {"values": ["x", "y"]}}),
        (field("display_name").in_([]), "IN", {"string_values": {"values": []}}),
        (field("display_name").contains("x"), "IS_SUBSTRING", {"string_value": "x"}),
    ],
)
def test_each_comparison_has_its_operation(predicates: Any, condition: Any, operation: str, value: Any) -> None:
    assert predicates(condition) == [{"operation": operation, "key": "display_name", **value}]


def test_conditions_are_joined_by_and(predicates: Any) -> None:
    both = (field("display_name") == "x") & (field("state") == "FAILED") & (field("state") != "RUNNING")
    assert [(each["key"], each["operation"]) for each in predicates(both)] == [
        ("display_name", "EQUALS"),
        ("state", "EQUALS"),
        ("state", "NOT_EQUALS"),
    ]


def test_joining_changes_neither_part(predicates: Any) -> None:
    one, other = field("display_name") == "x", field("state") == "FAILED"
    _ = one & other
    assert (len(predicates(one)), len(predicates(other))) == (1, 1)


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (NOON, "2024-02-29T12:00:30Z"),
        (NOON.astimezone(timezone(timedelta(hours=5, minutes=30))), "2024-02-29T12:00:30Z"),
        (NOON.astimezone(timezone(timedelta(hours=-9, seconds=7))), "2024-02-29T12:00:30Z"),
        (NOON.replace(microsecond=250000), "2024-02-29T12:00:30.250000Z"),
        (datetime(1, 1, 1, tzinfo=timezone.utc), "0001-01-01T00:00:00Z"),
    ],
)
def test_a_time_is_sent_in_utc(predicates: Any, when: datetime, text: str) -> None:
    assert predicates(field("created_at") >= when) == [
        {"operation": "GREATER_THAN_EQUALS", "key": "created_at", "timestamp_value": text}
    ]


def test_times_to_choose_from_are_sent_as_seconds(predicates: Any) -> None:
    assert predicates(field("created_at").in_([NOON, NOON + timedelta(seconds=1)]))[0]["long_values"] == {
        "values": ["1709208030", "1709208031"]
    }


def test_a_time_without_a_zone_is_taken_as_utc_with_a_warning_at_the_caller(predicates: Any) -> None:
    with pytest.warns(UserWarning, match="taken as UTC") as warned:
        found = predicates(field("created_at") == NOON.replace(tzinfo=None))
    assert found[0]["timestamp_value"] == "2024-02-29T12:00:30Z"
    assert [each.filename for each in warned] == [__file__]


def test_a_time_without_a_zone_warns_once_for_all_pages(serve: Any, runs: Any) -> None:
    server = serve(reply({"next_page_token": "a"}), reply({"next_page_token": "b"}), reply({}))
    with pytest.warns(UserWarning, match="taken as UTC") as warned:
        list(paginate(runs(server).list_runs, filter=field("created_at") == NOON.replace(tzinfo=None)))
    assert len(warned) == 1


def test_a_time_that_utc_does_not_have_is_refused(server: Server, runs: Any) -> None:
    when = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5)))
    with pytest.raises(ApiValueError, match="no time in UTC"):
        runs(server).list_runs(filter=field("created_at") == when)


@pytest.mark.parametrize(
    "value",
    ["a+b", "50% off", "%41%2B%", "a b", "ü 🎉", 'say "hi"', "it's", "back\\slash \\u002b \\", "&=#?;/", "\t\n", ""],
)
@pytest.mark.parametrize("through", ["call", "paginate"])
def test_a_value_arrives_unchanged_decoded_once_or_twice(server: Server, runs: Any, value: str, through: str) -> None:
    condition = (field("display_name") == value) & field("description").in_([value])
    if through == "call":
        runs(server).list_runs(filter=condition)
    else:
        list(paginate(runs(server).list_runs, filter=condition))
    for text in (last_filter(server), unquote_plus(last_filter(server))):
        equals, any_of = json.loads(text)["predicates"]
        assert (equals["string_value"], any_of["string_values"]["values"]) == (value, [value])


@pytest.mark.parametrize(
    "value",
    [uuid.UUID(int=1), V2beta1RuntimeState.FAILED, type("Text", (str,), {})("x")],
    ids=["uuid", "enum", "subclass"],
)
def test_what_is_text_in_json_is_text_here(predicates: Any, value: Any) -> None:
    assert predicates(field("display_name") == value)[0]["string_value"] == str(value)


# Conditions and what a list knows


@pytest.mark.parametrize(("service", "operation", "listed"), FIELDS, ids=[f"{o.name}-{f.name}" for _, o, f in FIELDS])
def test_every_field_of_the_spec_can_be_asked_for_and_sorted_by(
    server: Server, connect: Any, service: Any, operation: Operation, listed: ListField
) -> None:
    method = getattr(service(connect(server)), operation.name)
    place = ["p"] if "{" in operation.path else []
    for name in (listed.name, *listed.aliases):
        name += "key" if name[-1] in ".:" else ""
        if listed.only != "sort":
            method(*place, filter=field(name) == value_of(listed))
            assert json.loads(last_filter(server))["predicates"][0]["key"] == name
        if listed.only != "filter":
            method(*place, sort_by=field(name).desc())
            assert server.requests[-1].query["sort_by"] == [f"{name} desc"]


def value_of(listed: ListField) -> Any:
    if listed.type == "datetime":
        return NOON
    return "x" if listed.type == "str" else getattr(models, listed.type).allowable_values[0]


@pytest.mark.parametrize(
    ("condition", "error", "message"),
    [
        (
            field("stat") == "x",
            ApiValueError,
            "'stat' is no field to filter run_.* by; did you mean 'state'",
        ),
        (field("metric:loss") == "x", ApiValueError, "'metric:loss' is no field to filter"),
        (tag("team") == "x", ApiValueError, r"'tags.team' is no field to filter.*there are \(run_id, id,"),
        (field("state") == "FAILURE", ApiValueError, "'state' is one of .*, not 'FAILURE'; did you mean 'FAILED'"),
        (field("state") == "failed", ApiValueError, "not 'failed'; did you mean 'FAILED'"),
        (field("state").in_(["FAILED", "x"]), ApiValueError, "not 'x'"),
        (field("state") == 5, ApiTypeError, "'state' is compared with text, not with 5"),
        (field("display_name") == None, ApiTypeError, "compared with text, not with None"),  # noqa: E711
        (field("display_name") == True, ApiTypeError, "compared with text, not with True"),  # noqa: E712
        (field("display_name") == ["x"], ApiTypeError, r"compared with text, not with \['x'\]"),
        (field("display_name") == NOON, ApiTypeError, "compared with text, not with datetime"),
        (field("display_name") == date(2024, 1, 1), ApiTypeError, "compared with text, not with datetime.date"),
        (field("display_name").contains(5), ApiTypeError, "compared with text, not with 5"),  # type: ignore[arg-type]
        (field("created_at") == "2024-01-01T00:00:00Z", ApiTypeError, "'created_at' is compared with a datetime"),
        (field("created_at") == date(2024, 1, 1), ApiTypeError, "compared with a datetime"),
        (field("created_at") == 1704067200, ApiTypeError, "compared with a datetime"),
        (field("created_at").contains("2024"), ApiValueError, "'created_at' takes ==.* and not `.contains`"),
        (field("state") == field("status"), ApiTypeError, r"compared with text, not with field\('status'\)"),
        ((field("state") == "FAILED") & (field("nosuch") == "x"), ApiValueError, "'nosuch'"),
    ],
)
def test_what_a_list_does_not_know_is_named_before_anything_is_sent(
    server: Server, runs: Any, condition: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        runs(server).list_runs(filter=condition)
    assert server.requests == []


@pytest.mark.parametrize("condition", [tag("team") != "x", tag("team").in_(["x"]), tag("team").contains("x")])
def test_tags_can_only_be_equal(server: Server, connect: Any, condition: Any) -> None:
    with pytest.raises(ApiValueError, match=r"'tags\.team' takes == and not"):
        PipelineServiceApi(connect(server)).list_pipelines(filter=condition)


def test_a_part_of_a_state_need_not_be_a_state(predicates: Any) -> None:
    assert predicates(field("state").contains("CANCEL"))[0]["string_value"] == "CANCEL"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sort_by": field("tags.team").asc()}, "'tags.team' is no field to sort"),
        ({"sort_by": field("creatd_at").asc()}, "did you mean 'created_at'"),
        ({"sort_by": field("state") == "FAILED"}, "`sort_by` of .* takes no filter"),
        ({"sort_by": field("state")}, r"`sort_by` of .* takes .*\.asc\(\) or \.desc\(\)"),
        ({"filter": field("state").asc()}, "`filter` of .* takes no order"),
        ({"filter": field("state")}, "`filter` of .* takes .* compared with a value"),
        ({"sort_by": field("metric:my loss").asc()}, "with blanks"),
        ({"namespace": field("state") == "FAILED"}, "`namespace` of .* takes no filter"),
    ],
)
def test_a_term_in_a_wrong_place_is_refused(server: Server, runs: Any, arguments: Any, message: str) -> None:
    with pytest.raises((ApiTypeError, ApiValueError), match=message):
        runs(server).list_runs(**arguments)
    assert server.requests == []


def test_a_call_that_is_no_list_takes_no_condition(server: Server, runs: Any) -> None:
    with pytest.raises(ApiTypeError, match="takes no filter"):
        runs(server).get_run("r", experiment_id=field("state") == "FAILED")


@pytest.mark.parametrize("name", ["", None, 5])
def test_a_field_or_tag_has_a_name(name: Any) -> None:
    for make in (field, tag):
        with pytest.raises(ApiValueError, match="has to be a"):
            make(name)


@pytest.mark.parametrize("values", ["FAILED", b"x", 5, None])
def test_what_is_no_list_of_values_is_refused(values: Any) -> None:
    with pytest.raises(ApiTypeError, match="`values` has to be a list"):
        field("state").in_(values)


# What Python would take for something else


@pytest.mark.parametrize(
    ("use", "advice"),
    [
        (lambda: field("a") == "x" and field("b") == "y", "by `&`, each in parentheses, instead of `and`"),
        (lambda: field("a") == "x" or field("b") == "y", "by `&`"),
        (lambda: not field("a"), "by `&`"),
        (lambda: "a" < field("a") < "b", "write `a < x < b` as two"),
        (lambda: bool(field("a").asc()), "by `&`"),
        (lambda: (field("a") == "x") | (field("b") == "y"), r"no `or`: use `\.in_"),
        (lambda: ~(field("a") == "x"), "no `not`: use `!=`"),
        (lambda: field("a") == "x" & field("b") == "y", "`&` joins conditions, each in parentheses"),  # type: ignore
        (lambda: (field("a") == "x") & field("b"), "`&` joins conditions, each in parentheses"),  # type: ignore
        (lambda: (field("a") == "x") & "y", "`&` joins conditions, each in parentheses"),  # type: ignore
        (lambda: (field("a") == "x") & {"predicates": []}, "`&` joins conditions"),  # type: ignore
    ],
)
def test_a_condition_that_python_would_lose_is_refused_with_advice(use: Any, advice: str) -> None:
    with pytest.raises(ApiTypeError, match=advice):
        use()


def test_conditions_and_orders_read_as_they_were_written() -> None:
    condition = (field("state") == "FAILED") & field("display_name").in_(["a", "b"])
    assert repr(condition) == "(field('state') == 'FAILED') & (field('display_name').in_(['a', 'b']))"
    assert repr(field("state").desc()) == "field('state').desc()"


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_conditions_and_orders_can_be_copied(copied: Any) -> None:
    for each in ((field("state") == "FAILED") & (field("created_at") > NOON), field("state").desc(), field("state")):
        assert repr(copied(each)) == repr(each)


def test_calls_without_conditions_import_no_filters(server: Server, python: Any) -> None:
    code = (
        "import sys; from kfp_server_api import ApiClient, Configuration, RunServiceApi;"
        "runs = RunServiceApi(ApiClient(Configuration(host=sys.argv[1])));"
        "runs.run_service_list_runs(filter={'predicates': []}, sort_by='state');"
        "print('kfp_server_api.filters' in sys.modules)"
    )
    assert python(code, server.url) == "False\n"
