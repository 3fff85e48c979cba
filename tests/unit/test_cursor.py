"""Cursors: opaque, authenticated, bound to their query."""

from __future__ import annotations

import base64
import string
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalog.items.cursor import InvalidCursorError, decode, encode
from catalog.items.model import ItemFilter

SECRET = "s" * 32
POSITION = "2026-01-01T12:00:00.000Z#01JQ7Z3N5E8WXTB9V4KMR2C6HD"
BASE64URL = string.ascii_letters + string.digits + "-_"

positions = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
owners = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
filters = st.builds(
    ItemFilter,
    status=st.sampled_from([None, "draft", "active", "archived"]),
    tag=st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
    updated_since=st.none() | st.just("2026-01-01T00:00:00.000Z"),
    order=st.sampled_from(["asc", "desc"]),
)


@given(owners, filters, positions)
def test_a_cursor_leads_back_to_its_position(
    owner: str, criteria: ItemFilter, position: str
) -> None:
    cursor = encode(SECRET, owner, criteria, position)

    assert decode(SECRET, owner, criteria, cursor) == position


@given(st.data(), filters)
def test_a_cursor_with_another_character_is_refused(data: st.DataObject, of: ItemFilter) -> None:
    cursor = encode(SECRET, "catalog", of, POSITION)
    at = data.draw(st.integers(0, len(cursor) - 1))
    other = data.draw(st.characters())
    tampered = cursor[:at] + other + cursor[at + 1 :]
    assume(tampered != cursor)

    with pytest.raises(InvalidCursorError):
        decode(SECRET, "catalog", of, tampered)


@pytest.mark.parametrize("length", [51, 52, 53])  # with and without unused bits at the end
def test_a_cursor_with_another_last_character_is_refused(length: int) -> None:
    cursor = encode(SECRET, "catalog", ItemFilter(), "p" * length)

    for other in set(BASE64URL) - {cursor[-1]}:
        with pytest.raises(InvalidCursorError):
            decode(SECRET, "catalog", ItemFilter(), cursor[:-1] + other)


@pytest.mark.parametrize("padding", ["=", "==", "\n", " "])
def test_a_cursor_with_padding_is_refused(padding: str) -> None:
    cursor = encode(SECRET, "catalog", ItemFilter(), POSITION)

    with pytest.raises(InvalidCursorError):
        decode(SECRET, "catalog", ItemFilter(), cursor + padding)


@given(st.data())
def test_a_cursor_with_another_bit_is_refused(data: st.DataObject) -> None:
    raw = bytearray(_raw(encode(SECRET, "catalog", ItemFilter(), POSITION)))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    tampered = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    with pytest.raises(InvalidCursorError):
        decode(SECRET, "catalog", ItemFilter(), tampered)


@given(st.text(max_size=200) | st.text(BASE64URL, max_size=200))
def test_a_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursorError):
        decode(SECRET, "catalog", ItemFilter(), text)


@given(owners, owners, filters)
def test_the_cursor_of_another_owner_is_refused(
    owner: str, other: str, criteria: ItemFilter
) -> None:
    assume(owner != other)
    cursor = encode(SECRET, owner, criteria, POSITION)

    with pytest.raises(InvalidCursorError):
        decode(SECRET, other, criteria, cursor)


@given(filters, filters)
def test_the_cursor_of_another_query_is_refused(criteria: ItemFilter, other: ItemFilter) -> None:
    assume(criteria != other)
    cursor = encode(SECRET, "catalog", criteria, POSITION)

    with pytest.raises(InvalidCursorError):
        decode(SECRET, "catalog", other, cursor)


def test_a_cursor_made_with_another_secret_is_refused() -> None:
    cursor = encode("t" * 32, "catalog", ItemFilter(), POSITION)

    with pytest.raises(InvalidCursorError):
        decode(SECRET, "catalog", ItemFilter(), cursor)


@given(filters)
def test_a_cursor_fits_into_the_parameter(criteria: ItemFilter) -> None:
    assert len(encode(SECRET, "catalog", criteria, POSITION)) <= 512


@pytest.mark.parametrize("character", string.digits + string.ascii_uppercase)
@pytest.mark.parametrize("length", [0, 1, 2])  # of what base64 pads
def test_a_cursor_needs_no_escaping_in_a_url(character: str, length: int) -> None:
    position = "." * length + character

    cursor = encode(SECRET, "catalog", ItemFilter(), position)

    assert set(cursor) <= set(BASE64URL)
    assert decode(SECRET, "catalog", ItemFilter(), cursor) == position


@pytest.mark.parametrize("changed", [{"status": "draft"}, {"tag": "a"}, {"order": "asc"}])
def test_every_part_of_a_filter_is_bound(changed: dict[str, Any]) -> None:
    cursor = encode(SECRET, "catalog", ItemFilter(), POSITION)
    other = msgspec.structs.replace(ItemFilter(), **changed)

    with pytest.raises(InvalidCursorError):
        decode(SECRET, "catalog", other, cursor)


def _raw(cursor: str) -> bytes:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
