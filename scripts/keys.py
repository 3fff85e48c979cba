"""Print API keys of an environment: all of them, or the newest of one client.

python scripts/keys.py ENV [--client CLIENT]
"""

from __future__ import annotations

import argparse

from rich.console import Console
from rich.table import Table

import stack
from environment_file import EnvironmentFile


def main() -> None:
    """Read the command line, print what it asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("environment", metavar="ENV")
    parser.add_argument("--client", help="print nothing but this client's newest key")
    arguments = parser.parse_args()
    file = EnvironmentFile(arguments.environment)
    newest = file.generations(arguments.client)[-1] if arguments.client else None
    keys = stack.outputs(arguments.environment)["api_keys"]
    if newest:
        print(keys[arguments.client][newest])
    else:
        print_table(keys)


def print_table(keys: dict[str, dict[str, str]]) -> None:
    """Print all keys."""
    table = Table("client", "generation", "key")
    for client, generations in keys.items():
        for generation, value in generations.items():
            table.add_row(client, generation, value)
    Console().print(table)


if __name__ == "__main__":
    stack.run(main)
