"""`make demo` does what it says, and shows no secret."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.deployed.conftest import Json

PROJECT = Path(__file__).resolve().parents[2]
WALK = {
    "Ada signs up": ["202", "204", "200", "200"],
    "She creates an item": ["201"],
    "Grace signs up as well": ["202", "204", "200", "404", "201", "200"],
    "Ada reads hers": ["200", "304"],
    "A merge patch": ["200"],
    "Who still has the old version": ["412"],
    "A request repeated": ["201", "201", "422"],
    "A list comes in pages": ["200", "200"],
    "What does not match the contract": ["400", "400"],
    "The item is deleted": ["204", "404"],
    "Its plan allows 2 requests a second": ["429"],
    "Who guesses at a password": ["429"],
    "Both leave": ["204"],
}


def test_the_demo_walks_through_the_api(outputs: Json) -> None:
    demo = subprocess.run(
        [sys.executable, str(PROJECT / "scripts" / "demo.py")],
        text=True, capture_output=True, check=False,
    )  # fmt: skip

    assert demo.returncode == 0, demo.stderr
    chapters = re.split(r"^(?=\S.* ─+$)", demo.stdout, flags=re.MULTILINE)
    for title, statuses in WALK.items():
        [chapter] = [each for each in chapters if each.startswith(title)]
        assert re.findall(r"^(\d{3}) [A-Z]", chapter, re.MULTILINE) == statuses, chapter
    keys = [value for of_client in outputs["api_keys"].values() for value in of_client.values()]
    assert not any(secret in demo.stdout for secret in [*keys, "eyJ"])  # of a token's header
