"""Make packages import their modules on first use: functions use few of what Powertools offers.

`aws_lambda_powertools.event_handler` imports every resolver there is, AppSync's with asyncio among
them, although the functions use one. See docs/adr/0006-lazy-packages.md.
"""

from __future__ import annotations

import ast

from artifacts import BuildError, Files

PACKAGES = (
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/utilities/data_classes",
)
# What replaces a package's imports: PEP 562, as the standard library has it in its examples.
_TEMPLATE = '''\
"""{docstring}"""

# Its imports were made lazy by the build of the layer.
from importlib import import_module
{eager}
_MODULES = {modules}

__all__ = {names}


def __getattr__(name):
    if name not in _MODULES:
        raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
    value = getattr(import_module(_MODULES[name], __name__), name)
    globals()[name] = value
    return value
'''


def make_lazy(packages: Files) -> Files:
    """Return the files, with each of PACKAGES importing its modules on first use."""
    rewritten = {}
    for package in PACKAGES:
        init = f"{package}/__init__.py"
        if init not in packages:
            raise BuildError(
                f"the layer has no {init} to make lazy: see scripts/artifacts/lazy.py."
            )
        modules = {name.removeprefix(f"{package}/").partition("/")[0] for name in packages}
        rewritten[init] = _lazy(init, packages[init], {m.removesuffix(".py") for m in modules})
    return packages | rewritten


def _lazy(init: str, source: bytes, submodules: set[str]) -> bytes:
    """Turn `from x import a, b` into entries of a table that `__getattr__` looks into.

    A name that a submodule has too stays imported: importing that submodule would set it otherwise.
    """
    tree = ast.parse(source)
    modules: dict[str, str] = {}
    eager, names = [], []
    for statement in tree.body:
        match statement:
            case ast.ImportFrom(names=imported) if {a.name for a in imported} & submodules:
                eager.append(ast.unparse(statement))
            case ast.ImportFrom(module=module, names=imported, level=level):
                if any(alias.name == "*" or alias.asname for alias in imported):
                    raise _unexpected(init, statement)
                modules |= {alias.name: "." * level + (module or "") for alias in imported}
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                names = ast.literal_eval(value)
            case ast.Expr(value=ast.Constant()):
                pass  # the docstring
            case _:
                raise _unexpected(init, statement)
    return _TEMPLATE.format(
        docstring=ast.get_docstring(tree) or "",
        eager="\n".join(eager),
        modules=modules,
        names=names,
    ).encode()


def _unexpected(init: str, statement: ast.stmt) -> BuildError:
    code = ast.unparse(statement).splitlines()[0]
    return BuildError(f"{init} does more than import, and cannot be made lazy: {code}")
