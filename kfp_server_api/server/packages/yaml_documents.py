# SPDX-License-Identifier: Apache-2.0
"""Load untrusted YAML as plain JSON values."""

from __future__ import annotations

import re
from typing import Any

import yaml

from kfp_server_api.server.json_safe import as_double, is_json_number

_LARGEST_TREE = 1_000_000
_DEEPEST = 100
_TAG = "tag:yaml.org,2002:"
_INT = re.compile(r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*)\Z")
_FLOAT = re.compile(
    r"(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"
)
"""YAML 1.1 has numbers of base 60 too (12:30:45), which are text in JSON; they are not among these."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads YAML as JSON has it: what looks like a date or a time stays text."""

    def flatten_mapping(self, node: Any) -> None:
        """Refuse merge keys, by which a small text makes a huge mapping."""
        if any(key.tag == f"{_TAG}merge" for key, _ in node.value):
            raise yaml.constructor.ConstructorError(None, None, "merge keys (<<) are not supported", node.start_mark)
        super().flatten_mapping(node)

    def number(self, node: Any) -> Any:
        """Return a number that may be tagged as such, whatever its text."""
        text, tag = str(self.construct_scalar(node)), node.tag[len(_TAG) :]
        if ":" in text:
            raise yaml.constructor.ConstructorError(None, None, f"{text[:40]} is not a number", node.start_mark)
        return self.construct_yaml_int(node) if tag == "int" else self.construct_yaml_float(node)


_PATTERNS = {f"{_TAG}int": _INT, f"{_TAG}float": _FLOAT}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, _PATTERNS.get(tag, pattern)) for tag, pattern in resolvers if tag != f"{_TAG}timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _tag in _PATTERNS:
    _Loader.add_constructor(_tag, _Loader.number)


def read_documents(text: bytes) -> list[Any]:
    """Return the documents of a YAML (or JSON) text, as JSON has them.

    Raises:
        ValueError: why it cannot be read.
    """
    try:
        _check_depth(text)
        return [_as_json(document) for document in yaml.load_all(text, _Loader)]
    except (yaml.YAMLError, ValueError, RecursionError) as cause:
        raise ValueError(" ".join(str(cause).split()) or type(cause).__name__) from cause


def _check_depth(text: bytes) -> None:
    """Refuse a text that is nested too deeply before it is composed, which libyaml's binding does recursively.

    libyaml may have a limit of its own and meet it before it reports the first level, so its errors name ours, too.
    """
    depth = 0
    try:
        for event in yaml.parse(text, _Loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise ValueError(f"it is nested in more than {_DEEPEST} levels")
    except yaml.YAMLError as cause:
        raise ValueError(f"it is no YAML, or nested in more than {_DEEPEST} levels: {cause}") from cause


def _as_json(document: Any) -> Any:
    """Return a YAML document as JSON has it; one that aliases blow up to a huge tree is refused."""
    left = [_LARGEST_TREE]

    def convert(value: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise ValueError(f"the document has more than {_LARGEST_TREE} values")
        if isinstance(value, dict):
            return {_key(key): convert(item) for key, item in value.items()}
        if isinstance(value, list):
            return [convert(item) for item in value]
        if isinstance(value, (int, float)) and not is_json_number(value):
            raise ValueError(f"{value if isinstance(value, float) else 'an integer so large'} is not a JSON number")
        if value is None or isinstance(value, (str, bool)):
            return value
        if isinstance(value, (int, float)):
            return as_double(value)
        raise ValueError(f"{type(value).__name__} is not a JSON value")

    return convert(document)


def _key(key: Any) -> str:
    if isinstance(key, int) and not is_json_number(key):
        raise ValueError("an integer so large cannot be a key")
    if key is None or isinstance(key, (str, int, float)):
        return str(key)
    raise ValueError(f"{type(key).__name__} cannot be a key")
