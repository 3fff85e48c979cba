"""The documents: their examples run, and what they name is there."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
DOCUMENTS = [PROJECT / "README.md", *PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")]
TARGETS = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))


def found(pattern: str, *, flags: int = 0) -> Iterator[tuple[str, str]]:
    """Every match in every document, with the document's name."""
    for document in sorted(set(DOCUMENTS)):
        for match in re.finditer(pattern, document.read_text(), flags):
            yield str(document.relative_to(PROJECT)), match[1]


def test_the_shell_examples_run_against_the_running_stack() -> None:
    examples = list(found(r"```sh\n(.*?)```", flags=re.DOTALL))

    for document, script in examples:
        answer = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script.replace("curl -s ", "curl -sf ")],
            cwd=PROJECT,
            env=os.environ | {"TF_WORKSPACE": "local"},
            text=True,
            capture_output=True,
            check=False,
        )
        assert answer.returncode == 0, f"{document}:\n{script}\n{answer.stdout}{answer.stderr}"
        assert '"status":"ok"' in answer.stdout
    assert examples


@pytest.mark.parametrize(
    ("document", "target"), sorted(set(found(r"(?:`|\$ |&& )make (?:--silent )?([a-z-]+)")))
)
def test_a_make_target_that_is_named_exists(document: str, target: str) -> None:
    assert target in TARGETS, f"{document} names `make {target}`"


@pytest.mark.parametrize(("document", "link"), sorted(set(found(r"\]\(([^)#]+)[^)]*\)"))))
def test_a_link_leads_somewhere(document: str, link: str) -> None:
    if not link.startswith("http"):
        assert ((PROJECT / document).parent / link).exists(), f"{document} links to {link}"


@pytest.mark.parametrize(
    ("document", "path"),
    sorted(set(found(r"`((?:api|docs|functions|layer|scripts|terraform|tests)/[\w./-]+)`"))),
)
def test_a_path_that_is_named_exists(document: str, path: str) -> None:
    written_later = {"terraform/environments/backend.hcl"}
    assert path in written_later or (PROJECT / path).exists(), f"{document} names {path}"
