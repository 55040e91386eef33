# SPDX-License-Identifier: Apache-2.0
"""One change to a good spec at a time: each is refused, with the line that it is on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOOD = (Path(__file__).parent / "zoo.yaml").read_text(encoding="utf-8")
LEGS = 'legs: {type: integer, format: int32, description: How many., x-since: "1.1"}'
MOOD = "mood: {$ref: '#/components/schemas/Mood', description: How it feels.}"
NAMES = "names: {type: array, items: {type: string}, description: Names.}"
TAGS = "tags: {type: object, additionalProperties: {type: string}, description: Notes.}"
PHOTO = "photo: {type: string, contentEncoding: base64, description: A photo.}"
SIZE = '{name: size, in: query, description: How many., x-since: "1.1", schema: {type: integer, format: int32}}'
PAGE = "{name: page, in: query, description: Token., schema: {type: string}}"
ID = "{name: id, x-name: animal.id, in: path, required: true, description: Which., schema: {type: string}}"
BODY = "          application/json: {schema: {$ref: '#/components/schemas/Animal'}}\n"
DEFAULT = "default: {$ref: '#/components/responses/Error'}"
PAGING = GOOD[GOOD.index("      x-paging:\n") : GOOD.index("      x-fields:\n")]
ENCODED = "contentEncoding: base64"
SCHEMA = "{type: object, description: No., properties: {a: {type: string, description: No.}}}"
TWINS = 'x-twins: {Flock: {x-until: "1.0"}}'
TO_BODY = "x-namespace: {to: habitat}"
TO_QUERY = "x-namespace: {to: sort, unless: [page, where]}"
TEXTS = "items: {type: string}"
NOT_FOUND = "'404': {$ref: '#/components/responses/Error', description: No such animal.}"
FIRST = "'200': {description: It., content: {application/json: {schema: {$ref: '#/components/schemas/Animal'}}}}"

# What stands in the good spec, what instead, what is said; text of the line that is named, if not the first to differ.
CHANGES: dict[str, list[tuple[str, ...]]] = {
    "head": [
        ("openapi: 3.1.0", "openapi: 3.0.3", "OpenAPI 3.1"),
        ("openapi: 3.1.0", "openapi: 3.1", "'openapi' is a text"),
        ("  version: 1.1.0\n", "", "key 'version' is missing", "title: Zoo"),
        ("license: {name: Apache-2.0}", "license: Apache-2.0", "'license' is a mapping"),
        ("license: {name: Apache-2.0}", "license: {identifier: Apache-2.0}", "key 'name' is missing"),
        ("license: {name: Apache-2.0}", "license: {name: Apache-2.0, text: x}", "unknown key 'text'"),
        ('x-releases: ["1.0", "1.1"]\n', "", "key 'x-releases' is missing", "openapi:"),
        ('x-releases: ["1.0", "1.1"]', "x-releases: [1.0, 1.1]", "each entry of 'x-releases' is a text"),
        ('x-releases: ["1.0", "1.1"]', 'x-releases: ["1.1", "1.0"]', "releases stand in order"),
        ('x-releases: ["1.0", "1.1"]', 'x-releases: [one, two]', "numbers with dots"),
        ('x-releases: ["1.0", "1.1"]', "x-releases: []", "releases stand in order"),
        ("{url: http://localhost, description: Here.}", "{url: http://localhost, variables: {}}", "'variables'"),
        ("{url: http://localhost, description: Here.}", "{description: Here.}", "key 'url' is missing"),
        ("  - {url: http://localhost, description: Here.}", "  - http://localhost", "a mapping", "servers:"),
        ("  - Key: []", "  - Kee: []", "no security scheme 'Kee'"),
        ("  - Key: []", "  - Key: [read]", "no scopes"),
        ("  - Key: []", "  - Key", "each entry of 'security' is a mapping", "security:"),
        ("type: apiKey", "type: http", "no other 'type' than 'apiKey'"),
        ("in: header, name: authorization", "in: cookie, name: authorization", "no other 'in' than 'header'"),
        ("in: header, name: authorization", "in: header, name: x-key", "no other 'name' than 'authorization'"),
        ("type: apiKey", "type: apiKey, scheme: basic", "unknown key 'scheme'"),
        ("    Error: {", "    Failure: {}\n    Error: {", "key 'description' is missing"),
        ("schema: {$ref: '#/components/schemas/Animal'}}}}\n  schemas:", "schema: {type: string}}}}\n  schemas:",
         "'str' is not known here"),
        ("    Error: {description: No., ", "    Error: {headers: {}, description: No., ", "unknown key 'headers'"),
        ("{name: FarmService, description: Animals too.}", "{name: FarmService}", "key 'description' is missing"),
        ("{name: FarmService, ", "{name: ZooService, ", "'zoo_service_api' is taken by line 14"),
        ("{name: FarmService, ", "{name: Farm Service, ", "cannot name a service"),
        ("{name: FarmService, ", "{name: FarmService, x-setup: [], ", "'x-setup' is a text"),
    ],
    "paths": [
        ("    put:\n", "    head:\n", "unknown key 'head'"),
        ("  /photo:\n", "  photo:\n", "the path 'photo'"),
        ("  /photo:\n", '  /"photo":\n', "the path"),
        ("  /photo:\n", "  /{photo}/{photo}:\n", "'photo' is taken by"),
        ("  /photo:\n", "  /{photo}:\n", "no parameter 'photo'", "operationId: photo_add"),
        ("  /photo:\n", "  /{the.photo}:\n", "the path '/{the.photo}'"),
        ("  /zoo/{id}:\n", "  /zoo/{id}/{part}:\n", "no parameter 'part'", "      parameters:"),
        ("  /zoo/{id}:\n", "  /animal:\n", "no place for 'animal.id'", ID),
        ("operationId: zoo_list", "operationId: zoo_get", "'zoo_get' is taken by line 19"),
        ("operationId: zoo_list", "operationId: zoo_get_with_http_info", "is taken by line 19"),
        ("operationId: zoo_list", "operationId: get", "'get' is taken by line 23"),
        ("operationId: zoo_list", "operationId: zoo-list", "cannot name a method"),
        ("operationId: zoo_list", "operationId: lambda", "cannot name a method"),
        ("operationId: zoo_list", "operationId: [zoo_list]", "'operationId' is a text"),
        ("x-short-name: put", "x-short-name: get", "'get' is taken by line 23"),
        ("x-short-name: put", "x-short-name: call", "cannot name a method"),
        ("x-short-name: put", "x-short-name: import", "cannot name a method"),
        ("      tags: [ZooService]", "      tags: [ZooService, FarmService]", "'tags' has one entry, not 2"),
        ("      tags: [ZooService]", "      tags: ZooService", "'tags' is a list"),
        ("      tags: [ZooService]", "      tags: [BarService]", "no tag 'BarService'"),
        ("x-served: false", "x-served: 'no'", "'x-served' is true or false"),
        ("x-served: false", "x-served: 0", "'x-served' is true or false"),
        ("x-served: false", "deprecated: true", "unknown key 'deprecated'"),
        ("x-served: false", "x-since: '9.9'", "'9.9' is none of x-releases"),
        ("x-served: false", "x-until: banana", "'banana' is none of x-releases"),
        ("x-served: false", "x-until: 1.0", "'x-until' is a text"),
        ("x-served: false", "x-until: '1.0'\n      x-since: '1.1'", "comes before x-since 1.1"),
        ("x-served: false", "x-example: [print]", "'x-example' is a text"),
        ("x-served: false", "x-served: 2026-13-45", "month must be in 1..12"),
    ],
    "parameters": [
        (PAGE, PAGE.replace("page", "from", 1), "'from' cannot be a name"),
        (PAGE, PAGE.replace("page", "1st", 1), "'1st' cannot be a name"),
        (PAGE, PAGE.replace("page", "async_req", 1), "'async_req' cannot be a name"),
        (PAGE, PAGE.replace("page", "self", 1), "'self' cannot be a name"),
        (PAGE, PAGE.replace("page", "Size", 1), "'size' is taken by", SIZE),
        (PAGE, PAGE.replace("in: query", "in: header"), "a parameter in 'header'"),
        (PAGE, PAGE.replace("in: query", "in: query, x-until: '1.1'"), "unknown key 'x-until'"),
        (PAGE, PAGE.replace("in: query", "in: query, explode: true"), "unknown key 'explode'"),
        (PAGE, PAGE.replace("in: query", "in: query, required: 1"), "'required' is true or false"),
        (PAGE, PAGE.replace("type: string", "type: string, x-since: '1.1'"), "unknown key 'x-since'"),
        (PAGE, PAGE.replace("type: string", "type: string, default: a"), "unknown key 'default'"),
        (PAGE, PAGE.replace("type: string", "type: array, items: {type: string}"), "type 'list[str]' in 'query'"),
        (PAGE, PAGE.replace("type: string", "type: string, format: date-time"), "type 'datetime' in 'query'"),
        (PAGE, PAGE.replace("type: string", "type: string, format: binary"), "format 'binary'"),
        (PAGE, "page", "each entry of 'parameters' is a mapping", "parameters:"),
        (ID, ID.replace("required: true", "required: false"), "in the path is required"),
        (ID, ID.replace("x-name: animal.id", "x-name: an animal"), "'an animal' cannot be a name"),
        (ID, ID.replace("x-name: animal.id", "x-name: 3"), "'x-name' is a text"),
        (PAGE, PAGE.replace("in: query", "x-name: paper, in: query"), "only a parameter in the path"),
        (ID, ID.replace("type: string", "type: integer"), "type 'int' in 'path'"),
        ("contentMediaType: application/json", "contentMediaType: text/plain", "only application/json"),
        ("            contentMediaType: application/json\n", "", "'contentMediaType' is missing",
         "            type: string"),
        ("            contentSchema: {$ref: '#/components/schemas/Animal'}\n", "", "'contentSchema' is missing",
         "            type: string"),
        ("contentSchema: {$ref: '#/components/schemas/Animal'}", "contentSchema: {$ref: '#/components/schemas/No'}",
         "no schema 'No'"),
        ("contentSchema: {$ref: '#/components/schemas/Animal'}", "contentSchema: {type: string}", "'str' is not known"),
        ("contentSchema: {$ref: '#/components/schemas/Animal'}", "contentSchema: yes", "'contentSchema' is a mapping"),
    ],
    "paging": [
        ("        token: page\n", "", "key 'token' is missing", "        size: size"),
        ("        size: size\n", "", "key 'size' is missing", "        token: page"),
        ("        sort: sort\n", "", "key 'sort' is missing", "        token: page"),
        ("        filter: where\n", "", "key 'filter' is missing", "        token: page"),
        ("        next: nextPage\n", "", "key 'next' is missing", "        token: page"),
        ("        items: animals\n", "", "key 'items' is missing", "        token: page"),
        ("        resend: [size]\n", "", "key 'resend' is missing", "        token: page"),
        ("token: page", "token: paper", "no parameter 'paper'"),
        ("filter: where", "filter: how", "no parameter 'how'"),
        ("next: nextPage", "next: next_page", "no text 'next_page'"),
        ("next: nextPage", "next: animals", "no text 'animals'"),
        ("items: animals", "items: nextPage", "no list 'nextPage'"),
        ("resend: [size]", "resend: [weight]", "no parameter 'weight'"),
        ("resend: [size]", "resend: size", "'resend' is a list"),
        ("resend: [size]", "resend: [size]\n        limit: 3", "unknown key 'limit'", "        limit: 3"),
    ],
    "fields of lists": [
        ("legs: {aliases: [feet]}", "legs: [feet]", "'legs' is a mapping"),
        ("legs: {aliases: [feet]}", "legs: {aliases: feet}", "'aliases' is a list"),
        ("legs: {aliases: [feet]}", "legs: {aliases: [born]}", "'born' is taken by", "        born:"),
        ("legs: {aliases: [feet]}", "legs: {type: integer}", "the item's field says 'int' already"),
        ("legs: {aliases: [feet]}", "legs: {sortable: true}", "unknown key 'sortable'"),
        ("legs: {aliases: [feet]}", "Legs: {aliases: [feet]}", "'Legs' is not of the form"),
        ("legs: {aliases: [feet]}", "wings: {aliases: [feet]}", "key 'type' is missing"),
        ("born: {type: date-time, only: sort}", "born: {type: object}", "'object' is none of string"),
        ("born: {type: date-time, only: sort}", "born: {type: date-time, only: both}", "neither sort nor filter"),
        ("born: {type: date-time, only: sort}", "born: {type: date-time, only: sort, operations: [calm]}",
         "operations are those of a filter"),
        ("operations: [calm]", "operations: [tame]", "the filter knows no operation 'tame'"),
        ("note: a part of it", "note: 3", "'note' is a text"),
        ('note: a part of it, x-since: "1.1"', 'x-since: "7"', "'7' is none of x-releases"),
        (PAGING, "", "only a list of objects", "      x-fields:"),
        ("      x-fields:\n", "      x-field:\n", "unknown key 'x-field'"),
    ],
    "repeating": [
        ("x-idempotent: true", "x-idempotent: 1", "'x-idempotent' is true or false"),
        ("x-idempotent: true", "x-idempotent: false", "'x-idempotent' is true"),
        ("x-served: false", "x-idempotent: true", "only on a post"),
    ],
    "bodies and replies": [
        ("        x-parameter: animal\n", "", "'x-parameter' is missing", "        required: true"),
        ("x-parameter: animal", "x-parameter: animal_id", "'animal_id' is taken by"),
        ("x-parameter: animal", "x-parameter: is", "'is' cannot be a keyword"),
        ("x-earlier-names: [body]", "x-earlier-names: body", "'x-earlier-names' is a list"),
        ("x-earlier-names: [body]", "x-earlier-names: [animal]", "'animal' is taken by"),
        ("x-earlier-names: [body]", "x-earlier-names: [an animal]", "'an animal' cannot be a keyword"),
        (BODY, "          application/json: {schema: {type: object}}\n          multipart/form-data: {}\n",
         "'content' has one entry, not 2", "        content:"),
        (BODY, "          text/plain: {schema: {type: string}}\n", "unknown key 'text/plain'"),
        (BODY, "          application/json: {schema: {type: array, items: {type: string}}}\n",
         "'list[str]' is not known here"),
        ("format: binary, description: The file.}",
         "format: binary, description: The file.}\n                name: {type: string, description: Name.}",
         "'properties' has one entry, not 2", "              properties:"),
        ("format: binary, ", "", "key 'format' is missing"),
        ("format: binary, ", "format: int64, ", "a string with format binary"),
        ("required: [photo]", "required: [photos]", "the only part is 'photo'"),
        ("required: [photo]", "required: [photo]\n              minProperties: 1", "unknown key 'minProperties'",
         "              minProperties: 1"),
        (NOT_FOUND, NOT_FOUND.replace("404", "2XX"), "the status '2XX'"),
        (NOT_FOUND, NOT_FOUND.replace("404", "201"), "the status '201'"),
        (NOT_FOUND, "'404': No such animal.", "'404' is a mapping"),
        (NOT_FOUND, NOT_FOUND.replace("No such animal.", "''"), "the description is empty"),
        (NOT_FOUND, "'404': {description: No such animal.}", "key '$ref' is missing"),
        (NOT_FOUND, "'404': {$ref: '#/components/responses/Error'}", "key 'description' is missing"),
        (NOT_FOUND, NOT_FOUND.replace("responses/Error", "schemas/Animal"), "an error's $ref begins with"),
        (NOT_FOUND, NOT_FOUND.replace("description:", "content: {}, description:"), "unknown key 'content'"),
        (NOT_FOUND, NOT_FOUND.replace("'404'", "4.04"), "the key 4.04 is no text"),
        (FIRST, "'200': Fine", "'200' is a mapping"),
        (FIRST, FIRST.replace("200", "204"), "key '200' is missing", "        '204'"),
        (FIRST, FIRST.replace("{$ref: '#/components/schemas/Animal'}", "{type: string}"), "'str' is not known here"),
        (FIRST, FIRST.replace("Animal", "Animals"), "no schema 'Animals'"),
        (DEFAULT, "default: {$ref: '#/components/responses/No'}", "no response 'No'"),
        (DEFAULT, "default: {$ref: '#/components/parameters/No'}", "a $ref begins with"),
        (DEFAULT, "default: {description: No.}", "key '$ref' is missing"),
        (DEFAULT, DEFAULT.replace("'}", "', description: No.}"), "unknown key 'description'"),
        (DEFAULT, "default: {$ref: '#/components/schemas/Herd'}", "an error's $ref begins with"),
    ],
    "namespaces": [
        (TO_BODY, TO_BODY.replace("habitat", "herd"), "neither a text parameter nor a text field of the body"),
        (TO_BODY, TO_BODY.replace("habitat", "legs"), "neither a text parameter nor a text field of the body"),
        (TO_BODY, "x-namespace: habitat", "'x-namespace' is a mapping"),
        (TO_BODY, "x-namespace: {}", "key 'to' is missing"),
        (TO_BODY, TO_BODY.replace("}", ", in: body}"), "unknown key 'in'"),
        (TO_QUERY, TO_QUERY.replace("page, ", "size, "), "no text parameter 'size'"),
        (TO_QUERY, TO_QUERY.replace("[page, where]", "page"), "'unless' is a list"),
        (TO_QUERY, TO_QUERY.replace("to: sort", "to: size"), "neither a text parameter"),
        ('x-served-since: "1.1"', 'x-served-since: "1.2"', "'1.2' is none of x-releases"),
        ('x-served-since: "1.1"', "x-served-since: 1.1", "'x-served-since' is a text"),
        ("x-always: true", "x-always: false", "'x-always' is true"),
        ("x-always: true", "x-always: 1", "'x-always' is true or false"),
        (', x-since: "1.1", x-always: true', ", x-always: true", "only where x-since is"),
    ],
    "fields": [
        (MOOD, MOOD.replace("description", "type: string, description"), "unknown key 'type'"),
        (MOOD, MOOD.replace("description", "items: {}, description"), "unknown key 'items'"),
        (MOOD, MOOD.replace("schemas/Mood", "schemas/Moo"), "no schema 'Moo'"),
        (MOOD, MOOD.replace("'#/components/schemas/Mood'", "other.yaml"), "a $ref begins with"),
        (MOOD, MOOD.replace("'#/components/schemas/Mood'", "[a]"), "'$ref' is a text"),
        (LEGS, LEGS.replace("legs", "to_dict"), "'to_dict' cannot be a name"),
        (LEGS, LEGS.replace("legs", "openapi_types"), "'openapi_types' cannot be a name"),
        (LEGS, LEGS.replace("legs", "localVarsConfiguration"), "cannot be a name"),
        (LEGS, LEGS.replace("legs", "field"), "'field' cannot be a name"),
        (LEGS, LEGS.replace("legs", "class"), "'class' cannot be a name"),
        (LEGS, LEGS.replace("legs", "2legs"), "'2legs' cannot be a name"),
        (LEGS, LEGS.replace("legs", "no"), "the key False is no text"),
        (LEGS, LEGS.replace("legs", "Photo"), "'photo' is taken by", "        photo: {type: string, contentEnc"),
        (LEGS, LEGS.replace("int32", "int64"), "format 'int64'"),
        (LEGS, LEGS.replace("description", "minimum: 0, description"), "unknown key 'minimum'"),
        (LEGS, LEGS.replace("integer", "[integer, 'null']"), "'type' is a text"),
        (LEGS, LEGS.replace("1.1", "9.9"), "'9.9' is none of x-releases"),
        (LEGS, "legs: integer", "'legs' is a mapping"),
        (PHOTO, PHOTO.replace("base64", "gzip"), "'contentEncoding' is 'base64' here"),
        (PHOTO, PHOTO.replace("string", "integer"), "only a string without a format"),
        (PHOTO, PHOTO.replace("string", "string, format: int64"), "only a string without a format"),
        (PHOTO, PHOTO.replace(ENCODED, "contentMediaType: text/x"), "unknown key 'contentMediaType'"),
        (PHOTO, PHOTO.replace(ENCODED, "contentSchema: {type: object}"), "unknown key 'contentSchema'"),
        (PHOTO, PHOTO.replace(ENCODED, "items: {type: integer}"), "unknown key 'items'"),
        (PHOTO, PHOTO.replace(ENCODED, "properties: {}"), "unknown key 'properties'"),
        (PHOTO, PHOTO.replace(ENCODED, "format: binary"), "format 'binary'"),
        (NAMES, NAMES.replace(TEXTS, "items: {type: string, x-since: '1.1'}"), "unknown key 'x-since'"),
        (NAMES, NAMES.replace(TEXTS, "items: {type: string, contentEncoding: base64}"), "unknown key"),
        (NAMES, NAMES.replace(TEXTS, "items: string"), "'items' is a mapping"),
        (NAMES, NAMES.replace(TEXTS, "minItems: 1"), "unknown key 'minItems'"),
        (NAMES, NAMES.replace("items: {type: string}, ", ""), "key 'items' is missing"),
        (TAGS, TAGS.replace("{type: string}", "false"), "'additionalProperties' is true or a mapping"),
        (TAGS, TAGS.replace("additionalProperties: {type: string}", "properties: {}"), "unknown key 'properties'"),
    ],
    "schemas": [
        ("      type: object\n      description: Animals.", "      type: string\n      description: Animals.",
         "'type' is 'object' here"),
        (TWINS, "required: [animals]", "'required'"),
        (TWINS, "x-twins: [Flock]", "'x-twins' is a mapping"),
        (TWINS, "x-twins: {Flock: 1.0}", "'Flock' is a mapping"),
        (TWINS, "x-twins: {Any: {}}", "'Any' cannot name a class"),
        (TWINS, "x-twins: {ConflictError: {}}", "'ConflictError' cannot name a class"),
        (TWINS, "x-twins: {flock: {}}", "'flock' cannot name a class"),
        (TWINS, "x-twins: {F-lock: {}}", "'F-lock' cannot name a class"),
        (TWINS, "x-twins: {HERD: {}}", "'herd' is taken by"),
        (TWINS, "x-twins: {Animal: {}}", "'animal' is taken by"),
        (TWINS, "x-twins: {ZooServiceApi: {}}", "'ZooService' cannot name a service", "  - {name: ZooService"),
        (TWINS, "x-twins: {Flock: {x-since: banana}}", "'banana' is none of x-releases"),
        (TWINS, "x-twins: {Flock: {type: object}}", "unknown key 'type'"),
        (TWINS, "allOf: []", "unknown key 'allOf'"),
        (TWINS, "additionalProperties: {type: string}", "a model has other fields (true)"),
        ("    Herd:\n", f"    ConflictError: {SCHEMA}\n    Herd:\n", "'ConflictError' cannot name a class"),
        ("x-one-of: [photo, extra]", "x-one-of: photo", "'x-one-of' is a list"),
        ("x-one-of: [photo, extra]", "x-one-of: [photo, wings]", "no field 'wings'"),
        ("x-one-of: [photo, extra]", "x-one-of: [photo, photo]", "'photo' is taken by"),
        ("x-one-of: [photo, extra]", "x-one-of: [photo]", "one field excludes none"),
    ],
    "enums": [
        ("    Mood:\n      type: string", "    Mood:\n      type: integer", "'type' is 'string' here"),
        ("enum: [calm, wild]", "enum: [calm, calm]", "'calm' is taken by"),
        ("enum: [calm, wild]", "enum: [calm, yes]", "each entry of 'enum' is a text"),
        ("enum: [calm, wild]", "enum: calm", "'enum' is a list"),
        ("enum: [calm, wild]", "enum: [calm, 'wi\"ld']", "is not of the form"),
        ("x-constants: [CALM, WILD]", "x-constants: [CALM]", "as many constants"),
        ("x-constants: [CALM, WILD]", "x-constants: [CALM, B-C]", "'B-C' in 'x-constants' is not of the form"),
        ("x-constants: [CALM, WILD]", "x-constants: [CALM, wild]", "'wild' in 'x-constants' is not of the form"),
        ("x-constants: [CALM, WILD]", "x-constants: [CALM, CALM]", "'CALM' is taken by"),
        ("      x-constants: [CALM, WILD]\n", "", "'calm' in 'enum' is not of the form", "      enum: [calm, wild]"),
        ("{calm: Calm., wild: Wild.}", "{calm: Calm.}", "are described in their order"),
        ("{calm: Calm., wild: Wild.}", "{calm: Calm., wild: Wild., odd: Odd.}", "are described in their order"),
        ("{calm: Calm., wild: Wild.}", "{calm: Calm., wild: 3}", "'wild' is a text"),
        ("      x-value-descriptions: {calm: Calm., wild: Wild.}\n", "", "'x-value-descriptions' is missing",
         "      type: string"),
        ("x-terminal: [wild]", "x-terminal: [ZZ]", "['ZZ'] are no values"),
        ("x-terminal: [wild]", "x-terminal: wild", "'x-terminal' is a list"),
        ("x-terminal: [wild]", "default: wild", "unknown key 'default'"),
        ("x-numbers: [0, 2]", "x-numbers: 2", "'x-numbers' is a list"),
        ("x-numbers: [0, 2]", "x-numbers: [0, two]", "each entry of 'x-numbers' is a whole number"),
        ("x-numbers: [0, 2]", "x-numbers: [0, 2, 3]", "an enum of 2 values has as many numbers"),
        ("x-numbers: [0, 2]", "x-numbers: [2, 2]", "each once"),
        ("x-numbers: [0, 2]", "x-numbers: [0, 1]", "need not be said"),
    ],
}  # fmt: skip
CASES = [(*change, "")[:4] for changes in CHANGES.values() for change in changes]
READ_ALL = """
import json, pathlib, sys
from generator.render import render
from generator.spec import SpecError, read
said = []
for spec in json.load(sys.stdin):
    path = pathlib.Path(sys.argv[1], "spec.yaml")
    path.write_text(spec, encoding="utf-8")
    try:
        said.append(f"{len(render(read(path)))} files")
    except SpecError as error:
        said.append(str(error))
    except Exception as error:
        said.append(f"no SpecError: {error!r}")
