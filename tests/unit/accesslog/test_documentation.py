"""What docs/log.md shows is what the log does: its bytes verify, its tables are complete."""

import io
import json
import re
from hashlib import sha256
from pathlib import Path

import vrm
from vrm.accesslog import TYPES, verify_export, verify_proof
from vrm.tlog import canonical, checkpoint, merkle, note

PAGE = (Path(vrm.__file__).parents[1] / "docs" / "log.md").read_text()
BLOCKS = [(match[1], match[2]) for match in re.finditer(r"```(\w+)\n(.*?)```\n", PAGE, re.DOTALL)]
(WHOLE,) = [text.encode() for kind, text in BLOCKS if kind == "ndjson"]
ENTRY, HEADER, LINE = [text.strip().encode() for kind, text in BLOCKS if kind == "json"]
OPENING, CHECKPOINT, VKEY, PROOF = [text for kind, text in BLOCKS if kind == "text"]


def test_the_example_verifies():
    """The whole log on the page verifies, under the key and the checkpoint on the page."""
    report = verify_export(io.BytesIO(WHOLE), vkey=VKEY.strip(), checkpoint=CHECKPOINT.encode())
    assert report.ok
    assert checkpoint.verify(CHECKPOINT.encode(), note.Verifier.parse(VKEY.strip())).size == report.entries


def test_the_selection_verifies():
    """So does the selection of one."""
    assert verify_export(io.BytesIO(HEADER + b"\n" + LINE + b"\n")).ok
    assert json.loads(LINE)["entry"].encode() == ENTRY


def test_the_proof_file_verifies():
    """So does the proof of one, which opens its entry."""
    found = verify_proof(PROOF.encode(), keys=[note.Verifier.parse(VKEY.strip())], kept=CHECKPOINT.encode())
    assert (found.faults, found.compared) == ((), "same")
    assert found.proof is not None and found.proof.entry == ENTRY and found.opened is not None


def test_the_entry_and_its_opening():
    """The entry has the leaf hash and the commitment that the page says."""
    assert merkle.leaf_hash(ENTRY).hex() in PAGE
    salt, detail = (line.split("  ", 1)[1] for line in OPENING.splitlines())
    commitment = sha256(bytes.fromhex(salt) + detail.encode()).digest()
    assert json.loads(ENTRY)["detail"] == canonical.b64url(commitment)


def test_every_type_is_shown():
    """The example has an entry of each type, and the table a row that says what it holds."""
    shown = {json.loads(json.loads(line)["entry"])["type"] for line in WHOLE.splitlines()[1:]}
    assert shown == set(TYPES)
    for name, kind in TYPES.items():
        required = ", ".join(f"`{member}`" for member in sorted(kind.required)) or "-"
        optional = ", ".join(f"`{member}`" for member in sorted(kind.optional)) or "-"
        assert f"| `{name}` | {kind.summary} | {required} | {optional} | {kind.person} |" in PAGE
