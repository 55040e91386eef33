# SPDX-License-Identifier: Apache-2.0
"""Evaluates the trigger conditions of compiled pipelines, the part of CEL that the kfp compiler writes."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Mapping
from typing import Any, Callable

from kfp_server_api.server.engine.outcome import TaskError

_TOKENS = re.compile(r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(&&)|(\|\|)|(!(?!=))""")
_COMPARE: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
}
_CONSTANTS = {"true": True, "false": False, "null": None}


class ConditionError(TaskError):
    """A condition that is not understood or cannot be computed."""


def evaluate(condition: str, parameters: Mapping[str, Any]) -> bool:
    """Return whether a condition holds for the input parameters of its task."""
    try:
        tree = ast.parse(_as_python(condition), mode="eval")
        return bool(_value(tree.body, parameters))
    except ConditionError:
        raise
    except (SyntaxError, ValueError, TypeError) as error:
        raise ConditionError(f"condition {condition!r} cannot be evaluated: {error}") from error


def _as_python(condition: str) -> str:
    """Spell the boolean operators as Python does, leaving quoted text alone."""

    def replace(match: re.Match[str]) -> str:
        quoted, both, either, _ = match.groups()
        return quoted or (both and " and ") or (either and " or ") or " not "

    return _TOKENS.sub(replace, condition.replace("\n", " ")).strip()


def _value(node: ast.AST, parameters: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.BoolOp):
        test = all if isinstance(node.op, ast.And) else any
        return test(_value(part, parameters) for part in node.values)
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


def _unary(node: ast.UnaryOp, parameters: Mapping[str, Any]) -> Any:
    value = _value(node.operand, parameters)
    if isinstance(node.op, ast.Not):
        return not value
    return -value if isinstance(node.op, ast.USub) else value


def _compare(node: ast.Compare, parameters: Mapping[str, Any]) -> bool:
    left = _value(node.left, parameters)
    for sign, right_node in zip(node.ops, node.comparators):
        right = _value(right_node, parameters)
        compare = _COMPARE.get(type(sign))
        if compare is None:
            raise ConditionError(f"a condition uses {type(sign).__name__}, which the local server does not know")
        if not compare(left, right):
            return False
        left = right
    return True


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


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _flag(value: Any) -> bool:
    return value.strip().lower() == "true" if isinstance(value, str) else bool(value)


_CONVERT: dict[str, Callable[[Any], Any]] = {"int": int, "double": float, "string": _text, "bool": _flag}
