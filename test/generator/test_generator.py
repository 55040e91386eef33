# SPDX-License-Identifier: Apache-2.0
"""The generator on specs of a few lines: generate, import, call."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import kfp_server_api
from kfp_server_api._operation import ListField, Namespace, Paging

ROOT = Path(__file__).parents[2]
WRITTEN = ("_", "api_client", "auth", "configuration", "exceptions", "rest", "retries")
HEAD = """\
openapi: 3.1.0
info: {title: Zoo, version: 1.0.0, description: A zoo.}
x-releases: ["1.0", "1.1"]
tags: [{name: ZooService, description: Animals.}]
"""
ZOO = (
    HEAD
    + """\
paths:
  /zoo/{id}:
    get:
      operationId: zoo_get
      tags: [ZooService]
      summary: Get an animal.
      description: One of them.
      x-short-name: get
      parameters:
        - {name: id, x-name: animal.id, in: path, required: true, description: Which., schema: {type: string}}
      responses:
        '200': {description: It., content: {application/json: {schema: {$ref: '#/components/schemas/Animal'}}}}
        '404': {$ref: '#/components/responses/Error', description: No such animal.}
components:
  responses:
    Error: {description: No., content: {application/json: {schema: {$ref: '#/components/schemas/Animal'}}}}
  schemas:
    Animal:
      type: object
      description: An animal.
      properties:
        bornAt: {type: string, format: date-time, description: When it was born.}
        legs: {type: integer, description: How many., x-since: "1.1"}
        mood: {$ref: '#/components/schemas/Mood', description: How it feels.}
        friends: {type: array, items: {$ref: '#/components/schemas/Animal'}, description: Others.}
    Mood:
      type: string
      description: A mood.
      enum: [CALM, WILD]
      x-value-descriptions: {CALM: Calm., WILD: Wild.}
