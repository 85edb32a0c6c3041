"""`/docs`: the interface for those who call it, from the OpenAPI schema, without any outside asset."""

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from serving.page import ENVIRONMENT

router = APIRouter(include_in_schema=False)


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """Every route with its fields, an example and its answers."""
    schema = request.app.openapi()
    calls = [
        _call(schema, method, path, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return HTMLResponse(ENVIRONMENT.get_template("docs.html").render(info=schema["info"], calls=calls))


def _call(schema: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    asked = _resolved(schema, body)
    examples = asked.get("examples", [])
    return {
        "method": method.upper(),
        "path": path,
        "says": operation.get("description", ""),
        "fields": _fields(schema, asked),
        "example": json.dumps(examples[0], ensure_ascii=False, indent=2) if examples else "",
        "answers": {status: answer["description"] for status, answer in operation["responses"].items()},
    }


def _resolved(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    name = part.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = schema["components"]["schemas"][name] if name else part
    return found


def _fields(schema: dict[str, Any], asked: dict[str, Any], above: str = "") -> list[dict[str, Any]]:
    """Fields of a question, those of an inner object behind their own name."""
    required = asked.get("required", [])
    fields = []
    for name, part in asked.get("properties", {}).items():
        inner = _resolved(schema, part)
        fields.append({"name": above + name, "required": name in required, "kind": _kind(inner)})
        fields += _fields(schema, inner, f"{above}{name}.") if inner is not part else []
    return fields


def _kind(part: dict[str, Any]) -> str:
    if "enum" in part:
        return " | ".join(part["enum"])
    choices = [one.get("type", "") for one in part.get("anyOf", [])]
    kind = part.get("type", " | ".join(choices))
    told = " | ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{told}. {part['description']}" if "description" in part and "properties" not in part else told
