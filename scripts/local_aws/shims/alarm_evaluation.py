"""Gap: alarms are evaluated only when someone puts a metric, and on all dimensions together.

On AWS an alarm is evaluated all the time, on the one metric that its dimensions name or on
metric math, period by period: it goes to ALARM when `DatapointsToAlarm` of its
`EvaluationPeriods` breach, and missing periods count as `TreatMissingData` says (CloudWatch User
Guide, "Alarm evaluation"). Here the periods end now instead of on the minute, and the evaluation
runs every few seconds, so that nobody waits for a minute to pass.
"""

from __future__ import annotations

import operator
import time
from typing import Any

from local_aws import background, metric_expressions
from local_aws.emulator import app, cloudwatch, scope
from local_aws.metric_expressions import Series

Json = dict[str, Any]

_COMPARISONS = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def apply() -> None:
    """Take the place of MiniStack's evaluation, and repeat it."""
    cloudwatch._evaluate_alarm = _evaluate
    background.every(5, _evaluate_on_the_loop)


def _evaluate_on_the_loop() -> None:
    """Where MiniStack's own handlers run: an alarm's action may publish to SNS."""
    if app._MAIN_LOOP is not None:
        app._MAIN_LOOP.call_soon_threadsafe(_evaluate_all)


def _evaluate_all() -> None:
    for (account, region, _), alarm in cloudwatch._alarms.all_items():
        with scope.request_scope(account, region):
            _evaluate(alarm)


def _evaluate(alarm: Json) -> None:
    compare = _COMPARISONS.get(alarm.get("ComparisonOperator") or "")
    if compare is None:  # anomaly detection bands
        return
    try:
        values = _datapoints(alarm)
    except metric_expressions.UnsupportedExpressionError:
        return
    threshold = alarm["Threshold"]
    breaches = [None if value is None else compare(value, threshold) for value in values]
    state = _state(alarm, breaches)
    if state and state != alarm["StateValue"]:
        latest = next((value for value in values if value is not None), None)
        reason = f"Threshold Crossed: latest datapoint {latest}, threshold {threshold}"
        _transition(alarm, state, reason)


def _state(alarm: Json, breaches: list[bool | None]) -> str | None:
    """Decide the state from the periods, the latest first; None leaves it as it is."""
    treatment = alarm.get("TreatMissingData") or "missing"
    if treatment in ("breaching", "notBreaching"):
        breaches = [treatment == "breaching" if each is None else each for each in breaches]
    if all(each is None for each in breaches):
        return None if treatment == "ignore" else "INSUFFICIENT_DATA"
    needed = alarm.get("DatapointsToAlarm") or len(breaches)
    # Fewer periods than are needed decide alone: missing data neither delays nor prevents.
    present = [each for each in breaches if each is not None]
    return "ALARM" if sum(present) >= min(needed, len(present)) else "OK"


def _transition(alarm: Json, state: str, reason: str) -> None:
    before = alarm["StateValue"]
    alarm |= {
        "StateValue": state,
        "StateReason": reason,
        "StateUpdatedTimestamp": int(time.time()),
    }
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def _datapoints(alarm: Json) -> Series:
    """One value for each of the evaluation periods, the latest first."""
    periods = alarm["EvaluationPeriods"]
    queries = alarm.get("Metrics")
    if not queries:
        statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
        return _series(alarm, statistic, alarm["Period"], periods)
    series: dict[str, Series] = {}
    for query in sorted(queries, key=lambda query: bool(query.get("Expression"))):
        if query.get("Expression"):
            values = metric_expressions.evaluate(query["Expression"], series, periods)
        else:
            stat = query["MetricStat"]
            values = _series(stat["Metric"], stat["Stat"], int(stat["Period"]), periods)
        series[query["Id"]] = values
    shown = [query["Id"] for query in queries if query.get("ReturnData", True)]
    return series[shown[0]]


def _series(metric: Json, statistic: str, period: int, periods: int) -> Series:
    dimensions = cloudwatch._dims_from_list(metric.get("Dimensions") or [])
    key = (metric["Namespace"], metric["MetricName"], cloudwatch._dims_key(dimensions))
    now = time.time()
    buckets: list[list[Json]] = [[] for _ in range(periods)]
    for point in cloudwatch._metrics.get(key) or ():
        age = int((now - point["Timestamp"]) // period)
        if 0 <= age < periods:
            buckets[age].append(point)
    return [_statistic(points, statistic) for points in buckets]


def _statistic(points: list[Json], statistic: str) -> float | None:
    if not points:
        return None
    value = cloudwatch._stat_value(cloudwatch._calc_stats(points), statistic, points)
    return None if value is None else float(value)