"""
)


def generate(folder: Path, spec: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "spec.yaml").write_text(spec)
    command = [sys.executable, "-m", "generator", "--spec", str(folder / "spec.yaml"), "--out", str(folder), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return packaged(tmp_path)


def packaged(folder: Path) -> Path:
    """Give a folder the hand-written modules of the package, ready for generated ones."""
    target = folder / "kfp_server_api"
    target.mkdir()
    for module in Path(kfp_server_api.__file__).parent.glob("*.py"):
        if module.stem != "__init__" and module.name.startswith(WRITTEN):
            shutil.copy(module, target)
    return folder


def python(folder: Path, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, "PYTHONPATH": str(folder)}, cwd=folder,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_generated_model_decodes(package: Path) -> None:
    assert generate(package, ZOO).returncode == 0
    printed = python(
        package,
        """
        import kfp_server_api
        class Reply:
            data = '{"bornAt": "2020-01-01T00:00:00Z", "legs": "4", "mood": "SLEEPY", "friends": [{"legs": 2}]}'
        animal = kfp_server_api.ApiClient().deserialize(Reply, "Animal")
        print(animal.born_at.isoformat(), animal.legs, animal.mood, animal.friends[0].legs)
        """,
    )
    assert printed == "2020-01-01T00:00:00+00:00 4 SLEEPY 2"


def test_a_generated_operation_calls(package: Path) -> None:
    assert generate(package, ZOO).returncode == 0
    printed = python(
        package,
        """
        import http.server, threading, kfp_server_api
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = b'{"mood": "WILD"}' if self.path == "/zoo/a%2Fb" else b'null'
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *args):
                pass
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        client = kfp_server_api.ApiClient(kfp_server_api.Configuration(f"http://127.0.0.1:{server.server_port}"))
        print(kfp_server_api.ZooServiceApi(client).zoo_get("a/b").mood == kfp_server_api.Mood.WILD)
        print(kfp_server_api.ZooServiceApi(client).get(animal_id="a/b").mood)
        server.shutdown()
        """,
    )
    assert printed == "True\nWILD"


def test_generated_docs_name_what_the_spec_names(package: Path) -> None:
    assert generate(package, ZOO).returncode == 0
    page = (package / "docs/ZooServiceApi.md").read_text()
    assert "[**zoo_get**](ZooServiceApi.md#zoo_get) | **GET** /zoo/{animal.id}" in page
    assert "404 | `NotFoundError` | No such animal." in page
    assert "since 1.1" in (package / "docs/Animal.md").read_text()


def test_check_is_silent_on_what_was_just_generated(package: Path) -> None:
    generate(package, ZOO)
    assert generate(package, ZOO, "--check").returncode == 0


@pytest.mark.parametrize(
    "path", ["kfp_server_api/models/animal.py", "docs/Mood.md", "kfp_server_api/api/zoo_service_api.pyi"]
)
def test_check_names_a_file_that_was_patched(package: Path, path: str) -> None:
    generate(package, ZOO)
    (package / path).write_text((package / path).read_text() + "\n# patched\n")
    checked = generate(package, ZOO, "--check")
    assert checked.returncode == 1
    assert path in checked.stderr


def test_check_names_a_file_that_is_left_over(package: Path) -> None:
    generate(package, ZOO)
    without = ZOO[: ZOO.index("    Mood:")].replace(
        "        mood: {$ref: '#/components/schemas/Mood', description: How it feels.}\n", ""
    )
    checked = generate(package, without, "--check")
    assert "kfp_server_api/models/mood.py" in checked.stderr


def test_check_names_a_stub_that_is_left_over(package: Path) -> None:
    generate(package, ZOO)
    stub = package / "kfp_server_api/models/mood.pyi"
    stub.write_bytes((package / "kfp_server_api/models/mood.py").read_bytes())
    assert "kfp_server_api/models/mood.pyi" in generate(package, ZOO, "--check").stderr


def test_check_names_a_file_whose_lines_end_otherwise(package: Path) -> None:
    generate(package, ZOO)
    file = package / "docs/Mood.md"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert "docs/Mood.md" in generate(package, ZOO, "--check").stderr


def test_generating_again_removes_what_is_left_over(package: Path) -> None:
    generate(package, ZOO)
    without = ZOO[: ZOO.index("    Mood:")].replace(
        "        mood: {$ref: '#/components/schemas/Mood', description: How it feels.}\n", ""
    )
    generate(package, without)
    assert not (package / "kfp_server_api/models/mood.py").exists()


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("x-short-name: get", "x-shortname: get", "unknown key 'x-shortname'"),
        ("type: integer, description: How many.", "type: number, description: How many.", "type 'number'"),
        ("description: Which., ", "", "key 'description' is missing"),
        ("in: path, ", "in: cookie, ", "a parameter in 'cookie'"),
        ("tags: [ZooService]", "tags: [BarService]", "no tag 'BarService'"),
        ("    get:\n", "    trace:\n", "unknown key 'trace'"),
        ("enum: [CALM, WILD]", "enum: [CALM, WILD]\n      default: CALM", "unknown key 'default'"),
        ("items: {$ref: '#/components/schemas/Animal'}", "items: {oneOf: []}", "unknown key 'oneOf'"),
    ],
)  # fmt: skip
def test_what_the_generator_does_not_know_is_an_error_with_its_line(
    package: Path, good: str, bad: str, said: str
) -> None:
    assert good in ZOO
    spec = ZOO.replace(good, bad)
    failed = generate(package, spec)
    assert failed.returncode == 1
    name, line, text = failed.stderr.split(":", 2)
    assert name == "spec.yaml"
    assert said in text
    where = spec.splitlines()[int(line) - 1]
    # A missing key is reported on the line of what it is missing in.
    assert (bad.strip().splitlines() or ["name: id"])[-1].split(":")[0].strip() in where


def test_a_reference_to_no_schema_is_an_error(package: Path) -> None:
    failed = generate(package, ZOO.replace("{$ref: '#/components/schemas/Mood'", "{$ref: '#/components/schemas/Moo'"))
    assert failed.returncode == 1
    assert "no schema 'Moo'" in failed.stderr


def test_a_key_that_stands_twice_is_an_error(package: Path) -> None:
    failed = generate(
        package, ZOO.replace("      description: An animal.", "      type: object\n      description: An animal.")
    )
    assert "key 'type' stands here twice" in failed.stderr


def test_broken_yaml_is_an_error_with_its_line(package: Path) -> None:
    failed = generate(package, ZOO + "  - [\n")
    assert failed.returncode == 1
    assert failed.stderr.startswith("spec.yaml:")


KNOWN = {
    "_zoo_list.paging": repr(Paging("page", "size", "sort", "where", "next_page", "animals", ("size",), "nextPage")),
    "_zoo_list.fields": repr(
        (
            ListField("legs", "int", aliases=("feet",), since="1.1"),
            ListField("mood", "Mood", only="filter", operations=("calm",)),
            ListField("photo.", "str", since="1.1"),
            ListField("born", "datetime", only="sort"),
            ListField("tags.", "str"),
        )
    ),
    "_put.namespace": repr(Namespace("habitat", "body")),
    "_zoo_list.namespace": repr(Namespace("sort", "query", unless=("page", "where"))),
    "_photo_add.namespace, _photo_add.served_since, _zoo_list.served_since": "(None, '', '1.1')",
    "[(each.name, each.since, each.always) for each in (Animal.legs, Animal.habitat, Animal.mood)]": (
        "[('legs', '1.1', False), ('habitat', '1.1', True), ('mood', '', False)]"
    ),
    "__import__('kfp_server_api._releases')._releases.RELEASES": "('1.0', '1.1')",
    "_put.idempotent, _photo_add.idempotent": "(True, True)",
    "_get.path, _get.params[0].name, _get.params[0].wire": "('/zoo/{animal.id}', 'animal_id', 'animal.id')",
    "Mood._terminal, Mood._numbers": "(frozenset({'wild'}), (0, 2))",
    "Animal._one_of, Herd._one_of": "(('photo', 'extra'), ())",
    "[name for name in Animal.openapi_types if getattr(Animal, name).int64]": "['mass']",
    "Animal.openapi_types['extra']": "object",
    "Flock.openapi_types == Herd.openapi_types, Flock is Herd": "(True, False)",
}


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a package made of the spec that `test_strict` changes."""
    folder = packaged(tmp_path_factory.mktemp("zoo"))
    assert generate(folder, (Path(__file__).parent / "zoo.yaml").read_text(encoding="utf-8")).returncode == 0
    return folder


