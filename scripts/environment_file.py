"""An environment's file, read and edited without losing its comments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from stack import ENVIRONMENTS, StackError


class EnvironmentFile:
    """The settings file of an environment."""

    def __init__(self, environment: str) -> None:
        self.path: Path = ENVIRONMENTS / f"{environment}.yaml"
        if not self.path.is_file():
            known = ", ".join(sorted(path.stem for path in ENVIRONMENTS.glob("*.yaml")))
            raise StackError(f'There is no environment "{environment}": use {known}.')
        self._yaml = YAML()
        self._yaml.preserve_quotes = True
        self._yaml.width = 4096  # a line is never broken anew
        self._yaml.indent(mapping=2, sequence=4, offset=2)
        self._document: Any = self._yaml.load(self.path)

    @property
    def region(self) -> str:
        """The AWS region."""
        return str(self._document.get("region", "eu-west-1"))

    @property
    def local_aws(self) -> bool:
        """Whether the environment lives in the local AWS."""
        return bool(self._document.get("local_aws"))

    def generations(self, client: str) -> list[str]:
        """Return a client's key generations, the newest last. Raises StackError."""
        clients = self._document.get("clients") or {}
        if client not in clients:
            raise StackError(f'There is no client "{client}": use {", ".join(sorted(clients))}.')
        return [str(generation) for generation in clients[client]["generations"]]

    def set_generations(self, client: str, generations: list[str]) -> None:
        """Write a client's key generations."""
        listed = self._document["clients"][client]["generations"]
        listed[:] = [DoubleQuotedScalarString(generation) for generation in generations]
        with self.path.open("w") as file:
            self._yaml.dump(self._document, file)
