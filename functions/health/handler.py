"""`/health`: whether the service works, and with `?deep=true` whether its table does."""

from __future__ import annotations

from catalog.cold_start import ready  # first: it stops the collector while the rest loads

# isort: split
from aws_lambda_powertools.event_handler import Response
from msgspec import Struct

from catalog import aws, settings
from catalog.dynamodb import Table
from catalog.errors import UnavailableError
from catalog.http import query
from catalog.http.api import Api, json_answer


class HealthSettings(settings.Settings, frozen=True, kw_only=True):
    """What this function is told by its environment."""

    table_name: str


class HealthQuery(Struct, frozen=True):
    """The query parameters of a health check."""

    deep: bool = False


config = settings.load(HealthSettings)
table = Table(aws.client("dynamodb"), config.table_name)
api = Api(config.origins)


@api.get("/health")
def get_health() -> Response[str]:
    """200 if the service works, 503 if its table does not answer."""
    if not query.read(api.current_event.raw_event, HealthQuery).deep:
        return json_answer({"status": "ok"})
    _check_table()
    return json_answer({"status": "ok", "checks": {"table": "ok"}})


def _check_table() -> None:
    try:
        table.get({"id": "health"}, consistent=False)
    except Exception as error:  # whatever it is, the service cannot work
        raise UnavailableError("The table does not answer.") from error


lambda_handler = ready(api)
