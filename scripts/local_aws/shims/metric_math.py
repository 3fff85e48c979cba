"""Gap: GetMetricData answers an expression with "not implemented".

On AWS a query of GetMetricData is a metric or an expression over other queries (CloudWatch API
Reference, "MetricDataQuery"). The queries of metrics are MiniStack's; the shim adds the
expressions over them. Only for the JSON protocol, which the SDKs and the CLI speak.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from local_aws import metric_expressions
from local_aws.emulator import cloudwatch

Json = dict[str, Any]


def apply() -> None:
    """Evaluate what MiniStack leaves out."""
    cloudwatch._get_metric_data = _with_expressions(cloudwatch._get_metric_data)


def _with_expressions(get: Callable[..., Any]) -> Callable[..., Any]:
    def get_metric_data(params: Json, data: Json, is_cbor: bool, is_json: bool = False) -> Any:
        queries = data.get("MetricDataQueries", [])
        if not is_json or not any(query.get("Expression") for query in queries):
            return get(params, data, is_cbor, is_json)
        metrics = [{**q, "ReturnData": True} for q in queries if not q.get("Expression")]
        status, headers, body = get(params, {**data, "MetricDataQueries": metrics}, False, True)
        results = {r["Id"]: r for r in json.loads(body)["MetricDataResults"]}
        _evaluate(queries, results)
        shown = [results[q["Id"]] for q in queries if q.get("ReturnData", True)]
        return status, headers, json.dumps({"MetricDataResults": shown}).encode()

    return get_metric_data


def _evaluate(queries: list[Json], results: dict[str, Json]) -> None:
    """Add a result for every expression, in the order in which the queries stand."""
    times = sorted({time for result in results.values() for time in result["Timestamps"]})
    series: dict[str, metric_expressions.Series] = {}
    for id_, result in results.items():
        at = dict(zip(result["Timestamps"], result["Values"], strict=True))
        series[id_] = [at.get(time) for time in times]
    for query in queries:
        if not query.get("Expression"):
            continue
        result = {"Id": query["Id"], "Label": query.get("Label", query["Id"])}
        values: metric_expressions.Series = []
        try:
            values = metric_expressions.evaluate(query["Expression"], series, len(times))
        except metric_expressions.UnsupportedExpressionError as error:
            message = {"Code": "Unsupported", "Value": f"Not offered by the local AWS: {error}"}
            result |= {"StatusCode": "InternalError", "Messages": [message]}
        else:
            result["StatusCode"] = "Complete"
            series[query["Id"]] = values
        present = [(t, v) for t, v in zip(times, values, strict=False) if v is not None]
        result |= {"Timestamps": [t for t, _ in present], "Values": [v for _, v in present]}
        results[query["Id"]] = result
