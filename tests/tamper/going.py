"""The program of docs/verify-us.md, asked about what was told: Go's own packages, which know nothing of us."""

import subprocess
from pathlib import Path

from tests.support import go
from tests.support.http import answer, serving
from tests.tamper.asking import VKEY
from tests.tamper.telling import PAST, Told


class Go:
    """The program, and what whoever runs it keeps in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._program = folder, go.verifier()
        (folder / "kept").write_text(PAST.note)

    def ask(self, told: Told) -> str:
        """What it says is wrong with the proof, and with the log that is served; empty where it finds nothing."""
        (self._folder / "proof").write_bytes(told.proof)
        with serving({f"/log/{name}": answer(data) for name, data in told.files.items()}) as server:
            words = [str(self._program), VKEY, "proof", "kept", f"http://{server.address}/log"]
            done = subprocess.run(words, cwd=self._folder, capture_output=True, text=True, timeout=30)
        assert done.returncode in (0, 1), done.stderr
        return "" if done.returncode == 0 else done.stderr