print(json.dumps(said))
"""


def changed(good: str, bad: str) -> str:
    assert good in GOOD
    return GOOD.replace(good, bad, 1)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the generator's words by spec; one process reads them all."""
    specs = [GOOD, *(changed(case[0], case[1]) for case in CASES)]
    command = [sys.executable, "-c", READ_ALL, str(tmp_path_factory.mktemp("specs"))]
    done = subprocess.run(
        command, cwd=ROOT, input=json.dumps(specs), capture_output=True, text=True, timeout=120, check=True
    )
    return dict(zip(specs, json.loads(done.stdout)))


def test_the_spec_that_is_changed_is_good(said: dict[str, str]) -> None:
    assert said[GOOD] == "19 files"


@pytest.mark.parametrize(("good", "bad", "text", "at"), CASES, ids=[case[2] for case in CASES])
def test_a_change_is_refused_with_its_line(said: dict[str, str], good: str, bad: str, text: str, at: str) -> None:
    spec = changed(good, bad)
    name, line, words = said[spec].split(":", 2)
    assert (name, text in words) == ("spec.yaml", True), said[spec]
    lines = spec.splitlines()
    first = next(i for i, (old, new) in enumerate(zip(GOOD.splitlines(), lines)) if old != new)
    assert at in lines[int(line) - 1] if at else int(line) == first + 1, said[spec]
