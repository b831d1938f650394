"""The bundle that docs/audit.md shows is one that verifies."""

import io
import re
from pathlib import Path

import vrm
from vrm.oversight import verify_bundle

PAGE = (Path(vrm.__file__).parents[1] / "docs" / "audit.md").read_text()
BLOCKS = [(match[1], match[2]) for match in re.finditer(r"```(\w+)\n(.*?)```\n", PAGE, re.DOTALL)]
(BUNDLE,) = [text for kind, text in BLOCKS if kind == "ndjson"]


def test_the_example_verifies():
    """The bundle on the page verifies, and signs the text that the page explains."""
    report = verify_bundle(io.BytesIO(BUNDLE.encode()))
    assert report.ok, report.findings
    (signed,) = [text for kind, text in BLOCKS if kind == "text" and "vrm-bundle@v1" in text]
    assert signed.replace("\n", "\\n") in BUNDLE.splitlines()[-1]


def test_every_member_is_explained():
    """The tables name each member of the head and of a line."""
    for member in (
        "format",
        "kind",
        "title",
        "auditors",
        "case",
        "question",
        "consistency",
        "line",
        "leaf",
        "text",
    ):
        assert re.search(rf"^\| `{member}`", PAGE, re.MULTILINE), member
