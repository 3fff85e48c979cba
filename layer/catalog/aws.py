"""Clients of AWS services, made by botocore alone: boto3 would add a third to the cold start."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from botocore import __version__ as botocore_version
from botocore.config import Config
from botocore.session import Session

if TYPE_CHECKING:
    from botocore.client import BaseClient

# A call that fails takes at most 4.8 s: two tries, and up to 1 s between them. So the limiter's
# and the item's fit into the function's timeout of 10 s together.
CONNECT_TIMEOUT, READ_TIMEOUT, TRIES = 0.5, 1.4, 2  # seconds
CONFIG = Config(
    connect_timeout=CONNECT_TIMEOUT,
    # The tests let botocore check every call (tests/unit/conftest.py). AWS checks them again, and
    # doing it a third time here is 4 % of what a creation takes.
    parameter_validation=False,
    # What botocore would say in more words, and put together twice a request: 10 % of its work.
    user_agent=f"Catalog Botocore/{botocore_version}",
)


@cache
def _session() -> Session:
    return Session()


@cache
def client(
    service: str, *, read_timeout: float = READ_TIMEOUT, tries: int = TRIES
) -> BaseClient | Any:
    """The function's one client of a service, for example `dynamodb`.

    A service that takes longer to answer, or must not be asked twice, has its own number of seconds
    and tries.
    """
    own = Config(
        read_timeout=read_timeout, retries={"mode": "standard", "total_max_attempts": tries}
    )
    return _session().create_client(service, config=CONFIG.merge(own))
