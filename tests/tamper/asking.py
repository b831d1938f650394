"""Asking at each place whether what was told is the truth: by the command that people use, wherever there is one."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from tests.tamper.small_log import Signer
from tests.tamper.telling import AT, OLDER, PAST, TRUE, WITNESSES, Place, Told
from vrm import clock
from vrm.cli import main
from vrm.errors import VrmError
from vrm.tlog.cosignature import Cosigner
from vrm.tlog.following import Kept
from vrm.witness import Folder, add_log, cosign, list_logs

VKEY = Signer().verifier.vkey


class Auditor:
    """Somebody with a folder, the log's key, a policy, what they kept of the true log, and a witness."""

    def __init__(self, home: Path) -> None:
        self.home = home
        vkeys = [Cosigner(name, signer.public).vkey for name, signer in WITNESSES.items()]
        lines = [f"log {VKEY}", *(f"witness w{number} {vkey}" for number, vkey in enumerate(vkeys))]
        self.policy = self.write("policy", "\n".join([*lines, "group both all w0 w1", "quorum both", ""]))
        self.older, self.newest = self.write("older", PAST.note), self.write("newest", TRUE.note)
        self.witness = Folder.make(home / "witness", "w.example/three")
        add_log(self.witness, vkey=VKEY)
        for asked in (PAST.request(0), TRUE.request(OLDER)):
            cosign(self.witness, asked.encode(), now=AT)

    def ask(self, place: Place, told: Told) -> str:
        """What is said at a place; empty where it is taken for the truth."""
        return PLACES[place](self, told)

    def write(self, name: str, data: str | bytes) -> Path:
        """A file in the folder."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def run(self, *words: object) -> dict[str, Any]:
        """What a command of ``vrm log`` says as an object, its exit code held against it; no instance is anywhere."""
        environment = {name: None for name in os.environ if name.startswith("VRM_")}
        done = CliRunner(env=environment).invoke(main, ["log", *map(str, words), "--json"])
        assert done.stdout, done.output
        said: dict[str, Any] = json.loads(done.stdout)
        assert done.exit_code == {True: 0, False: 1, None: 3}[said["ok"]], done.output
        return said

    def follow(self, told: Told, verb: str, *words: object, state: bytes | None = None) -> str:
        """Check the files, from ``state`` on where there is one."""
        shutil.rmtree(self.home / "log", ignore_errors=True)
        for name, data in told.files.items():
            self.write(f"log/{name}", data)
        kept = self.home / "state"
        kept.unlink(missing_ok=True)
        if state is not None:
            kept.write_bytes(state)
        said = self.run(verb, self.home / "log", "--vkey", VKEY, "--state", kept, *words)
        if said["ok"]:
            return ""
        if said["ok"] is None:  # not settled: it accuses nobody yet
            return f"{said['kind']}: {said['problem']}"
        shown = json.loads(Path(said["evidence"]).read_text())  # what shows it can be given to others
        assert "checkpoint" in shown["files"] or not told.files.get("checkpoint")
        return _said(said["kind"], said)

    def export(self, told: Told, *words: object) -> str:
        """Check the export."""
        file = self.write("export", told.export)
        said = self.run("verify", file, "--vkey", VKEY, *words)
        return "; ".join(_said(one["part"], one) for one in said["findings"])

    def proof(self, told: Told, *words: object) -> str:
        """Check the proof file."""
        said = self.run("verify-proof", self.write("proof", told.proof), "--vkey", VKEY, *words)
        return "; ".join(said["faults"])

    def cosign(self, told: Told) -> str:
        """Have the checkpoint cosigned by the witness that has cosigned the true one; it remembers nothing of a lie."""
        before = list_logs(self.witness)
        try:
            cosign(self.witness, told.request, now=AT)
        except VrmError as fault:
            assert list_logs(self.witness) == before
            return f"{fault.code}: {fault.message}"
        return ""


def _said(what: str, one: Mapping[str, Any]) -> str:
    leaf = "" if one["leaf"] is None else f" {one['leaf']}"
    return f"{what}{leaf}: {one['problem']}"


# A look that was interrupted: the newest checkpoint was believed, and the first tile of its leaves looked at.
_STATE = Kept(TRUE.note, 256, 256, clock.now()).dump()

PLACES: Mapping[Place, Callable[[Auditor, Told], str]] = {
    Place.FILES: lambda me, told: me.follow(told, "verify"),
    Place.SINCE: lambda me, told: me.follow(told, "verify", "--since", me.older),
    Place.WATCH: lambda me, told: me.follow(told, "watch", "--once", state=_STATE),
    Place.POLICY: lambda me, told: me.follow(told, "verify", "--policy", me.policy),
    Place.EXPORT: lambda me, told: me.export(told),
    Place.EXPORT_OLDER: lambda me, told: me.export(told, "--checkpoint", me.older),
    Place.EXPORT_NEWEST: lambda me, told: me.export(told, "--checkpoint", me.newest),
    Place.PROOF: lambda me, told: me.proof(told),
    Place.PROOF_NEWEST: lambda me, told: me.proof(told, "--checkpoint", me.newest),
    Place.PROOF_POLICY: lambda me, told: me.proof(told, "--policy", me.policy),
    Place.WITNESS: lambda me, told: me.cosign(told),
}