@pytest.mark.parametrize("asked", KNOWN)
def test_generated_code_knows_what_its_spec_says(zoo: Path, asked: str) -> None:
    code = "from kfp_server_api import *; globals().update(vars(ZooServiceApi)); known = {}; print(known)"
    assert python(zoo, code.format(asked)) == KNOWN[asked]


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("ZooServiceApi.md", "Fields: legs (or feet; since 1.1), `photo.KEY` (since 1.1; a part of it), `tags.KEY`."),
        ("ZooServiceApi.md", "Sorting takes born, too."),
        ("ZooServiceApi.md", "Keys are the fields of sort, and mood with calm."),
        ("ZooServiceApi.md", "It remembers sort and where, so leave them out; send size again."),
        ("ZooServiceApi.md", "Of an animal. Repeating the call is harmless."),
        ("ZooServiceApi.md", "All of them. Served since 1.1."),
        ("ZooServiceApi.md", "Without it, page and where, `Configuration.namespace` is sent where it is set."),
        ("ZooServiceApi.md", "Without habitat, `Configuration.namespace` is sent where it is set."),
        ("Mood.md", "Wild. Number 2 on the wire. Terminal."),
        ("Animal.md", "At most one of photo and extra is set."),
        ("Animal.md", "In grams. Int64: text in replies, text or number when sent."),
        ("Flock.md", "The same as `Herd`, under its name of that time."),
    ],
)
def test_docs_say_what_follows_from_the_facts(zoo: Path, page: str, said: str) -> None:
    assert said in (zoo / "docs" / page).read_text(encoding="utf-8")
