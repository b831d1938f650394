"""``openapi.yaml`` as the contract of the machine routes: what it describes, and whether an answer keeps to it.

``check`` is a response hook of the clients that tests use, in process or over the wire. Every response of a machine
route is held to the description, and so is every request that succeeded: what works must be described as working.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
import yaml
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from werkzeug.datastructures import Headers, ImmutableMultiDict

from vrm.web.api.description import text

MACHINE = ("/oauth/", "/v1/", "/.well-known/", "/log/", "/health/")
"""Where machines ask. An address below these that is not described answers with an error of the right shape."""
STREAM = "application/x-ndjson"
SLASHED = "{place}"
"""An argument that may hold slashes, which no description of OpenAPI can say: such answers are held to it here."""


@cache
def document() -> dict[str, Any]:
    """The description, with every reference in it put in the place where it stands."""
    described: dict[str, Any] = _read()
    resolved: dict[str, Any] = _resolved(described, described)
    return resolved


def schema(name: str) -> dict[str, Any]:
    """One of the named schemas."""
    found: dict[str, Any] = document()["components"]["schemas"][name]
    return found


def faults(schema: Mapping[str, Any], value: object) -> list[str]:
    """What is wrong with a value by a schema, formats included."""
    validator = OAS31Validator(schema, format_checker=oas31_format_checker)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each described operation: method, path, description."""
    for path, item in document()["paths"].items():
        for method in ("get", "post", "put", "patch", "delete"):
            if method in item:
                yield method.upper(), path, item[method]


def find_item(path: str) -> Mapping[str, Any] | None:
    """What describes an address: the path that is spelled so, or one whose ``{…}`` it fills."""
    paths: Mapping[str, Mapping[str, Any]] = document()["paths"]
    if path in paths:
        return paths[path]
    for template, item in paths.items():
        pattern = re.escape(template).replace(re.escape(SLASHED), ".+")
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", pattern), path):
            return item
    return None


def check(response: httpx2.Response) -> None:
    """Fail the test whose response is not as described."""
    response.read()
    request, path = response.request, response.request.url.path
    item = find_item(path)
    if item is None:
        if path.startswith(MACHINE):
            _hold(
                schema("OAuthError" if path.startswith("/oauth/") else "Problem"), response.json(), response
            )
        return
    if request.method.lower() not in item:
        if request.method not in {"HEAD", "OPTIONS"}:
            assert response.status_code == 405, f"{_name(response)} is not described"
        return
    if SLASHED in _template(item):
        _check_file(item[request.method.lower()], response)
        return
    spoken = (_Request(request), _Response(response))
    try:
        if response.is_success:
            _openapi().validate_request(spoken[0])
        _openapi().validate_response(*spoken)
    except OpenAPIError as fault:
        reasons = getattr(fault.__cause__, "schema_errors", None) or [fault.__cause__ or fault]
        raise AssertionError(
            f"{_name(response)}: {[str(r)[:300] for r in reasons]}: {response.text[:500]}"
        ) from fault
    if response.headers.get("content-type") == STREAM:
        streamed = item[request.method.lower()]["responses"]["200"]["content"][STREAM]["x-line-schema"]
        for line in response.text.splitlines():
            _hold(streamed, json.loads(line), response)


def _template(item: Mapping[str, Any]) -> str:
    paths: Mapping[str, object] = document()["paths"]
    return next(template for template, each in paths.items() if each is item)


def _check_file(operation: Mapping[str, Any], response: httpx2.Response) -> None:
    """An answer of bytes: its status, its kind, and what is said of caches; or a problem, by its schema."""
    described = operation["responses"].get(str(response.status_code))
    assert described is not None, f"{_name(response)} is not described"
    kind = response.headers["content-type"].partition(";")[0]
    assert kind in described["content"], f"{_name(response)}: {kind}"
    if response.is_success:
        told = described["headers"]["Cache-Control"]["schema"]
        _hold(told, response.headers["cache-control"], response)
    else:
        _hold(described["content"][kind]["schema"], response.json(), response)


@cache
def _openapi() -> OpenAPI:
    kinds: Any = {
        STREAM: bytes.decode,
        "application/yaml": bytes.decode,
        "application/problem+json": json.loads,
    }
    # That the description is one at all, ``tests/house/test_openapi.py`` says: once, and not in every process.
    return OpenAPI.from_dict(
        _read(), config=Config(spec_validator_cls=None, extra_media_type_deserializers=kinds)
    )


def _read() -> Any:
    return yaml.load(text(), Loader=yaml.CSafeLoader)


def _hold(schema: Mapping[str, Any], value: object, response: httpx2.Response) -> None:
    wrong = faults(schema, value)
    assert not wrong, f"{_name(response)}: {wrong}"


def _name(response: httpx2.Response) -> str:
    return f"{response.request.method} {response.request.url.path} {response.status_code}"


def _resolved(root: Mapping[str, Any], part: Any) -> Any:
    if isinstance(part, list):
        return [_resolved(root, each) for each in part]
    if not isinstance(part, dict):
        return part
    if isinstance(part.get("$ref"), str):
        place: Any = root
        for step in part["$ref"].removeprefix("#/").split("/"):
            place = place[step]
        return _resolved(root, place)
    return {name: _resolved(root, value) for name, value in part.items()}


def _headers(sent: httpx2.Headers) -> Headers:
    return Headers([(name.decode("latin-1"), value.decode("latin-1")) for name, value in sent.raw])


class _Request:
    """A request as openapi-core reads it."""

    def __init__(self, request: httpx2.Request) -> None:
        url = urlsplit(str(request.url))
        self.host_url = f"{url.scheme}://{url.netloc}"
        self.path = url.path
        self.method = request.method.lower()
        self.body = request.content or None
        self.content_type = request.headers.get("content-type", "")
        endpoint = self.path.startswith("/oauth/")  # where what has no value counts as left out
        if endpoint and self.body and self.content_type.startswith("application/x-www-form-urlencoded"):
            self.body = urlencode(parse_qsl(self.body.decode())).encode()
        query = parse_qsl(url.query, keep_blank_values=not endpoint)
        self.parameters = RequestParameters(query=ImmutableMultiDict(query), header=_headers(request.headers))


class _Response:
    """A response as openapi-core reads it."""

    def __init__(self, response: httpx2.Response) -> None:
        self.status_code = response.status_code
        self.headers = _headers(response.headers)
        self.content_type = response.headers.get("content-type", "")
        self.data = response.content or None
