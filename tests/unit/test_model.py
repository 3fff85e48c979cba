"""The model and the contract accept and refuse the same items."""

from __future__ import annotations

import string
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit import contract

from catalog.items.currency import CURRENCIES
from catalog.items.model import LARGEST_INTEGER, Item, ItemInput, ItemPatch, input_of
from catalog.validation import explain

texts = st.text(st.characters(exclude_categories=["Cs"]))
names = st.text(string.ascii_letters + " é漢\U0001f600", min_size=1, max_size=120).filter(str.strip)
amounts = st.from_regex(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,4})?", fullmatch=True)
attribute_names = st.text(string.ascii_letters, min_size=1, max_size=40)
attribute_values = (
    texts.map(lambda text: text[:255])
    | st.booleans()
    | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
    | st.floats(-LARGEST_INTEGER, LARGEST_INTEGER)
)
prices = st.fixed_dictionaries({"amount": amounts, "currency": st.sampled_from(sorted(CURRENCIES))})
optional_fields = {
    "description": texts.map(lambda text: text[:2000]),
    "quantity": st.integers(0, LARGEST_INTEGER),
    "status": st.sampled_from(["draft", "active", "archived"]),
    "tags": st.lists(names.map(lambda name: name.strip()[:40]), max_size=20, unique=True),
    "attributes": st.dictionaries(attribute_names, attribute_values, max_size=5),
}
inputs = st.fixed_dictionaries({"name": names, "price": prices}, optional=optional_fields)

# What stands at, and beyond, the bounds of the fields; wrong types; what is nearly right.
ODD_VALUES: list[Any] = [
    None, True, 0, -1, 1, 1.5, LARGEST_INTEGER, LARGEST_INTEGER + 1, -LARGEST_INTEGER - 1,
    10**30, 1e300, "", " ", "\t\n", "a", "a" * 40, "a" * 41, "a" * 120, "a" * 121, "a" * 255,
    "a" * 256, "é" * 120, "\U0001f600" * 120, "\U0001f600" * 121, "a" * 2000, "a" * 2001,
    "draft", "gone", "EUR", "eur", "EUR ", "XXX", "1", "01", "1.", ".5", "1.23456", "1.2345",
    "-1", "+1", "1e3", "1\n", "٣", "9" * 12, "9" * 13, [], ["a"], ["a", "a"], ["a", "A"],
    [""], [1], [None], ["a" * 41], [str(n) for n in range(20)], [str(n) for n in range(21)],
    {}, {"a": None}, {"a": 1}, {"a": []}, {"a": {}}, {"a": "a" * 256},
    {str(n): n for n in range(50)}, {str(n): n for n in range(51)},
    {str(n): n for n in range(101)}, {"amount": "1"}, {"currency": "EUR"}, {"amount": None},
    {"amount": 1, "currency": "EUR"}, {"amount": "1", "currency": "EUR", "more": 1},
]  # fmt: skip
odd_values = st.sampled_from(ODD_VALUES)
FIELDS = ["name", "description", "price", "quantity", "status", "tags", "attributes"]
READ_ONLY = ["id", "version", "createdAt", "updatedAt", "ownerId", "", "Name", "created_at"]


@st.composite
def odd_inputs(draw: st.DrawFn) -> Any:
    """An input with some fields that may not be as they should, or missing, or too many."""
    fields: dict[str, Any] = dict(draw(inputs))
    for name in draw(st.lists(st.sampled_from(FIELDS + READ_ONLY), max_size=2)):
        fields[name] = draw(odd_values)
    for name in draw(st.lists(st.sampled_from(FIELDS), max_size=1)):
        fields.pop(name, None)
    if draw(st.booleans()) and isinstance(fields.get("price"), dict):
        part = draw(st.sampled_from(["amount", "currency", "more"]))
        fields["price"] = fields["price"] | {part: draw(odd_values)}
    return fields


odd_patches = st.dictionaries(st.sampled_from(FIELDS + READ_ONLY), odd_values, max_size=3)


def accepts(value: Any, kind: type) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


@given(inputs)
def test_a_valid_input_is_kept_as_it_is(fields: dict[str, Any]) -> None:
    converted = msgspec.convert(fields, ItemInput)

    kept = msgspec.to_builtins(converted)

    assert {name: kept[name] for name in fields} == fields
    assert msgspec.json.decode(msgspec.json.encode(converted), type=ItemInput) == converted


@given(odd_inputs() | odd_values)
def test_the_model_accepts_the_inputs_that_the_contract_accepts(fields: Any) -> None:
    in_contract = contract.validator("ItemInput").is_valid(fields)

    assert accepts(fields, ItemInput) == in_contract


@given(odd_patches | odd_values)
def test_the_model_accepts_the_patches_that_the_contract_accepts(changes: Any) -> None:
    in_contract = contract.validator("ItemPatch").is_valid(changes)

    assert accepts(changes, ItemPatch) == in_contract


