"""Clients of AWS services where an environment lives: the local AWS, or yours."""

from __future__ import annotations

from typing import Any

from botocore.session import Session

from environment_file import EnvironmentFile
from local_aws import process


def client(environment: str, service: str) -> Any:
    """Return a client of a service in the environment's region."""
    settings = EnvironmentFile(environment)
    session = Session()
    if not settings.local_aws:
        return session.create_client(service, region_name=settings.region)
    session.set_credentials(*process.CREDENTIALS.values())
    endpoint = f"http://{process.HOST}:{process.chosen_port()}"
    return session.create_client(service, region_name=settings.region, endpoint_url=endpoint)
