"""The modules of MiniStack that the shims work on.

Imported here only, as `Any`: MiniStack is untyped and lives in an environment of its own.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

app: Any = import_module("ministack.app")
cloudwatch: Any = import_module("ministack.services.cloudwatch")
cognito: Any = import_module("ministack.services.cognito")
concurrency: Any = import_module("ministack.core.concurrency")
dynamodb: Any = import_module("ministack.services.dynamodb")
gateway: Any = import_module("ministack.services.apigateway_v1")
lambda_runtime: Any = import_module("ministack.core.lambda_runtime")
lambda_service: Any = import_module("ministack.services.lambda_svc")
logs: Any = import_module("ministack.services.cloudwatch_logs")
persistence: Any = import_module("ministack.core.persistence")
scope: Any = import_module("ministack.core.responses")
