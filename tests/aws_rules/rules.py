"""Rules of AWS in words, each with what finds faults and a breach that it must notice."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Node = dict[str, Any]
S = TypeVar("S")


@dataclass(frozen=True)
class Rule(Generic[S]):
    """What AWS demands of a subject: an API's body, the resources of a plan, the artifacts."""

    words: str
    faults: Callable[[S], Iterable[str]]
    breach: Callable[[S], object]
    """Changes a copy of the subject so that AWS would refuse it."""

    def holds(self, subject: S) -> None:
        assert list(self.faults(subject)) == []

    def notices(self, subject: S) -> None:
        broken = copy.deepcopy(subject)
        self.breach(broken)
        assert list(self.faults(broken)), f"the breach of “{self.words}” goes unnoticed"


class Rules(list[Rule[S]]):
    """The rules for one kind of subject; `@rules.add(words, breach)` adds one."""

    def add(self, words: str, breach: Callable[[S], object]) -> Callable[[Any], Any]:
        def register(faults: Callable[[S], Iterable[str]]) -> Callable[[S], Iterable[str]]:
            self.append(Rule(words, faults, breach))
            return faults

        return register


def words(rule: Rule[Any]) -> str:
    """The id of a rule's test."""
    return rule.words


def put(*keys: Any, value: Any) -> Callable[[Any], None]:
    """A breach: set what stands at a place in a document."""

    def change(document: Any) -> None:
        for key in keys[:-1]:
            document = document[key]
        document[keys[-1]] = value

    return change
