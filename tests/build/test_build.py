"""The build as a command: what it writes, when it writes it, and what it says when it cannot."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from artifacts import manifest

from .conftest import TARGETS, Copy

KB, MB = 1_000, 1_000_000


@pytest.mark.parametrize("target", TARGETS)
def test_the_same_sources_give_the_same_bytes(
    built: Copy, built_elsewhere: Copy, target: str
) -> None:
    assert built.entry(target) == built_elsewhere.entry(target)
    for name in built.entry(target)["artifacts"]:
        assert built.content(target, name) == built_elsewhere.content(target, name), name


@pytest.mark.parametrize("target", TARGETS)
def test_there_is_an_artifact_for_each_function_and_layer(built: Copy, target: str) -> None:
    functions = {f"{path.parent.name}.zip" for path in built.root.glob("functions/*/handler.py")}
    expected = functions | {"catalog.zip", "swagger_ui.zip", "api.json"}
    assert functions
    assert set(built.entry(target)["artifacts"]) == expected
    assert {path.name for path in (built.root / "build" / target).iterdir()} == expected


@pytest.mark.parametrize("target", TARGETS)
def test_the_manifest_describes_the_artifacts(built: Copy, target: str) -> None:
    entry = built.entry(target)
    assert manifest.is_intact(built.root / "build", entry)
    for name, artifact in entry["artifacts"].items():
        assert artifact["path"] == f"{target}/{name}"
        assert artifact["bytes"] == len(built.content(target, name))


def test_artifacts_do_not_hold_the_files_that_only_the_build_reads(built: Copy) -> None:
    assert {name for name in built.unpacked("local", "docs.zip") if ".pyc" not in name} == {
        "handler.py",
        "openapi.json",
        "static/index.html",
        "static/init.js",
    }


@pytest.mark.parametrize("target", TARGETS)
def test_artifacts_are_small(built: Copy, target: str) -> None:
    for name in built.zips(target):
        bar = 3 * MB if name in {"catalog.zip", "swagger_ui.zip"} else 50 * KB
        assert len(built.content(target, name)) <= bar, name


@pytest.mark.skipif(not shutil.which("terraform"), reason="Terraform is not installed")
def test_terraform_computes_the_same_digest_of_the_sources(built: Copy, tmp_path: Path) -> None:
    patterns = ", ".join(f'"{pattern}"' for pattern in manifest.SOURCES)
    files = f'sort(setunion([for p in [{patterns}] : fileset("{built.root}", p)]...))'
    line = f'"${{f}}:${{filesha256("{built.root}/${{f}}")}}"'
    answer = subprocess.run(
        ["terraform", "console"],
        input=f'sha256(join("\\n", [for f in {files} : {line}]))',
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.split()[-1].strip('"') == built.entry("local")["sources"]


@pytest.mark.parametrize(
    "source",
    [
        "api/openapi.yaml",
        "functions/docs/static/init.js",
        "functions/docs/requirements.txt",
        "layer/requirements.txt",
        "layer/aws_operations.json",
        "scripts/build.py",
        "scripts/artifacts/trim.py",
    ],
)
def test_a_change_of_any_source_changes_the_digest(copy: Copy, source: str) -> None:
    before = manifest.sources_digest(copy.root)
    with (copy.root / source).open("a") as file:
        file.write("\n")
    assert manifest.sources_digest(copy.root) != before


def test_only_what_changed_is_made_again(built: Copy, tmp_path: Path) -> None:
    shutil.copytree(built.root, tmp_path / "copy")
    copy = Copy(tmp_path / "copy")
    assert "up to date" in copy.build("local").stdout
    before = copy.entry("local")["artifacts"]
    with (copy.root / "functions/docs/handler.py").open("a") as file:
        file.write("\n# changed\n")
    assert "up to date" not in copy.build("local").stdout
    after = copy.entry("local")["artifacts"]
    assert {name for name in after if after[name] != before[name]} == {"docs.zip"}
    assert manifest.read(copy.root / "build/manifest.json").keys() == set(TARGETS)


def test_a_damaged_artifact_is_made_again(built: Copy, tmp_path: Path) -> None:
    shutil.copytree(built.root, tmp_path / "copy")
    copy = Copy(tmp_path / "copy")
    (copy.root / "build/local/docs.zip").write_bytes(b"")
    copy.build("local")
    assert copy.content("local", "docs.zip") == built.content("local", "docs.zip")


@pytest.mark.parametrize(
    ("target", "damage", "sentence"),
    [
        ("python3-arm", None, "there is no target `python3-arm`: it is `local` or `pythonX.Y-"),
        ("python3.99-arm64", None, "the packages for python3.99-arm64 cannot be installed"),
        ("local", "layer/requirements.txt", "requirements.txt is missing: `make lock` writes it"),
        ("local", "functions/docs/requirements.txt", "requirements.txt is missing"),
        ("local", "api/openapi.yaml", "openapi.yaml is missing"),
        ("local", "layer/aws_operations.json", "aws_operations.json is missing"),
    ],
)
def test_what_cannot_be_built_is_said_in_one_line(
    copy: Copy, target: str, damage: str | None, sentence: str
) -> None:
    if damage:
        (copy.root / damage).unlink()
    done = copy.build(target)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (copy.root / "build/manifest.json").exists()
