"""What the rules are held against, made once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from artifacts import Files, archive

from . import subjects
from .rules import Node
from .subjects import LONGEST, Resources


@pytest.fixture(scope="session")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's Terraform, initialised, with a local backend."""
    return subjects.copy_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def environments(terraform: Path) -> dict[str, Resources]:
    """The resources of every environment, as planned; of one with long names, as applied."""
    return subjects.all_of(terraform)


@pytest.fixture(scope="session")
def applied(environments: dict[str, Resources]) -> Resources:
    """Resources without an unknown value."""
    return environments[LONGEST]


@pytest.fixture(scope="session")
def body(applied: Resources) -> Node:
    """The OpenAPI document that API Gateway imports."""
    (api,) = applied.of("aws_api_gateway_rest_api")
    document: Node = json.loads(api["body"])
    return document


@pytest.fixture(scope="session")
def artifacts(terraform: Path) -> dict[str, Files]:
    """The zips for production, unpacked."""
    folder = terraform.parent / "build" / "python3.13-arm64"
    return {file.name: archive.unpack(file.read_bytes()) for file in folder.glob("*.zip")}
