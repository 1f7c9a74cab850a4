"""The description of the doors: OpenAPI for programs, and one page of it for people, drawn here so that it needs no network."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from command_center.api.plain_pages import page
from command_center.words import N_

router = APIRouter(include_in_schema=False)

TEXTS: Mapping[str, str] = {
    "t_title": N_("Doors for other programs"),
    "t_lead": N_("JSON in, JSON out. Send a token as Authorization: Bearer TOKEN. Times are ISO 8601 with zone, places WGS-84."),
    "t_whole": N_("The same as OpenAPI"),
}


@router.get("/api/openapi.json")
async def openapi(request: Request) -> Response:
    return JSONResponse(request.app.openapi())


@router.get("/api/docs")
async def show_doors(request: Request) -> Response:
    doors = "".join(_door(*door) for door in _doors(request.app.openapi()))
    return page(request, "docs", TEXTS, parts={"doors": doors})


def _doors(described: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]:
    """(method, path, operation, schemas) of every door."""
    schemas = described.get("components", {}).get("schemas", {})
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation, schemas


def _door(method: str, path: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    told = escape(operation.get("description", operation.get("summary", "")))
    rows = "".join(_parameter(it) for it in operation.get("parameters", []))
    table = f"<table>{rows}</table>" if rows else ""
    return f"<section><h2><code>{method} {escape(path)}</code></h2><p>{told}</p>{table}{_body(operation, schemas)}</section>"


def _parameter(parameter: Mapping[str, Any]) -> str:
    need = " *" if parameter.get("required") else ""
    told = escape(parameter.get("description", ""))
    return f"<tr><th><code>{escape(parameter['name'])}{need}</code></th><td>{escape(parameter['in'])}</td><td>{told}</td></tr>"


def _body(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """The JSON schema of the body, if the door takes one."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if content is None:
        return ""
    named = content.get("$ref") or next((it["$ref"] for it in content.get("anyOf", []) if "$ref" in it), "")
    schema = schemas.get(named.rpartition("/")[2], content)
    return f"<details><summary>JSON</summary><pre>{escape(json.dumps(schema, ensure_ascii=False, indent=2))}</pre></details>"
