"""Settings: a function that is told wrongly does not start, and names all that is wrong."""

from __future__ import annotations

import pytest
from tests.unit import gateway

from catalog.settings import InvalidSettingsError, Settings, load

COMPLETE = {"ENVIRONMENT": "unit", "CORS_ALLOW_ORIGINS": ""}


def test_every_missing_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = ["ENVIRONMENT", "TABLE_NAME", "OWNER_SHARDS", "STATUS_INDEX", "CURSOR_SECRET"]
    for name in needed:
        monkeypatch.delenv(name)
        monkeypatch.delitem(gateway.ENVIRONMENT, name)

    with pytest.raises(InvalidSettingsError) as refused:
        gateway.load("items")

    assert str(refused.value) == "; ".join(f"{name} is not set" for name in needed)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OWNER_SHARDS", "0"),
        ("OWNER_SHARDS", "two"),
        ("OWNER_SHARDS", ""),
        ("STATUS_INDEX", "maybe"),
        ("CURSOR_SECRET", "canary-short"),
        ("RATE_LIMITS", "canary"),
        ("RATE_LIMITS", '{"read": {"rate": 0, "burst": 1}}'),
        ("RATE_LIMITS", '{"read": {"rate": 1, "burst": 1, "on_failure": "ajar"}}'),
    ],
)
def test_a_wrong_variable_is_named_without_its_value(name: str, value: str) -> None:
    with pytest.raises(InvalidSettingsError, match=f"^{name} is wrong") as refused:
        gateway.load("items", file=None, **{name: value})

    assert "canary" not in str(refused.value)


def test_wrong_and_missing_variables_are_named_together() -> None:
    with pytest.raises(InvalidSettingsError) as refused:
        gateway.load("items", OWNER_SHARDS="x", STATUS_INDEX="y")

    assert "OWNER_SHARDS is wrong" in str(refused.value)
    assert "STATUS_INDEX is wrong" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("", []),
        (" , ", []),
        ("*", ["*"]),
        ("https://a.example, https://b.example", ["https://a.example", "https://b.example"]),
    ],
)
def test_origins_are_separated_by_commas(text: str, origins: list[str]) -> None:
    assert load(Settings, COMPLETE | {"CORS_ALLOW_ORIGINS": text}).origins == origins
