"""A client that a third party's generator makes of `/openapi.json` lives an item's life."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.contract.conftest import SignIn

pytestmark = pytest.mark.xdist_group("generated-client")  # generated once
PACKAGE = "generated_catalog_client"
Load = Callable[[str], Any]


@pytest.fixture(scope="module")
def load(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Load]:
    """Imports a module of the client that is generated, without a warning, from what is served."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_bytes(httpx.get(f"{url}/openapi.json").content)
    (folder / "config.json").write_text(json.dumps({"post_hooks": []}))
    command = [str(Path(sys.executable).parent / "openapi-python-client"), "generate"]
    command += ["--path=openapi.json", "--config=config.json", "--meta=none", "--fail-on-warning"]
    command += [f"--output-path={PACKAGE}"]
    answer = subprocess.run(command, cwd=folder, text=True, capture_output=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield lambda name: importlib.import_module(f"{PACKAGE}.{name}")


@pytest.fixture
def client(load: Load, url: str, key: str, sign_in: SignIn) -> Iterator[Any]:
    make = load("client").AuthenticatedClient
    with make(base_url=url, token=sign_in(), headers={"x-api-key": key}) as client:
        yield client


def test_a_generated_client_creates_lists_reads_patches_and_deletes_an_item(
    load: Load, client: Any
) -> None:
    models = load("models")
    desk = models.ItemInput(name="Desk", price=models.Price("449.00", models.Currency.EUR))
    recent = {"client": client, "limit": 100}

    created = load("api.items.create_item").sync(client=client, body=desk)
    assert (created.name, created.version) == ("Desk", 1)

    assert load("api.items.get_item").sync(created.id, client=client) == created
    assert created.id in [item.id for item in load("api.items.list_items").sync(**recent).items]

    patch = models.ItemPatch(name="Large desk")
    changed = load("api.items.patch_item").sync(created.id, client=client, body=patch)
    assert (changed.name, changed.price, changed.version) == ("Large desk", created.price, 2)

    deleted = load("api.items.delete_item").sync_detailed(created.id, client=client)
    assert deleted.status_code == 204
    gone = load("api.items.get_item").sync(created.id, client=client)
    assert isinstance(gone, models.Problem)
    assert gone.status == 404


def test_a_generated_client_reads_what_is_wrong_from_a_problem(load: Load, client: Any) -> None:
    models = load("models")
    blank = models.ItemInput(name=" ", price=models.Price("449.00", models.Currency.EUR))

    problem = load("api.items.create_item").sync(client=client, body=blank)

    assert isinstance(problem, models.Problem)
    assert problem.status == 400
