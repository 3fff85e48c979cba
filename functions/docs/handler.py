"""`/openapi.json` and `/docs`: the contract, and Swagger UI on it, from this function."""

from __future__ import annotations

from catalog.cold_start import ready  # first: it stops the collector while the rest loads

# isort: split
import sys
from pathlib import Path
from typing import Any, Literal

import msgspec
from aws_lambda_powertools.event_handler import Response

from catalog import settings
from catalog.errors import NotFoundError
from catalog.http.api import Api, json_answer
from catalog.http.event import header

HERE = Path(__file__).parent
# Everything from this origin, nothing inline.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
CACHE = "public, max-age=3600"
TYPES = {".css": "text/css", ".js": "text/javascript"}


class DocsSettings(settings.Settings, frozen=True, kw_only=True):
    """What this function is told by its environment."""

    authorization: Literal["jwt_and_api_key", "api_key"]


config = settings.load(DocsSettings)
api = Api(config.origins)


@api.get("/openapi.json")
def get_contract() -> Response[str]:
    """The contract as this stack keeps it, with the stack as its server."""
    contract = msgspec.json.decode((HERE / "openapi.json").read_bytes())
    _settle_authorization(contract)
    contract["servers"] = [{"url": _base_url(api.current_event.raw_event)}]
    return json_answer(contract)


@api.get("/docs")
def get_docs() -> Response[str]:
    """The page."""
    page = (HERE / "static" / "index.html").read_text()
    headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Referrer-Policy": "no-referrer"}
    return Response(200, "text/html; charset=utf-8", page, headers=headers)


@api.get("/docs/<asset>")
def get_docs_asset(asset: str) -> Response[str]:
    """A file of the page. Only names that are listed are ever opened."""
    file = _assets().get(asset)
    if file is None:
        raise NotFoundError(f"There is no file {asset}.")
    media_type = f"{TYPES[file.suffix]}; charset=utf-8"
    return Response(200, media_type, file.read_text(), headers={"Cache-Control": CACHE})


def _settle_authorization(contract: dict[str, Any]) -> None:
    """Of the ways to be let in, leave the one that holds here: the first is by a user's token."""
    chosen = 0 if config.authorization == "jwt_and_api_key" else -1
    for path in contract["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict) and operation.get("security"):
                operation["security"] = [operation["security"][chosen]]


def _assets() -> dict[str, Path]:
    """The page's own files, and those of the Swagger UI layer, which lies on Python's path."""
    layers = [Path(folder) / "swagger_ui" for folder in sys.path]
    folders = [HERE / "static", *(folder for folder in layers if folder.is_dir())]
    return {
        file.name: file for folder in folders for file in folder.iterdir() if file.suffix in TYPES
    }


def _base_url(event: dict[str, Any]) -> str:
    """Where the client has found this function, less the path."""
    request = event["requestContext"]
    host = header(event, "Host") or request.get("domainName") or ""
    scheme = header(event, "X-Forwarded-Proto") or "https"
    base = str(request.get("path") or "").removesuffix(event["path"])
    return f"{scheme}://{host}{base}"


lambda_handler = ready(api)
