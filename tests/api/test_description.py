"""``GET /openapi.yaml`` and ``GET /api``: the description, for programs and for people."""

import html
import re
from pathlib import Path

from tests.support import contract
from tests.support.actors import World
from vrm.web.api.description import text

ROOT = Path(__file__).parents[2]


def test_the_description_is_the_one_of_the_repository(town: World) -> None:
    """The running product serves the very file that the tests hold it to."""
    response = town.http().get("/openapi.yaml")
    assert response.headers["content-type"].startswith("application/yaml")
    assert response.text == text() == (ROOT / "openapi.yaml").read_text("utf-8")


def test_the_page_tells_every_operation(town: World) -> None:
    """Each operation is on the page with its parameters and every status, and nothing comes from elsewhere."""
    response = town.http().get("/api")
    assert response.status_code == 200
    page = html.unescape(response.text)
    for method, path, operation in contract.operations():
        assert f"{method} {path}" in page
        assert f'id="{operation["operationId"]}"' in page
        assert operation["summary"] in page
        for status in operation["responses"]:
            assert f"<code>{status}</code>" in page
    for code in contract.schema("Problem")["properties"]["code"]["oneOf"]:
        assert f'id="{code["const"]}"' in page and code["description"] in page
    assert 'src="http' not in page
    assert "<script" not in re.sub(r'<script type="module" src="/static/\w+/zone\.js">', "", page)
