# SPDX-License-Identifier: Apache-2.0
"""Check that the spec is valid, complete and true to itself."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

ROOT = Path(__file__).resolve().parent.parent
FACTS = ROOT.parent / "shared" / "facts" / "api.json"
SPEC: dict[str, Any] = yaml.safe_load((ROOT / "spec" / "kfp.yaml").read_text(encoding="utf-8"))
SCHEMAS: dict[str, Any] = SPEC["components"]["schemas"]
RELEASES: list[str] = SPEC["x-releases"]
OPERATIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    operation["operationId"]: (path, method, operation)
    for path, item in SPEC["paths"].items()
    for method, operation in item.items()
}
SCALARS = {"string": "str", "integer": "int", "boolean": "bool", "object": "object"}
MAX_DESCRIPTION, MAX_CODE_LINE = 600, 110


def walk(node: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every mapping of the spec with the place where it stands."""
    if isinstance(node, dict):
        yield place, node
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from walk(child, f"{place}/{key}")


def holders(extension: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the mappings that have an extension, of which there must be some."""
    found = [(place, node) for place, node in walk(SPEC) if extension in node]
    assert found, f"nothing has {extension}"
    return found


def python_name(wire: str) -> str:
    """Return the Python name of a parameter or field."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", wire.replace(".", "_").lstrip("@")).lower()


def type_text(schema: dict[str, Any]) -> str:
    """Write the type of a schema as the models' openapi_types do."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "type" not in schema:
        return "object"
    if schema["type"] == "array":
        return f"list[{type_text(schema['items'])}]"
    if schema["type"] == "object" and schema.get("additionalProperties", True) is not True:
        return f"dict(str, {type_text(schema['additionalProperties'])})"
    return {"date-time": "datetime", "binary": "file"}.get(schema.get("format", ""), SCALARS[schema["type"]])


def body_parameter(body: dict[str, Any]) -> dict[str, Any]:
    """Return a request body as the parameter that a caller sees."""
    (content,) = body["content"].values()
    if "x-parameter" in body:
        return {**body, "name": body["x-parameter"], "in": "body", "schema": content["schema"]}
    ((name, schema),) = content["schema"]["properties"].items()
    return {"name": name, "in": "file", "schema": schema, "required": name in content["schema"]["required"]}


def parameters(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parameters in the order of the signature: path, body, then the optional ones."""
    listed = operation.get("parameters", [])
    body = [body_parameter(operation["requestBody"])] if "requestBody" in operation else []
    return [p for p in listed if p["required"]] + body + [p for p in listed if not p["required"]]


def success_schema(operation: dict[str, Any]) -> dict[str, Any]:
    return dict(operation["responses"]["200"]["content"]["application/json"]["schema"])


def test_it_is_valid_openapi_3_1() -> None:
    assert [str(error) for error in OpenAPIV31SpecValidator(SPEC).iter_errors()] == []


def test_every_extension_is_known_and_explained() -> None:
    used = {key for _, node in walk(SPEC) for key in node if str(key).startswith("x-")}
    assert used == set(re.findall(r"`(x-[a-z-]+)`", SPEC["info"]["description"]))


def described() -> Iterator[tuple[str, Any]]:
    """Yield every text of the spec, and None where one is missing."""
    for place, node in walk(SPEC):
        if not place.endswith(("/properties", "/x-value-descriptions", "/x-fields")) and (
            "description" in node or {"in", "operationId", "x-parameter"} & set(node)
        ):
            yield f"{place}/description", node.get("description")
        for value, text in node.get("x-value-descriptions", {}).items():
            yield f"{place}/{value}", text
    for name, schema in SCHEMAS.items():
        yield name, schema.get("description")
        for field, detail in schema.get("properties", {}).items():
            yield f"{name}.{field}", detail.get("description")


def test_no_description_is_missing_or_left_to_do() -> None:
    assert [place for place, text in described() if not (text or "").strip() or "TODO" in text] == []


def test_descriptions_are_sentences_that_fit_into_table_cells_and_docstrings() -> None:
    texts = {place: text for place, text in described() if place != "/info/description"}
    assert [place for place, text in texts.items() if not re.fullmatch(r"[^|\\\n]+\.", text)] == []
    assert [place for place, text in texts.items() if len(text) > MAX_DESCRIPTION] == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_summary_is_one_short_sentence(name: str) -> None:
    assert re.fullmatch(r"[A-Z][^.\n]{1,87}\.", OPERATIONS[name][2]["summary"])


@pytest.mark.parametrize("name", OPERATIONS)
def test_error_statuses_are_numbers_in_order(name: str) -> None:
    success, *errors, default = OPERATIONS[name][2]["responses"]
    assert (success, default) == ("200", "default")
    assert errors == sorted(errors)
    assert all("400" <= status <= "599" for status in errors)


# Extensions, each by every place that has it


