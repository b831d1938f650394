"""``openapi.yaml`` is valid, describes every machine route and no other, and its examples keep to it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.support import contract
from vrm.web import audiences
from vrm.web.api.description import text

PAGES = {"static", "api.page", "oauth.signing_out"}
"""Public routes that are for people although no blueprint for people holds them."""


def described() -> set[tuple[str, str]]:
    return {(method, path) for method, path, _ in contract.operations()}


def machine_routes(app: Flask) -> set[tuple[str, str]]:
    """What is for clients and tokens, and what is for everybody and no page."""
    return {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", door.rule))
        for door in audiences.matrix(app)
        if door.audiences <= audiences.MACHINES
        or (audiences.PUBLIC in door.audiences and not is_page(door.endpoint))
        for method in door.methods
    }


def is_page(endpoint: str) -> bool:
    return endpoint in PAGES or endpoint.startswith(("portal.", "company.", "audit."))


def test_the_description_is_valid():
    """It is OpenAPI 3.1, and nothing in it is left empty by a slip of indentation."""
    document = yaml.safe_load(text())
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    assert [place for place, part in walk(document) if part is None] == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_routes_and_description_agree(app: Flask):
    """Each machine route is described, and each described operation exists."""
    assert machine_routes(app) == described()


def test_every_object_is_closed():
    """An object says whether it takes members it does not name: nothing slips through unseen."""
    open_ones = [
        place
        for place, part in walk(yaml.safe_load(text())["components"]["schemas"])
        if isinstance(part, dict) and part.get("type") == "object" and "additionalProperties" not in part
    ]
    assert open_ones == []


def test_every_operation_is_told():
    """Each has a name of its own, a tag that is explained, a summary, and a sentence for each answer."""
    tags = {tag["name"] for tag in contract.document()["tags"]}
    names = [operation["operationId"] for _, _, operation in contract.operations()]
    assert len(names) == len(set(names))
    for _, path, operation in contract.operations():
        assert operation["summary"] and set(operation["tags"]) <= tags, path
        assert all(answer["description"] for answer in operation["responses"].values()), path
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (path, parameter["name"])


def test_every_answer_with_a_body_has_an_example():
    """Whoever reads the description sees each answer once."""
    missing = [
        place
        for place, part in walk(contract.document()["paths"])
        if isinstance(part, dict)
        and "schema" in part
        and "/content/" in place
        and not {"example", "examples"} & set(part)
    ]
    assert missing == []


def test_every_example_keeps_to_its_schema():
    """An example that is wrong teaches what is wrong."""
    wrong = [
        f"{place}: {fault}"
        for place, schema, value in examples(contract.document())
        for fault in contract.faults(schema, value)
    ]
    assert wrong == []
    streams = [part for _, part in walk(contract.document()["paths"]) if is_stream(part)]
    assert len(streams) == 5
    for stream in streams:
        for line in stream["example"].splitlines():
            assert contract.faults(stream["x-line-schema"], yaml.safe_load(line)) == []


def test_the_contract_catches_a_member_that_is_not_described():
    """The check that all other tests rest on can fail."""
    problem = {
        "type": "https://vrm.example/p",
        "title": "T",
        "status": 400,
        "detail": "D.",
        "code": "invalid",
    }
    assert contract.faults(contract.schema("Problem"), problem) == []
    assert contract.faults(contract.schema("Problem"), {**problem, "more": 1}) != []
    assert contract.faults(contract.schema("Problem"), {**problem, "code": "new"}) != []


def is_stream(part: object) -> bool:
    return isinstance(part, dict) and "x-line-schema" in part


def examples(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    for place, part in walk(document):
        if isinstance(part, dict) and isinstance(part.get("schema"), dict):
            if "example" in part:
                yield place, part["schema"], part["example"]
            for name, example in part.get("examples", {}).items():
                yield f"{place}/{name}", part["schema"], example["value"]


def walk(part: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    yield place, part
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for name, value in inner:
        yield from walk(value, f"{place}/{name}")
