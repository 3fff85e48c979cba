"""`/usage`: what the calling client may use, and has used."""

from __future__ import annotations

from catalog.cold_start import ready  # first: it stops the collector while the rest loads

# isort: split
from aws_lambda_powertools.event_handler import Response

from catalog import aws, settings
from catalog.http import caller
from catalog.http.api import Api, json_answer
from catalog.limits import LimitSettings, limiter
from catalog.usage.control_plane import UsagePlans
from catalog.usage.service import UsageService

config = settings.load(LimitSettings)
# Tried once: what AWS allows the whole account is little, and a second try would halve it.
plans = UsagePlans(aws.client("apigateway", tries=1))
service = UsageService(plans, f"catalog-{config.environment}-", config.rate_limits)
api = Api(config.origins, limiter=limiter(config), costs={"*": "usage"})


@api.get("/usage")
def get_usage() -> Response[str]:
    """The plan of the API key, its use, and the policies by which its requests are limited."""
    event = api.current_event.raw_event
    request = event["requestContext"]
    return json_answer(service.of(caller.of(event).client, request["apiId"], request["stage"]))


lambda_handler = ready(api)
