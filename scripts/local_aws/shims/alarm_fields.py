"""Gap: over the query protocol, alarms lose fields on their way in and out.

Terraform's provider speaks CloudWatch's query protocol. MiniStack's PutMetricAlarm ignores
`Metrics` (metric math) and `InsufficientDataActions` there, and its DescribeAlarms leaves out
most of an alarm, which gives a plan that never gets empty. On AWS every protocol carries every
field (CloudWatch API Reference, "MetricAlarm").
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from xml.sax.saxutils import escape

from local_aws.emulator import cloudwatch

Json = dict[str, Any]

_TIMESTAMPS = ("StateUpdatedTimestamp", "AlarmConfigurationUpdatedTimestamp")


def apply() -> None:
    """Carry the fields both ways; the JSON protocol has them already."""
    cloudwatch._put_metric_alarm = _with_all_fields(cloudwatch._put_metric_alarm)
    cloudwatch._describe_alarms = _describing_all_fields(cloudwatch._describe_alarms)


def _with_all_fields(put: Callable[..., Any]) -> Callable[..., Any]:
    def put_metric_alarm(params: Json, data: Json, is_cbor: bool, is_json: bool = False) -> Any:
        answer = put(params, data, is_cbor, is_json)
        alarm = cloudwatch._alarms.get(cloudwatch._p(params, "AlarmName") or data.get("AlarmName"))
        if answer[0] == 200 and alarm is not None:
            request = data if is_cbor or is_json else _decoded(params)
            alarm["InsufficientDataActions"] = request.get("InsufficientDataActions") or []
            if request.get("ExtendedStatistic"):  # MiniStack adds "Average"
                alarm.pop("Statistic", None)
            if request.get("Metrics"):
                _set_metrics(alarm, request["Metrics"])
        return answer

    return put_metric_alarm


def _set_metrics(alarm: Json, metrics: list[Json]) -> None:
    alarm["Metrics"] = metrics
    # An alarm on metric math has none of its own.
    for field in ("MetricName", "Namespace", "Period", "Statistic", "ExtendedStatistic", "Unit"):
        alarm.pop(field, None)


def _decoded(params: Json) -> Json:
    """Turn the query protocol's `A.member.1.B=c` into `{"A": [{"B": "c"}]}`."""
    root: Json = {}
    for name in sorted(params):
        # A list's member is marked, so that it is told from a field.
        *parents, leaf = name.replace(".member.", ".#").split(".")
        node = root
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = cloudwatch._p(params, name)
    decoded: Json = _lists(root)
    for metric in decoded.get("Metrics") or []:
        metric["ReturnData"] = metric.get("ReturnData", "true") == "true"
    return decoded


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(key.startswith("#") for key in node):
        return [_lists(node[key]) for key in sorted(node, key=lambda key: int(key[1:]))]
    return {key: _lists(value) for key, value in node.items()}


def _describing_all_fields(describe: Callable[..., Any]) -> Callable[..., Any]:
    def describe_alarms(params: Json, data: Json, is_cbor: bool, is_json: bool = False) -> Any:
        if is_cbor or is_json:
            return describe(params, data, is_cbor, is_json)
        status, _, body = describe({}, _decoded(params), False, True)
        if status != 200:
            return describe(params, data, is_cbor, is_json)
        content = "".join(_xml(name, value) for name, value in json.loads(body).items())
        result = f"<DescribeAlarmsResult>{content}</DescribeAlarmsResult>"
        return cloudwatch._xml(200, "DescribeAlarmsResponse", result)

    return describe_alarms


def _xml(name: str, value: Any) -> str:
    return f"<{name}>{''.join(_xml_content(name, value))}</{name}>"


def _xml_content(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, list):
        yield from (_xml("member", each) for each in value)
    elif isinstance(value, dict):
        yield from (_xml(k, v) for k, v in value.items() if v not in (None, "", []))
    elif isinstance(value, bool):
        yield str(value).lower()
    elif name in _TIMESTAMPS and isinstance(value, (int, float)):
        yield cloudwatch._ts_iso(value)
    else:
        yield escape(str(value))
