"""Leave out of the layer what no function reads: it is paid for at every cold start."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import Any

from artifacts import BuildError, Files

Operations = dict[str, list[str]]
"""AWS service to the operations that are called, as in `layer/aws_operations.json`."""

UNUSED = (
    ".lock",
    "*.pyi",
    "*/py.typed",
    "bin/*",
    "*/tests/*",
    "*.dist-info/*",  # but for the name and version, see `_metadata`
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.js",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.css",
    # Calendars and a copy of the time zones: botocore reads dates, all in UTC.
    "dateutil/easter.py",
    "dateutil/rrule.py",
    "dateutil/zoneinfo/*",
    "urllib3/contrib/emscripten/*",  # a browser's
    # Utilities of Powertools that no function imports. Take a line out to use one.
    *(
        f"aws_lambda_powertools/utilities/{utility}/*"
        for utility in (
            "auth_alpha",
            "batch",
            "circuit_breaker",
            "data_masking",
            "feature_flags",
            "idempotency",
            "kafka",
            "parameters",
            "parser",
            "streaming",
            "validation",
        )
    ),
)
DATA = "botocore/data/"
CERTIFICATES = "botocore/cacert.pem"
# https://www.amazontrust.com/repository/: what AWS's endpoints are signed by.
AMAZON_ROOTS = {
    "Amazon Root CA 1",
    "Amazon Root CA 2",
    "Amazon Root CA 3",
    "Amazon Root CA 4",
    "Starfield Services Root Certificate Authority - G2",
    "Starfield Class 2 CA",
}


def trim(packages: Files, operations: Operations) -> Files:
    """Keep the part of the installed packages that the functions need at run time."""
    kept = {name: packages[name] for name in packages if not _is_unused(name)}
    kept |= _metadata(packages)
    kept |= _aws_data(packages, operations)
    kept[CERTIFICATES] = _amazon_roots(packages[CERTIFICATES].decode()).encode()
    return kept


def _is_unused(name: str) -> bool:
    return name.startswith(DATA) or any(fnmatch(name, pattern) for pattern in UNUSED)


def _metadata(packages: Files) -> Files:
    """Keep each distribution's name and version: `importlib.metadata.version` is asked for some."""
    found = {}
    for name in packages:
        if name.endswith(".dist-info/METADATA"):
            header = packages[name].decode().split("\n\n")[0].splitlines()
            lines = [line for line in header if re.match("(Metadata-Version|Name|Version):", line)]
            found[name] = "\n".join([*lines, ""]).encode()
    return found


def _aws_data(packages: Files, operations: Operations) -> Files:
    """Cut botocore's description of AWS down to the operations that are called."""
    kept = {}
    for general in ("_retry.json", "partitions.json", "sdk-default-configuration.json"):
        kept[DATA + general] = _dump(json.loads(packages[DATA + general]))
    endpoints = json.loads(packages[DATA + "endpoints.json"])
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in operations}
    kept[DATA + "endpoints.json"] = _dump(endpoints)
    for service, called in operations.items():
        folder = _latest_version(packages, service)
        rules = gzip.decompress(packages[folder + "endpoint-rule-set-1.json.gz"])
        model = json.loads(gzip.decompress(packages[folder + "service-2.json.gz"]))
        kept[folder + "endpoint-rule-set-1.json"] = _dump(json.loads(rules))
        kept[folder + "service-2.json"] = _dump(_service_model(service, model, called))
    return kept


def _latest_version(packages: Files, service: str) -> str:
    pattern = f"{DATA}{service}/*/service-2.json.gz"
    found = [name for name in packages if PurePosixPath(name).match(pattern)]
    if not found:
        raise BuildError(f"layer/aws_operations.json names `{service}`, which botocore lacks.")
    return max(found).removesuffix("service-2.json.gz")


def _service_model(service: str, model: dict[str, Any], called: list[str]) -> dict[str, Any]:
    """Keep the called operations and the shapes they reach, without documentation."""
    unknown = sorted(set(called) - set(model["operations"]))
    if unknown:
        names = ", ".join(unknown)
        raise BuildError(f"layer/aws_operations.json names {service} {names}: no such operation.")
    operations = {name: model["operations"][name] for name in sorted(called)}
    shapes: dict[str, Any] = {}
    waiting = [shape for operation in operations.values() for shape in _shapes_of(operation)]
    while waiting:
        name = waiting.pop()
        if name not in shapes:
            shapes[name] = model["shapes"][name]
            waiting += _shapes_of(shapes[name])
    kept = {key: value for key, value in model.items() if key != "documentation"}
    described = {"operations": operations, "shapes": dict(sorted(shapes.items()))}
    return kept | {key: _undocumented(value) for key, value in described.items()}


def _shapes_of(node: Any) -> Iterator[str]:
    """Find the shapes that a node refers to: `{"shape": name}` at any depth."""
    for value in node.values() if isinstance(node, dict) else node:
        if isinstance(value, dict) and isinstance(value.get("shape"), str):
            yield value["shape"]
        elif isinstance(value, (dict, list)):
            yield from _shapes_of(value)


def _undocumented(node: Any) -> Any:
    """Drop documentation strings; a member or a shape of that name is no string and stays."""
    if isinstance(node, list):
        return [_undocumented(value) for value in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _undocumented(value)
        for key, value in node.items()
        if not (key == "documentation" and isinstance(value, str))
    }


def _amazon_roots(bundle: str) -> str:
    """Keep the certificates AWS uses: each TLS context parses the whole bundle."""
    blocks = re.findall(r'# Label: "(.*?)".*?(-----BEGIN.*?-----END [A-Z ]+-----\n)', bundle, re.S)
    kept = [f"# {label}\n{pem}" for label, pem in blocks if label in AMAZON_ROOTS]
    if not any("Amazon Root CA 1\n" in block for block in kept):
        raise BuildError("botocore's cacert.pem holds no Amazon Root CA 1: its format has changed.")
    return "\n".join(kept)


def _dump(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
