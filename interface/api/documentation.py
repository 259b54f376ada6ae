"""The description of the API, and a page to try it from, served by this machine alone.

The page's program comes with swagger-ui-bundle. Its version reads OpenAPI 3.0, so it is
given the description in those words; ``/openapi.json`` is OpenAPI 3.1.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from litestar import MediaType, Request, Response, get
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import FromPath
from swagger_ui_bundle import swagger_ui_path

from application.access import NotFound
from interface.api.auth import OPEN
from interface.api.description import described, older

DOCS: Final = "/docs"
DESCRIPTION: Final = "/openapi.json"
VERSION: Final = "1.0"  # of the API, which is what the description describes

ASSETS: Final[Mapping[str, str]] = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}

# No inline script, nothing from anywhere else. The program sets styles of its own and
# carries its pictures in its style sheet.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
GUARDED: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

PAGE: Final = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Redress API</title>
<link rel="icon" type="image/png" href="{DOCS}/favicon-32x32.png">
<link rel="stylesheet" href="{DOCS}/swagger-ui.css">
</head>
<body>
<noscript>This page needs JavaScript; the description is at {DESCRIPTION}.</noscript>
<div id="api"></div>
<script src="{DOCS}/swagger-ui-bundle.js"></script>
<script src="{DOCS}/begin.js"></script>
</body>
</html>
"""

BEGIN: Final = f"""SwaggerUIBundle({{
  url: "{DOCS}/description.json",
  dom_id: "#api",
  deepLinking: true,
  docExpansion: "list",
  validatorUrl: null,
  persistAuthorization: false,
  syntaxHighlight: {{ activated: false }},
}});
"""

INTRODUCTION: Final = """
Orders and parcels go in as reports and requests, every step becomes an event, and each
consumer's trust timeline can be read, followed live and replayed.

Every change needs an `Idempotency-Key`; people also send `If-Match` with what they ask
of an existing order. Everything from 400 on is `application/problem+json` (RFC 9457).
"""


def openapi_config() -> OpenAPIConfig:
    """Return how the description is made.

    The framework's own pages for it stay closed, as all that names no action: they
    would answer in HTML what is no page, and load their programs from elsewhere.
    """
    bearer = SecurityScheme(
        type="http",
        scheme="bearer",
        bearer_format="JWT",
        description="Made by: redress token ROLE --subject ID",
    )
    return OpenAPIConfig(
        title="Redress",
        version=VERSION,
        description=INTRODUCTION.strip(),
        use_handler_docstrings=True,
        path="/openapi",
        render_plugins=[JsonRenderPlugin()],
        components=Components(security_schemes={"bearer": bearer}),
        security=[{"bearer": []}],
    )


@get(DESCRIPTION, opt=OPEN, include_in_schema=False, sync_to_thread=True)
def openapi_json(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Return the description, in OpenAPI 3.1."""
    return described(request.app)


@get(DOCS, opt=OPEN, include_in_schema=False, sync_to_thread=False)
def docs_page() -> Response[str]:
    """Show the page."""
    return Response(PAGE, media_type=MediaType.HTML, headers=GUARDED)


@get(f"{DOCS}/begin.js", opt=OPEN, include_in_schema=False, sync_to_thread=False)
def docs_begin() -> Response[str]:
    """Return the few lines that start the page's program."""
    media_type = ASSETS["swagger-ui-bundle.js"]
    return Response(BEGIN, media_type=media_type, headers=GUARDED)


@get(f"{DOCS}/description.json", opt=OPEN, include_in_schema=False, sync_to_thread=True)
def docs_description(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Return the description in the words of OpenAPI 3.0, which the page reads."""
    schema: dict[str, Any] = older(described(request.app))
    return schema


@get(f"{DOCS}/{{name:str}}", opt=OPEN, include_in_schema=False, sync_to_thread=True)
def docs_asset(name: FromPath[str]) -> Response[bytes]:
    """Return one of the page's own files, and no other."""
    if name not in ASSETS:
        raise NotFound
    headers = {**GUARDED, "Cache-Control": "public, max-age=86400"}
    return Response(asset(name), media_type=ASSETS[name], headers=headers)


@cache
def asset(name: str) -> bytes:
    """Return one of the bundle's files; what it says of where it came from is cut."""
    content: bytes = (swagger_ui_path / name).read_bytes()
    return re.sub(rb"\n/[/*]# sourceMappingURL=.*", b"", content)


HANDLERS: Final = (openapi_json, docs_page, docs_begin, docs_description, docs_asset)
