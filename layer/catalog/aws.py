"""Clients of AWS services, made by botocore alone: boto3 would add a third to the cold start."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from botocore import __version__ as botocore_version
from botocore.config import Config
from botocore.session import Session

if TYPE_CHECKING:
    from botocore.client import BaseClient

# Three tries of 1 s to connect and 2 s to answer fit into the function's timeout of 10 s.
CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    # The tests let botocore check every call (tests/unit/conftest.py). AWS checks them again, and
    # doing it a third time here is 4 % of what a creation takes.
    parameter_validation=False,
    # What botocore would say in more words, and put together twice a request: 10 % of its work.
    user_agent=f"Catalog Botocore/{botocore_version}",
    retries={"mode": "standard", "total_max_attempts": 3},
)


@cache
def _session() -> Session:
    return Session()


@cache
def client(service: str) -> BaseClient | Any:
    """The function's one client of a service, for example `dynamodb`."""
    return _session().create_client(service, config=CONFIG)