def test_releases_are_in_order() -> None:
    numbers = [tuple(map(int, release.split("."))) for release in RELEASES]
    assert numbers == sorted(set(numbers))


def test_since_and_until_are_releases_in_order() -> None:
    for place, node in holders("x-since") + holders("x-until"):
        since, until = node.get("x-since", RELEASES[0]), node.get("x-until", RELEASES[-1])
        assert {since, until} <= set(RELEASES), place
        assert RELEASES.index(since) <= RELEASES.index(until), place


def test_a_part_is_not_older_than_the_whole() -> None:
    for place, outer in holders("x-since"):
        inner = [node["x-since"] for _, node in walk(outer) if "x-since" in node]
        assert min(map(RELEASES.index, inner)) == RELEASES.index(outer["x-since"]), place


def test_short_names_are_unique_in_their_service_and_end_the_long_ones() -> None:
    names = [(node["tags"][0], node["x-short-name"]) for _, node in holders("x-short-name")]
    assert len(names) == len(set(names))
    for place, node in holders("x-short-name"):
        assert node["operationId"].endswith("_" + node["x-short-name"]), place


def test_earlier_names_are_not_current_ones() -> None:
    bodies = {id(operation.get("requestBody")): operation for _, _, operation in OPERATIONS.values()}
    for place, node in holders("x-earlier-names"):
        current = {parameter["name"] for parameter in parameters(bodies[id(node)])}
        assert not current & set(node["x-earlier-names"]), place


def test_body_keywords_are_names_that_no_other_parameter_has() -> None:
    for name, (_, _, operation) in OPERATIONS.items():
        keywords = [python_name(parameter["name"]) for parameter in parameters(operation)]
        assert all(map(str.isidentifier, keywords)), name
        assert len(keywords) == len(set(keywords)), name


def test_paging_names_parameters_and_fields() -> None:
    for place, node in holders("x-paging"):
        paging, known = node["x-paging"], {p["name"]: p["in"] for p in parameters(node)}
        fields = SCHEMAS[type_text(success_schema(node))]["properties"]
        assert set(paging) == {"token", "size", "sort", "filter", "next", "items", "resend"}, place
        assert {known[paging[key]] for key in ("token", "size", "sort", "filter")} == {"query"}, place
        assert fields[paging["next"]]["type"] == "string", place
        assert fields[paging["items"]]["type"] == "array", place
        assert set(paging["resend"]) <= set(known), place


def test_every_operation_with_a_page_token_is_paged() -> None:
    paged = [node["operationId"] for _, node in holders("x-paging")]
    names = {name: [p["name"] for p in parameters(op)] for name, (_, _, op) in OPERATIONS.items()}
    assert paged == [name for name in names if "page_token" in names[name]]


def test_what_is_paged_says_what_it_is_sorted_and_filtered_by() -> None:
    assert [node for _, node in holders("x-fields")] == [node for _, node in holders("x-paging")]


def test_of_the_posts_only_those_are_idempotent_that_switch_something_over() -> None:
    said = {name for name, (_, method, op) in OPERATIONS.items() if "x-idempotent" in op and method == "post"}
    assert len(said) == len(holders("x-idempotent"))
    verbs = {OPERATIONS[name][0].rpartition(":")[2] for name in said}
    assert verbs == {"archive", "unarchive", "enable", "disable"}


def test_terminal_states_are_values_of_the_enum() -> None:
    for place, node in holders("x-terminal"):
        assert node["x-terminal"], place
        assert set(node["x-terminal"]) < set(node["enum"]), place


def test_served_is_false_on_operations_only() -> None:
    assert all(node["x-served"] is False and "operationId" in node for _, node in holders("x-served"))


def test_an_object_of_any_members_says_so() -> None:
    """Else openapi-typescript takes it for one that is always empty."""
    fields = [(name, field) for name, schema in SCHEMAS.items() for field in schema.get("properties", {}).values()]
    objects = [(name, field) for name, field in fields if field.get("type") == "object"]
    assert objects
    assert [name for name, field in objects if "additionalProperties" not in field] == []


def test_no_two_schemas_differ_in_case_only() -> None:
    assert len({name.lower() for name in SCHEMAS}) == len(SCHEMAS)


def test_a_twin_is_no_schema_of_its_own() -> None:
    for place, node in holders("x-twins"):
        assert not set(node["x-twins"]) & set(SCHEMAS), place


def test_parameters_of_a_path_are_called_alike_by_all_its_operations() -> None:
    for path, item in SPEC["paths"].items():
        for operation in item.values():
            named = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
            assert named == set(re.findall(r"\{(\w+)\}", path)), path


def test_there_is_one_constant_for_each_enum_value() -> None:
    for place, node in holders("x-constants"):
        assert len(set(node["x-constants"])) == len(node["enum"]), place
        assert all(constant.isidentifier() for constant in node["x-constants"]), place


