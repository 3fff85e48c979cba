"""CloudWatch samples that the emulator itself makes.

MiniStack keeps one record a sample, for two weeks. Samples of one minute and value are counted
in one record here, as CloudWatch's own `Values` and `Counts` do, so that a load test does not
fill the memory.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from local_aws.emulator import cloudwatch, scope

_lock = threading.Lock()
_minute = 0
_points: dict[tuple[Any, ...], dict[str, Any]] = {}


def record(namespace: str, name: str, value: float, unit: str, dimensions: dict[str, str]) -> None:
    """Add one sample, now, to a metric of the account and region in scope."""
    global _minute
    now = time.time()
    metric = (namespace, name, cloudwatch._dims_key(dimensions))
    key = (scope.get_account_id(), scope.get_region(), *metric, unit, value)
    with _lock:
        if int(now // 60) != _minute:
            _minute = int(now // 60)
            _points.clear()
        point = _points.get(key)
        if point is None:
            point = {
                "Timestamp": now,
                "Value": float(value),
                "Count": 0.0,
                "Unit": unit,
                "Dimensions": dict(dimensions),
            }
            _points[key] = point
            cloudwatch._metric_bucket(metric).append(point)
        point["Count"] += 1.0
