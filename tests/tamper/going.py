"""The program of docs/verify-us.md, asked about what was told: Go's own packages, which know nothing of us."""

import os
import re
import subprocess
from pathlib import Path

from tests.support.http import answer, serving
from tests.tamper.asking import VKEY
from tests.tamper.telling import PAST, Told

PAGE = Path(__file__).parents[2] / "docs" / "verify-us.md"


class Go:
    """The program, built as the page says, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (text,) = re.findall(r"^```go\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
        (folder / "verify.go").write_text(text)
        (folder / "kept").write_text(PAST.note)
        settings = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(folder / "cache")}
        words = ["go", "build", "-o", "verify", "verify.go"]
        subprocess.run(words, cwd=folder, env=os.environ | settings, check=True, timeout=240)

    def ask(self, told: Told) -> str:
        """What it says is wrong with the proof, and with the log that is served; empty where it finds nothing."""
        (self._folder / "proof").write_bytes(told.proof)
        with serving({f"/log/{name}": answer(data) for name, data in told.files.items()}) as server:
            words = ["./verify", VKEY, "proof", "kept", f"http://{server.address}/log"]
            done = subprocess.run(words, cwd=self._folder, capture_output=True, text=True, timeout=30)
        assert done.returncode in (0, 1), done.stderr
        return "" if done.returncode == 0 else done.stderr
