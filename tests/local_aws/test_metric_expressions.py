from __future__ import annotations

import pytest

from local_aws.metric_expressions import Series, UnsupportedExpressionError, evaluate

SERIES: dict[str, Series] = {"a": [1.0, None, 3.0], "b": [2.0, 2.0, 0.0]}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a + b", [3.0, None, 3.0]),
        ("a / b", [0.5, None, None]),
        ("100 * a", [100.0, None, 300.0]),
        ("-a", [-1.0, None, -3.0]),
        ("a > 2", [0.0, None, 1.0]),
        ("MAX([a, b])", [2.0, 2.0, 3.0]),
        ("SUM(a)", [4.0, 4.0, 4.0]),
        ("FILL(a, 0)", [1.0, 0.0, 3.0]),
        ("IF(b > 1, 100 * a / b, 0)", [50.0, None, 0.0]),
        ("100", [100.0, 100.0, 100.0]),
    ],
)
def test_an_expression_is_evaluated_period_by_period(expression: str, expected: Series) -> None:
    assert evaluate(expression, SERIES, 3) == expected


@pytest.mark.parametrize("expression", ["c", "RATE(a)", "a[0]", "a +", "SEARCH('x', 'Sum', 60)"])
def test_what_is_not_offered_is_said(expression: str) -> None:
    with pytest.raises(UnsupportedExpressionError):
        evaluate(expression, SERIES, 3)
