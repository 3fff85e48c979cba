"""Gap: metric filters of log groups are stored, and make no metrics.

On AWS every event that a log group takes in is held against its filters: one that matches adds
`metricValue` to the metric, and `defaultValue` is reported where events come in and none matches
(CloudWatch Logs User Guide, "Filter pattern syntax for metric filters"). Of the JSON patterns, one
comparison for equality is understood, as in `{ $.status = "429" }`, and others match nothing.
Dimensions and values taken from the event are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from local_aws import samples
from local_aws.emulator import logs

Json = dict[str, Any]

_EQUALITY = re.compile(r'\{\s*\$\.(?P<path>[\w.]+)\s*=\s*(?P<value>"[^"]*"|-?[\d.]+)\s*\}')


def apply() -> None:
    """Look at what is forwarded to subscriptions: all events that a group takes in."""
    logs._fanout_to_subscription_filters = _counting(logs._fanout_to_subscription_filters)


def _counting(forward: Callable[..., None]) -> Callable[..., None]:
    def fanout_to_subscription_filters(group: str, stream: str, events: list[Json]) -> None:
        forward(group, stream, events)
        for filter_ in list(logs._metric_filters.values()):
            if filter_["logGroupName"] == group:
                _record(filter_, [event["message"] for event in events])

    return fanout_to_subscription_filters


def _record(filter_: Json, messages: list[str]) -> None:
    matching = sum(_matches(filter_["filterPattern"], message) for message in messages)
    for metric in filter_["metricTransformations"]:
        values = [float(metric["metricValue"])] * matching
        if not values and "defaultValue" in metric:
            values = [float(metric["defaultValue"])]
        for value in values:
            unit = metric.get("unit", "None")
            samples.record(metric["metricNamespace"], metric["metricName"], value, unit, {})


def _matches(pattern: str, message: str) -> bool:
    if not pattern.startswith("{"):
        return bool(logs._compile_filter_pattern(pattern)(message))
    comparison = _EQUALITY.fullmatch(pattern)
    if comparison is None:
        return False
    try:
        value = json.loads(message)
        for name in comparison["path"].split("."):
            value = value[name]
    except (ValueError, KeyError, TypeError):
        return False
    return bool(value == json.loads(comparison["value"]))