def test_every_enum_value_is_described() -> None:
    holders("x-value-descriptions")
    for place, node in walk(SPEC):
        assert list(node.get("x-value-descriptions", ())) == node.get("enum", []), place


def test_every_service_has_a_set_up() -> None:
    set_ups = {tag["name"]: compile(tag["x-setup"], tag["name"], "exec") for tag in SPEC["tags"]}
    assert set(set_ups) == {operation["tags"][0] for _, _, operation in OPERATIONS.values()}


@pytest.mark.parametrize("name", OPERATIONS)
def test_example_compiles_and_calls_its_operation(name: str) -> None:
    source = OPERATIONS[name][2]["x-example"]
    calls = [node.func for node in ast.walk(ast.parse(source, name)) if isinstance(node, ast.Call)]
    called = {getattr(func, "attr", getattr(func, "id", "")) for func in calls}
    assert {name, "print"} <= called
    assert max(map(len, source.splitlines())) <= MAX_CODE_LINE


@pytest.mark.parametrize("name", OPERATIONS)
def test_example_uses_real_keywords(name: str) -> None:
    wires = {called: [p.get("x-name", p["name"]) for p in parameters(op)] for called, (_, _, op) in OPERATIONS.items()}
    wires.update({model: list(schema.get("properties", ())) for model, schema in SCHEMAS.items()})
    for node in ast.walk(ast.parse(OPERATIONS[name][2]["x-example"])):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in wires:
            known = {python_name(wire) for wire in wires[node.func.attr]}
            assert not node.args, node.func.attr
            assert {keyword.arg for keyword in node.keywords} <= known, node.func.attr


# The facts: every release of the client, read by machine


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    if not FACTS.exists():
        pytest.skip("no shared/facts/api.json beside the repository")
    return dict(json.loads(FACTS.read_text(encoding="utf-8")))


def life(node: dict[str, Any], outer: dict[str, Any]) -> tuple[str, str]:
    """Return first and last release, "" where the surrounding thing says it already."""
    wanted = ((node, "since"), (node, "until"), (outer, "since"))
    since, until, around = (holder.get("x-" + key, holder.get(key, "")) for holder, key in wanted)
    return ("" if since == around else since, until)


def parameter_fact(node: dict[str, Any], operation: dict[str, Any]) -> tuple[Any, ...]:
    """Return name, wire name, place, type, need, releases and earlier names of a parameter."""
    kind = type_text(node["schema"]) if "schema" in node else node["type"]
    earlier = node.get("x-earlier-names", [node["earlier_name"]] if "earlier_name" in node else [])
    wire = node.get("wire", node.get("x-name", node["name"]))
    name = python_name(node.get("x-name", node["name"]))
    return name, wire, node["in"], kind, node["required"], life(node, operation), earlier


def client_path(path: str, operation: dict[str, Any]) -> str:
    """Return a path with the names that the client has for its parameters."""
    names = {p["name"]: p.get("x-name", p["name"]) for p in operation.get("parameters", ())}
    return re.sub(r"\{(\w+)\}", lambda found: f"{{{names[found[1]]}}}", path)


def test_operations_are_those_of_the_facts(facts: dict[str, Any]) -> None:
    ours = {
        name: (op["tags"][0] + "Api", method.upper(), client_path(path, op), type_text(success_schema(op)),
               op.get("x-short-name"), life(op, {}), [parameter_fact(p, op) for p in parameters(op)])
        for name, (path, method, op) in OPERATIONS.items()
    }  # fmt: skip
    theirs = {
        name: (op["service"], op["method"], op["path"], op["returns"],
               op.get("short_name"), life(op, {}), [parameter_fact(p, op) for p in op["params"]])
        for name, op in facts["operations"].items()
    }  # fmt: skip
    assert (facts["releases"], theirs) == (RELEASES, ours)


def test_models_are_those_of_the_facts(facts: dict[str, Any]) -> None:
    twins = {twin: (name, its) for name, node in SCHEMAS.items() for twin, its in node.get("x-twins", {}).items()}
    named = [(name, schema, None, schema) for name, schema in SCHEMAS.items()]
    named += [(twin, SCHEMAS[name], name, lived) for twin, (name, lived) in twins.items()]
    ours = {
        name: (life(lived, {}), same_as, [
            (python_name(wire), wire, type_text(field), life(field, schema), "contentEncoding" in field)
            for wire, field in schema.get("properties", {}).items()
        ], schema.get("x-constants", schema.get("enum", [])), schema.get("enum", []))
        for name, schema, same_as, lived in named
    }  # fmt: skip
    theirs = {
        name: (life(model, {}), model.get("same_as"), [
            (f["name"], f.get("json", f["name"]), f["type"], life(f, model), "base64" in f.get("format", ""))
            for f in model.get("fields", [])
        ], list(model.get("enum", {})), list(model.get("enum", {}).values()))
        for name, model in facts["models"].items()
    }  # fmt: skip
    assert ours == theirs
