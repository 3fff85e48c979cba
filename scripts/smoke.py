"""Check that an applied stack answers: health, the key, an item's life, the documentation."""

from __future__ import annotations

from typing import Any

import httpx

from stack import StackError

ITEM = {"name": "Smoke test", "price": {"amount": "1.00", "currency": "EUR"}}


def check(outputs: dict[str, Any], id_token: str) -> None:
    """Call a stack with its first key and a user's token, which it may not need.

    Raises StackError naming what did not answer as it must.
    """
    keys = next(iter(outputs["api_keys"].values()))
    key = {"x-api-key": next(iter(keys.values())), "Authorization": f"Bearer {id_token}"}
    with httpx.Client(base_url=outputs["api_url"], timeout=30) as client:
        _expect(client.get("/health", params={"deep": "true"}), 200)
        _expect(client.get("/openapi.json"), 200)
        _expect(client.get("/docs"), 200)
        _expect(client.get("/usage"), 403)
        _expect(client.get("/usage", headers=key), 200)
        created = _expect(client.post("/items", json=ITEM, headers=key), 201)
        path = f"/items/{created.json()['id']}"
        _expect(client.get(path, headers=key), 200)
        _expect(client.delete(path, headers=key), 204)


def _expect(answer: httpx.Response, status: int) -> httpx.Response:
    if answer.status_code != status:
        request = f"{answer.request.method} {answer.request.url.path}"
        raise StackError(
            f"{request} answered {answer.status_code} instead of {status}: {answer.text[:300]}"
        )
    return answer
