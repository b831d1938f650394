"""Go, as Debian brings it, with the packages of the verifier that is not ours (``golang-golang-x-mod-dev``)."""

import os
import re
import subprocess
import tempfile
from functools import cache
from pathlib import Path

LIBRARY = Path("/usr/share/gocode")
PAGE = Path(__file__).parents[2] / "docs" / "verify-us.md"


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="vrm-go-")


@cache
def built(name: str, text: str) -> Path:
    """A program of one file. Most of the first one's time is what Go brings itself, which is built once."""
    folder = Path(_folder().name)
    settings = {"GO111MODULE": "off", "GOPATH": str(LIBRARY), "GOCACHE": str(folder / "cache")}
    (folder / f"{name}.go").write_text(text)
    command = ["go", "build", "-o", name, f"{name}.go"]
    subprocess.run(command, cwd=folder, env=os.environ | settings, check=True, timeout=480)
    return folder / name


def verifier() -> Path:
    """The program of docs/verify-us.md, built as the page says."""
    return built("verify", text_on_the_page())


def text_on_the_page() -> str:
    """The program, as whoever follows the page copies it."""
    (text,) = re.findall(r"^```go\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return str(text)
