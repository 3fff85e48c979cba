"""JSON Merge Patch."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.patch import merge

# https://www.rfc-editor.org/rfc/rfc7396#appendix-A
APPENDIX_A: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]

names = st.sampled_from("abc")  # few, so that target and patch meet
scalars = st.booleans() | st.integers(0, 9) | st.text(max_size=3)
lists = st.lists(scalars | st.none(), max_size=3)
documents = st.recursive(scalars | lists, lambda inner: st.dictionaries(names, inner, max_size=3))
patches = st.recursive(
    scalars | lists | st.none(), lambda inner: st.dictionaries(names, inner, max_size=3)
)
objects = st.dictionaries(names, documents, max_size=3)


@pytest.mark.parametrize(("target", "patch", "result"), APPENDIX_A)
def test_the_examples_of_the_rfc(target: Any, patch: Any, result: Any) -> None:
    assert merge(target, patch) == result


@given(documents, patches)
def test_applying_a_patch_twice_is_applying_it_once(target: Any, patch: Any) -> None:
    once = merge(target, patch)

    assert merge(once, patch) == once


@given(objects)
def test_an_empty_patch_changes_nothing(target: Any) -> None:
    assert merge(target, {}) == target


@given(documents)
def test_a_document_without_nulls_patches_itself_to_itself(document: Any) -> None:
    assert merge(document, document) == document


@given(objects, objects)
def test_patches_of_different_fields_commute(one: Any, other: Any) -> None:
    renamed = {name.upper(): value for name, value in other.items()}

    assert merge(merge({}, one), renamed) == merge(merge({}, renamed), one)


@given(documents, patches)
def test_neither_target_nor_patch_is_changed(target: Any, patch: Any) -> None:
    before = copy.deepcopy((target, patch))

    merge(target, patch)

    assert (target, patch) == before
