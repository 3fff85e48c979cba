"""CloudWatch metric math: the arithmetic of alarms and dashboards over time series.

CloudWatch User Guide, "Using math expressions with CloudWatch metrics". Offered are numbers,
`+ - * /`, comparisons, `MAX MIN SUM AVG` of a list (period by period) or of one series (over
time), `IF` and `FILL`. A period without a value is None, and so is what is computed from it.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

Series = list[float | None]
Value = float | Series

_OPERATORS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_AGGREGATES: dict[str, Callable[[list[float]], float]] = {
    "MAX": max,
    "MIN": min,
    "SUM": sum,
    "AVG": lambda values: sum(values) / len(values),
}


class UnsupportedExpressionError(Exception):
    """The expression uses what is not offered here; the message names it."""


def evaluate(expression: str, series: dict[str, Series], periods: int) -> Series:
    """Compute a series from the named ones, each `periods` long."""
    try:
        parsed = ast.parse(expression.strip(), mode="eval").body
    except SyntaxError as error:
        raise UnsupportedExpressionError(expression) from error
    return _spread(_evaluate(parsed, series, periods), periods)


def _spread(value: Value, periods: int) -> Series:
    return value if isinstance(value, list) else [value] * periods


def _evaluate(node: ast.expr, series: dict[str, Series], periods: int) -> Value:
    def value(child: ast.expr) -> Value:
        return _evaluate(child, series, periods)

    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in series:
            return series[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _pointwise(operator.sub, 0.0, value(operand), periods)
        case (
            ast.BinOp(left=left, op=op, right=right)
            | ast.Compare(left=left, ops=[op], comparators=[right])
        ) if type(op) in _OPERATORS:
            return _pointwise(_OPERATORS[type(op)], value(left), value(right), periods)
        case ast.Call(func=ast.Name(id=name), args=[ast.List(elts=elements)]):
            columns = [_spread(value(element), periods) for element in elements]
            return _across(_aggregate(name), columns)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _call(name, [_spread(value(argument), periods) for argument in arguments])
    raise UnsupportedExpressionError(ast.unparse(node))


def _call(name: str, arguments: list[Series]) -> Value:
    match name, arguments:
        case "IF", [condition, then, otherwise]:
            rows = zip(condition, then, otherwise, strict=True)
            return [None if c is None else (a if c else b) for c, a, b in rows]
        case "FILL", [series, filler]:
            return [b if a is None else a for a, b in zip(series, filler, strict=True)]
        case _, [series]:
            present = [each for each in series if each is not None]
            return _aggregate(name)(present) if present else [None] * len(series)
    raise UnsupportedExpressionError(name)


def _aggregate(name: str) -> Callable[[list[float]], float]:
    try:
        return _AGGREGATES[name]
    except KeyError:
        raise UnsupportedExpressionError(name) from None


def _across(aggregate: Callable[[list[float]], float], columns: list[Series]) -> Series:
    rows = ([each for each in row if each is not None] for row in zip(*columns, strict=True))
    return [aggregate(row) if row else None for row in rows]


def _pointwise(
    operation: Callable[[float, float], Any], left: Value, right: Value, periods: int
) -> Series:
    pairs = zip(_spread(left, periods), _spread(right, periods), strict=True)
    return [_apply(operation, a, b) for a, b in pairs]


def _apply(
    operation: Callable[[float, float], Any], left: float | None, right: float | None
) -> float | None:
    if left is None or right is None:
        return None
    try:
        return float(operation(left, right))
    except ZeroDivisionError:  # as in CloudWatch: no datapoint
        return None
