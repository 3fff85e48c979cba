"""Say whether the local AWS runs, and where the API is.

python scripts/status.py
"""

from __future__ import annotations

import argparse
import sys

import httpx

import stack
from local_aws.process import LocalAws


def main() -> None:
    """Print the state; exit with 1 where something does not run."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    server = LocalAws().running()
    if server is None:
        sys.exit("The local AWS does not run: `make up` starts it.")
    print(f"The local AWS runs on {server.endpoint} (process {server.pid}).")
    url = stack.outputs("local")["api_url"]
    try:
        answer = httpx.get(f"{url}/health", params={"deep": "true"}, timeout=10)
    except httpx.HTTPError as error:
        sys.exit(f"The API at {url} does not answer: {error}")
    print(f"The API at {url} answers {answer.status_code}: {answer.text}")
    sys.exit(0 if answer.status_code == httpx.codes.OK else 1)


if __name__ == "__main__":
    stack.run(main)
