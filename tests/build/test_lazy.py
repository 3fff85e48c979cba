"""Packages whose modules are imported on first use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from artifacts import BuildError, lazy, packages, read_tree, target, write_tree

from .conftest import PROJECT
from .test_artifacts import run_isolated

PACKAGE = lazy.PACKAGES[0]
MODULES = {
    "alpha.py": b"class Alpha: pass\n",
    "beta.py": b"from pkg.alpha import Alpha\ndef beta(): return Alpha\n",
}


def made_lazy(init: bytes) -> dict[str, bytes]:
    files = {f"{package}/__init__.py": b"" for package in lazy.PACKAGES}
    files |= {f"{PACKAGE}/{name}": content for name, content in MODULES.items()}
    files[f"{PACKAGE}/__init__.py"] = init
    return lazy.make_lazy(files)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("installed")
    lock = PROJECT / "layer" / "requirements.txt"
    packages.install_runtime(lock, target.parse("local"), folder)
    return read_tree(folder)


@pytest.mark.parametrize("package", lazy.PACKAGES)
def test_a_lazy_package_offers_what_the_original_does(
    installed: dict[str, bytes], tmp_path: Path, package: str
) -> None:
    module = package.replace("/", ".")
    code = (
        f"import json, {module} as p\n"
        "found = {n: getattr(p, n) for n in p.__all__}\n"
        "print(json.dumps({n: f'{v.__module__}.{v.__qualname__}' for n, v in found.items()}))"
    )
    write_tree(tmp_path / "original", installed)
    write_tree(tmp_path / "lazy", lazy.make_lazy(installed))

    original = json.loads(run_isolated([tmp_path / "original"], code))
    offered = json.loads(run_isolated([tmp_path / "lazy"], code))

    assert original == offered
    assert len(offered) > 15


def test_a_name_that_a_module_has_too_is_not_hidden_by_the_module(tmp_path: Path) -> None:
    init = b"from .alpha import Alpha\nfrom .beta import beta\n__all__ = ['Alpha', 'beta']\n"
    files = made_lazy(init)
    write_tree(tmp_path, {"pkg/" + k.rpartition("/")[2]: files[k] for k in files if PACKAGE in k})

    code = "import pkg.beta; from pkg import beta; print(callable(beta))"

    assert run_isolated([tmp_path], code).strip() == "True"


def test_an_unknown_name_is_an_attribute_error(tmp_path: Path) -> None:
    files = made_lazy(b"from .alpha import Alpha\n")
    write_tree(tmp_path, {"pkg/" + k.rpartition("/")[2]: files[k] for k in files if PACKAGE in k})

    assert run_isolated([tmp_path], "import pkg; print(hasattr(pkg, 'gamma'))").strip() == "False"


@pytest.mark.parametrize("line", [b"print(1)", b"import os", b"from .alpha import Alpha as A"])
def test_a_package_that_does_more_than_import_is_refused(line: bytes) -> None:
    with pytest.raises(BuildError, match="does more than import"):
        made_lazy(line)


def test_a_package_that_is_gone_is_said() -> None:
    with pytest.raises(BuildError, match="no aws_lambda_powertools/event_handler/__init__"):
        lazy.make_lazy({})
