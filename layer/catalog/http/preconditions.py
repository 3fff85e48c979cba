"""Entity tags and conditional requests (RFC 9110, sections 8.8.3 and 13.1)."""

from __future__ import annotations

import re

from catalog.http.problems import bad_parameter

MOST_TAGS = 50  # a DynamoDB condition compares with 100 values at most
_TAG = re.compile(r'\s*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|\Z)')
_VERSION = re.compile(r"[1-9][0-9]{0,14}")


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def if_match(header: str | None) -> set[int] | None:
    """The versions that `If-Match` names, None where it asks for none in particular.

    Compared strongly: a weak tag names no version. Raises a Problem if it is malformed.
    """
    if header is None or header.strip() == "*":
        return None
    return {version for weak, version in _tags("If-Match", header) if not weak and version}


def if_none_match(header: str | None, version: int) -> bool:
    """Whether `If-None-Match` names the version, compared weakly: the client has it already.

    Raises a Problem if it is malformed.
    """
    if header is None:
        return False
    if header.strip() == "*":
        return True
    return any(version == named for _, named in _tags("If-None-Match", header))


def _tags(name: str, header: str) -> list[tuple[bool, int]]:
    """Whether each tag is weak, and the version that it names; 0 for one that is not ours."""
    tags, position = [], 0
    while position < len(header):
        match = _TAG.match(header, position)
        if match is None:
            raise bad_parameter(
                name, 'Expected entity tags such as "3", separated by commas, or *.'
            )
        tags.append((match[1] is not None, _version(match[2])))
        position = match.end()
    if not 0 < len(tags) <= MOST_TAGS:
        raise bad_parameter(name, f"Expected 1 to {MOST_TAGS} entity tags.")
    return tags


def _version(tag: str) -> int:
    return int(tag) if _VERSION.fullmatch(tag) else 0
