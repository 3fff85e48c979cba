"""Gap: a stage's access log settings are stored, and nothing is logged.

On AWS a stage with `accessLogSettings` writes one line a request, rendered from its format, to
the log group it names, whatever the outcome; a variable without a value is `-` (API Gateway
Developer Guide, "Set up CloudWatch logging for REST APIs"). Values are escaped for JSON here, so
that a line in a JSON format parses.
"""

from __future__ import annotations

import hashlib
import time
from typing import Any

from local_aws import context_variables, exchange
from local_aws.emulator import logs, scope


def apply() -> None:
    """Write a line after every answer."""
    exchange.on_answer(_write)


def _write(answered: exchange.Exchange) -> None:
    settings = (answered.request["stage"] or {}).get("accessLogSettings") or {}
    group_name = settings.get("destinationArn", "").partition(":log-group:")[2].removesuffix(":*")
    with scope.request_scope(answered.account, answered.region):
        group = logs._log_groups.get(group_name)
        if group is None or not settings.get("format"):
            return
        variables = context_variables.of_answer(answered)
        line = context_variables.substitute(
            settings["format"], lambda name: variables.get(name) or "-"
        )
        _append(group_name, group, answered, line)


def _append(group_name: str, group: dict[str, Any], answered: exchange.Exchange, line: str) -> None:
    now = int(time.time() * 1000)
    owner = f"{answered.request['api_id']}/{answered.request['stage_name']}"
    # Like AWS, a stream named by a hash; one a stage is enough here.
    name = hashlib.sha256(owner.encode()).hexdigest()[:32]
    stream = group["streams"].setdefault(name, {
        "events": [],
        "uploadSequenceToken": "1",
        "creationTime": now,
        "firstEventTimestamp": None,
        "lastEventTimestamp": None,
        "lastIngestionTime": None,
    })  # fmt: skip
    event = {"timestamp": now, "message": line, "ingestionTime": now}
    logs._append_log_events(stream, [event])
    logs._fanout_to_subscription_filters(group_name, name, [event])
