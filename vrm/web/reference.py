"""The description of the machine routes (OpenAPI 3.1) as something a page can show. Pure.

Only what our own description uses is understood: local ``$ref``, one media type for each body, ``example`` or
``examples``. Anything else is left out of the page, never guessed.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")


def read(document: Mapping[str, Any]) -> dict[str, Any]:
    """The context of ``api_docs.html``. Operations stand in the order of the document, grouped by first tag."""
    texts = {tag["name"]: tag.get("description", "") for tag in document.get("tags", [])}
    groups: dict[str, list[dict[str, Any]]] = {name: [] for name in texts}
    for method, path, item, operation in _operations(document):
        tag = (operation.get("tags") or ["Other"])[0]
        groups.setdefault(tag, []).append(_operation(document, method, path, item, operation))
    info = document["info"]
    return {
        "title": info["title"],
        "version": info["version"],
        "intro": _paragraphs(info.get("description")),
        "groups": [
            {"name": name, "text": _line(texts.get(name, "")), "operations": found}
            for name, found in groups.items()
            if found
        ],
        "codes": [{"name": code["const"], "text": _line(code["description"])} for code in _codes(document)],
    }


def _codes(document: Mapping[str, Any]) -> Any:
    """What a problem's ``code`` can be: each with its sentence."""
    problem = document.get("components", {}).get("schemas", {}).get("Problem", {})
    return problem.get("properties", {}).get("code", {}).get("oneOf", ())


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Any, Any]]:
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                yield method.upper(), path, item, item[method]


def _operation(document: Mapping[str, Any], method: str, path: str, item: Any, told: Any) -> dict[str, Any]:
    parameters = [_resolved(document, p) for p in (*item.get("parameters", []), *told.get("parameters", []))]
    body = _resolved(document, told.get("requestBody", {}))
    kind, example = _media(document, body)
    return {
        "id": told.get("operationId") or f"{method}-{path}".lower().replace("/", "-"),
        "method": method,
        "path": path,
        "summary": told.get("summary", ""),
        "text": _paragraphs(told.get("description")),
        "needs": [" + ".join(choice) for choice in told.get("security", document.get("security", []))],
        "parameters": [
            {
                "name": p["name"],
                "where": p["in"],
                "required": p.get("required", False),
                "kind": _kind(document, p.get("schema", {})),
                "text": _line(p.get("description", "")),
            }
            for p in parameters
        ],
        "request": {"kind": kind, "example": example} if kind else None,
        "answers": [
            _answer(document, status, _resolved(document, answer))
            for status, answer in told["responses"].items()
        ],
    }


def _answer(document: Mapping[str, Any], status: str, answer: Any) -> dict[str, Any]:
    kind, example = _media(document, answer)
    return {
        "status": str(status),
        "text": _line(answer.get("description", "")),
        "kind": kind,
        "example": example,
    }


def _media(document: Mapping[str, Any], body: Any) -> tuple[str | None, str | None]:
    for kind, media in body.get("content", {}).items():
        example = media.get("example")
        if example is None and media.get("examples"):
            example = _resolved(document, next(iter(media["examples"].values()))).get("value")
        if example is None:
            example = _resolved(document, media.get("schema", {})).get("example")
        if example is None or isinstance(example, str):
            return kind, example
        if kind.endswith("x-www-form-urlencoded"):
            return kind, "&\n".join(f"{name}={value}" for name, value in example.items())
        return kind, json.dumps(example, indent=2, ensure_ascii=False)
    return None, None


def _kind(document: Mapping[str, Any], schema: Any) -> str:
    schema = _resolved(document, schema)
    kind = schema.get("type", "")
    told = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return " ".join(filter(None, [told, schema.get("format", "")]))


def _resolved(document: Mapping[str, Any], part: Any) -> Any:
    while isinstance(part, Mapping) and "$ref" in part:
        place: Any = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            place = place[step.replace("~1", "/").replace("~0", "~")]
        part = place
    return part


def _paragraphs(text: str | None) -> list[str]:
    return [_line(part) for part in (text or "").split("\n\n") if part.strip()]


def _line(text: str) -> str:
    return " ".join(text.split())
