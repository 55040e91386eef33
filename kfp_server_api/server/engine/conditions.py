# SPDX-License-Identifier: Apache-2.0
"""Evaluates the trigger conditions of compiled pipelines, the part of CEL that the kfp compiler writes.

Values of different types are different and have no order; all numbers are of one type.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Mapping
from typing import Any, Callable

from kfp_server_api.server.engine.outcome import TaskError
from kfp_server_api.server.engine.values import as_text, shown

_TOKENS = re.compile(r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(&&)|(\|\|)|(!(?!=))""")
_ESCAPE = re.compile(r"""\\(?:[abfnrtv\\'"?`]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})""")
_SPELLED = {"\\?": "?", "\\`": "`", "\\X": "\\x"}
_ORDER: dict[type, Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_CONSTANTS = {"true": True, "false": False, "null": None}


class ConditionError(TaskError):
    """A condition that is not understood or cannot be computed."""


def evaluate(condition: str, parameters: Mapping[str, Any]) -> bool:
    """Return whether a condition holds for the input parameters of its task."""
    try:
        tree = ast.parse(_as_python(condition), mode="eval")
        return _holds(tree.body, parameters)
    except ConditionError:
        raise
    except (SyntaxError, ValueError, TypeError) as error:
        raise ConditionError(f"condition {condition!r} cannot be evaluated: {error}") from error


def _as_python(condition: str) -> str:
    """Spell the boolean operators and quoted text as Python does."""

    def replace(match: re.Match[str]) -> str:
        quoted, both, either, _ = match.groups()
        return (quoted and _quoted(quoted)) or (both and " and ") or (either and " or ") or " not "

    return _TOKENS.sub(replace, condition).replace("\n", " ").strip()


def _quoted(text: str) -> str:
    """Return a quoted text as Python writes it, which has other escapes and would take some that are none."""
    if "\n" in text or "\r" in text or "\\" in _ESCAPE.sub("", text):
        raise ConditionError(f"a condition has the text {text!r}, whose backslash or end of a line cannot stand there")
    return _ESCAPE.sub(lambda match: _SPELLED.get(match[0][:2], match[0][:2]) + match[0][2:], text)


def _holds(node: ast.AST, parameters: Mapping[str, Any]) -> bool:
    value = _value(node, parameters)
    if not isinstance(value, bool):
        raise ConditionError(
            f"a condition holds {ast.unparse(node)!r} where it needs true or false, not {shown(value)}"
        )
    return value


def _value(node: ast.AST, parameters: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.BoolOp):
        return _joined(node, parameters)
    if isinstance(node, ast.UnaryOp):
        return _unary(node, parameters)
    if isinstance(node, ast.Compare):
        return _compare(node, parameters)
    if isinstance(node, ast.Subscript):
        return _parameter(node, parameters)
    if isinstance(node, ast.Call):
        return _convert(node, parameters)
    if isinstance(node, ast.Name) and node.id in _CONSTANTS:
        return _CONSTANTS[node.id]
    if isinstance(node, ast.List):
        return [_value(item, parameters) for item in node.elts]
    raise ConditionError(f"a condition holds {ast.unparse(node)!r}, which the local server does not know")


def _joined(node: ast.BoolOp, parameters: Mapping[str, Any]) -> bool:
    """Join operands; one that decides does so whatever the others are, also where one of them cannot be computed."""
    decides = isinstance(node.op, ast.Or)
    failed: Exception | None = None
    for part in node.values:
        try:
            if _holds(part, parameters) is decides:
                return decides
        except (ConditionError, ValueError, TypeError) as error:
            failed = failed or error
    if failed:
        raise failed
    return not decides


def _unary(node: ast.UnaryOp, parameters: Mapping[str, Any]) -> Any:
    if isinstance(node.op, ast.Not):
        return not _holds(node.operand, parameters)
    value = _value(node.operand, parameters)
    return -value if isinstance(node.op, ast.USub) else value


def _compare(node: ast.Compare, parameters: Mapping[str, Any]) -> bool:
    if len(node.ops) != 1:
        raise ConditionError(f"a condition holds {ast.unparse(node)!r}, which the local server does not know")
    sign, left, right = node.ops[0], _value(node.left, parameters), _value(node.comparators[0], parameters)
    if isinstance(sign, (ast.Eq, ast.NotEq)):
        return _same(left, right) is isinstance(sign, ast.Eq)
    if isinstance(sign, ast.In):
        return any(_same(left, item) for item in right)
    compare = _ORDER.get(type(sign))
    if compare is None:
        raise ConditionError(f"a condition uses {type(sign).__name__}, which the local server does not know")
    if _type(left) is not _type(right) or _type(left) not in (bool, float, str):
        raise ConditionError(f"a condition asks which of {shown(left)} and {shown(right)} is larger")
    return bool(compare(left, right))


def _same(left: Any, right: Any) -> bool:
    return _type(left) is _type(right) and bool(left == right)


def _type(value: Any) -> type:
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)


def _parameter(node: ast.Subscript, parameters: Mapping[str, Any]) -> Any:
    if ast.unparse(node.value) != "inputs.parameter_values":
        raise ConditionError(f"a condition holds {ast.unparse(node)!r}, which the local server does not know")
    # Python 3.8 wraps the key in ast.Index; 3.9 is the floor, so the key is the slice itself.
    key = _value(node.slice, parameters)
    if key not in parameters:
        raise ConditionError(f"a condition needs the parameter {key!r}, which has no value")
    return parameters[key]


def _convert(node: ast.Call, parameters: Mapping[str, Any]) -> Any:
    name = ast.unparse(node.func)
    convert = _CONVERT.get(name)
    if convert is None or len(node.args) != 1 or node.keywords:
        raise ConditionError(f"a condition calls {name!r}, which the local server does not know")
    return convert(_value(node.args[0], parameters))


def _int(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError("true and false are no numbers")
    return int(value)


def _double(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError("true and false are no numbers")
    return float(value)


def _bool(value: Any) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise TypeError(f"{shown(value)} is neither true nor false")
    return value


_CONVERT: dict[str, Callable[[Any], Any]] = {"int": _int, "double": _double, "string": as_text, "bool": _bool}