@pytest.mark.parametrize("name", FIELDS + READ_ONLY)
@pytest.mark.parametrize(("schema", "kind"), [("ItemInput", ItemInput), ("ItemPatch", ItemPatch)])
def test_the_model_draws_every_bound_where_the_contract_does(
    schema: str, kind: type, name: str
) -> None:
    price = {"amount": "1", "currency": "EUR"}
    valid = {"name": "a", "price": price} if kind is ItemInput else {}
    candidates = [valid | {name: value} for value in ODD_VALUES]
    candidates += [valid | {"price": price | {name: value}} for value in ODD_VALUES]
    candidates += [valid | {"price": price | {"amount": value}} for value in ODD_VALUES]

    judged = {
        accepts(each, kind) == contract.validator(schema).is_valid(each): each
        for each in candidates
    }

    assert False not in judged, judged[False]


@pytest.mark.parametrize("name", ["", "n" * 41])
def test_attribute_names_have_1_to_40_characters(name: str) -> None:
    # JSON Schema as OpenAPI 3.0 has it cannot say this; the contract's description does.
    fields = {"name": "a", "price": {"amount": "1", "currency": "EUR"}, "attributes": {name: 1}}

    assert not accepts(fields, ItemInput)
    assert accepts(fields | {"attributes": {"n" * 40: 1}}, ItemInput)


@given(inputs)
def test_what_is_shown_of_an_item_matches_the_contract(fields: dict[str, Any]) -> None:
    item = _item(fields)

    shown = msgspec.json.decode(msgspec.json.encode(item))

    contract.validator("Item").validate(shown)


@given(inputs)
def test_the_input_of_an_item_is_what_it_was_made_of(fields: dict[str, Any]) -> None:
    assert input_of(_item(fields)) == msgspec.convert(fields, ItemInput)


def test_the_currencies_are_those_of_the_contract() -> None:
    assert set(contract.schema("Currency")["enum"]) == CURRENCIES


@pytest.mark.parametrize(
    ("changed", "detail", "pointer"),
    [
        ({"name": 1}, "Expected string, got integer", "/name"),
        ({"name": None}, "Expected string, got null", "/name"),
        ({"name": " "}, "Expected string that is not blank", "/name"),
        ({"name": ""}, "Expected string of length >= 1", "/name"),
        ({"price": []}, "Expected object, got array", "/price"),
        ({"price": {"currency": "EUR"}}, "Object missing required field `amount`", "/price"),
        (
            {"price": {"amount": 4.5, "currency": "EUR"}},
            "Expected string, got number",
            "/price/amount",
        ),
        (
            {"price": {"amount": "4,5", "currency": "EUR"}},
            "Expected string with a decimal number such as 449.00",
            "/price/amount",
        ),
        (
            {"price": {"amount": "4.5", "currency": "eur"}},
            "Expected an ISO 4217 currency code such as EUR",
            "/price/currency",
        ),
        ({"quantity": True}, "Expected integer, got boolean", "/quantity"),
        ({"quantity": -1}, "Expected integer >= 0", "/quantity"),
        ({"status": "gone"}, "Not one of the allowed values: 'gone'", "/status"),
        ({"tags": ["a", 2]}, "Expected string, got integer", "/tags/1"),
        ({"tags": ["a", "a"]}, "Expected tags that differ from each other", "/tags"),
        ({"tags": ["a"] * 21}, "Expected array of length <= 20", "/tags"),
        (
            {"attributes": {"a": None}},
            "Expected boolean, integer, number or string, got null",
            "/attributes",
        ),
        ({"attributes": {"": 1}}, "Expected string of length >= 1", "/attributes"),
        ({"str": 1}, "Object contains unknown field `str`", ""),
    ],
)
def test_a_fault_is_explained_in_words_of_json(
    changed: dict[str, Any], detail: str, pointer: str
) -> None:
    fields = {"name": "a", "price": {"amount": "1", "currency": "EUR"}} | changed

    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.convert(fields, ItemInput)

    assert explain(refused.value) == (detail, pointer)


def _item(fields: dict[str, Any]) -> Item:
    made = {
        "id": "01JQ7Z3N5E8WXTB9V4KMR2C6HD",
        "version": 1,
        "createdAt": "2026-01-01T12:00:00.000Z",
        "updatedAt": "2026-01-01T12:00:00.000Z",
        "ownerId": "catalog",
    }
    return msgspec.convert(fields | made, Item)


@pytest.mark.parametrize("blank", [" ", "\n", "\x1c", "\x1f", "\x85", "\xa0", "\u3000", "\ufeff"])
def test_what_is_blank_in_any_dialect_of_patterns_is_no_name(blank: str) -> None:
    price = {"amount": "1", "currency": "EUR"}

    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"name": blank, "price": price}, ItemInput)
