"""Lies about the checkpoint itself: what it says, who signed it, and who cosigned it.

A checkpoint stands in front of the files, in an export, in a proof and in what a witness is sent, and is refused at each of
them. Some can be signed by the operator and are refused all the same, since nothing may have two spellings.
"""

from collections.abc import Callable
from dataclasses import replace

from tests.tamper.changing import BROWSERS, EXPORTS, FILES, PROOFS, instead, proved
from tests.tamper.liar import told as changed
from tests.tamper.lies_history import TOO_FEW
from tests.tamper.small_log import ORIGIN, Signer
from tests.tamper.telling import (
    AT,
    ENTRIES,
    PAST,
    TRUE,
    WITNESSES,
    History,
    Lie,
    Place,
    Tell,
    Told,
    everywhere,
)
from vrm.tlog import canonical, note
from vrm.tlog.cosignature import Cosigner, cosign

TEXT = TRUE.tree.body()
ROOT = canonical.b64(TRUE.tree.root)
OWN = Signer()


def everyone(change: Callable[[str], str]) -> Tell:
    """Another checkpoint, wherever one is given out."""

    def tell(told: Told) -> None:
        told.files["checkpoint"] = change(told.files["checkpoint"].decode()).encode()
        told.export = changed(
            told.export, lambda lines: lines[0].update(checkpoint=change(lines[0]["checkpoint"]))
        )
        proved(lambda proof: replace(proof, checkpoint=change(proof.checkpoint)))(told)
        head, gap, signed = told.request.partition(b"\n\n")
        told.request = head + gap + change(signed.decode()).encode()

    return tell


def signed(text: str, signer: Signer = OWN, name: str = ORIGIN) -> Callable[[str], str]:
    """Another text, signed by the operator or by somebody else."""
    return lambda _: note.sign(text, name, signer)


def reworded(old: str, new: str) -> Tell:
    """Other words above the signatures there are."""
    return everyone(lambda whole: whole.replace(old, new, 1))


def relined(change: Callable[[str], str]) -> Tell:
    """Other signature lines below the text there is; the cosignatures are left out."""
    (own,) = TRUE.note.partition("\n\n")[2].splitlines(keepends=True)
    return everyone(lambda whole: f"{TEXT}\n{change(own)}")


def unbelieved(
    what: str,
    *,
    witness: str,
    export: str | None = None,
    browser: str = "signature-bad",
    go: bool = True,
) -> dict[Place, str]:
    """The same fault at every place that reads a checkpoint. Go is not as strict about spelling."""
    found = {
        **everywhere(what, *FILES),
        **everywhere(export or what, *EXPORTS),
        **everywhere(what, *PROOFS),
        Place.WITNESS: witness,
    }
    if go:
        found[Place.GO] = "NOT VERIFIED"
    return found | everywhere(browser, *BROWSERS)


def forged(line: str) -> str:
    """A stranger's signature under the name and key id of the log."""
    strange = note.parse(note.sign(TEXT, ORIGIN, Signer(9)).encode()).signatures[0]
    return note.signature_line(ORIGIN, OWN.verifier.key_id, strange.signature)


def of_the_past(line: str) -> str:
    """The log's own signature, of an older checkpoint."""
    return PAST.note.partition("\n\n")[2]


def witnessed(*lines: str) -> Tell:
    """These cosignatures below the true checkpoint, which the log's key has signed."""

    def tell(told: Told) -> None:
        whole = TRUE.note + "".join(lines)
        told.files["checkpoint"] = whole.encode()
        proved(lambda proof: replace(proof, checkpoint=whole))(told)

    return tell


def line(number: int, *, text: str = TEXT, signer: Signer | None = None, at: int = AT) -> str:
    """A cosignature of one of the two witnesses, or one made by somebody else in its name."""
    name, own = list(WITNESSES.items())[number]
    if signer is None:
        return cosign(text, name, own, at)
    (strange,) = note.parse_lines(cosign(text, name, signer, at))
    return note.signature_line(name, Cosigner(name, own.public).key_id, strange.signature)


def redated(number: int, at: int) -> str:
    """A cosignature that says another time than was signed."""
    (own,) = note.parse_lines(line(number))
    return note.signature_line(own.name, own.key_id, at.to_bytes(8, "big") + own.signature[8:])


def relabelled() -> str:
    """What the first witness signed, under the name of the second."""
    (own,) = note.parse_lines(line(0))
    name, signer = list(WITNESSES.items())[1]
    return note.signature_line(name, Cosigner(name, signer.public).key_id, own.signature)


WITNESSED = everywhere(TOO_FEW, Place.POLICY, Place.PROOF_POLICY)
BENT = f"the signature of {ORIGIN} does not verify"
UNSIGNED = f"there is no signature of {ORIGIN} with key id {OWN.verifier.key_id.hex()}"
NOBODY = "is signed by none of the keys you gave"
HEAD = "a checkpoint is at least three lines, none of them empty"
FOREIGN = History(ENTRIES[:700], origin="log.example/other")


def cosignature(name: str, *lines: str) -> Lie:
    """Cosignatures that do not make the quorum of two."""
    return Lie(name, witnessed(*lines), WITNESSED)


LIES = [
    Lie("the size in the checkpoint is changed", reworded("\n700\n", "\n699\n"), unbelieved(BENT, witness="unsigned")),
    Lie("the root in the checkpoint is changed", reworded(ROOT, canonical.b64(bytes(32))), unbelieved(BENT, witness="unsigned")),
    Lie("a line is put into the checkpoint", reworded(ROOT + "\n", ROOT + "\ntrust us\n"), unbelieved(BENT, witness="unsigned")),
    Lie("two checkpoints stand in one", everyone(lambda whole: PAST.note + whole), unbelieved(BENT, witness="bad_submission: " + HEAD, browser="verdict-failed") | everywhere(HEAD, *PROOFS)),
    Lie("another checkpoint stands behind the true one", everyone(lambda whole: whole + "\n" + PAST.note), unbelieved(BENT, witness="bad_submission: " + HEAD, browser="verdict-failed") | everywhere(HEAD, *PROOFS)),
    Lie("the log's signature is of another checkpoint", relined(of_the_past), unbelieved(BENT, witness="unsigned")),
    Lie("a bad signature stands beside the good one", relined(lambda own: own + of_the_past(own)), unbelieved(BENT, witness="unsigned", go=False)),
    Lie("somebody else signed in the log's name and key id", relined(forged), unbelieved(BENT, witness="unsigned")),
    Lie(
        "somebody else signed, or a key that nobody was told of",
        everyone(signed(TEXT, Signer(9))),
        unbelieved(UNSIGNED, witness="unsigned") | everywhere(NOBODY, *PROOFS),
    ),
    Lie(
        "nobody signed",
        everyone(lambda _: TEXT + "\n"),
        unbelieved("the note has no signatures", witness="bad_submission", browser="failed"),
    ),
    Lie(
        "the checkpoint is another log's",
        instead(FOREIGN),
        unbelieved(UNSIGNED, witness="unknown_log", export="vkey: is not the key you expect") | everywhere(NOBODY, *PROOFS),
        operator=True,
    ),
    Lie(
        "the checkpoint names another log than its key does",
        everyone(signed(TEXT.replace(ORIGIN, "log.example/other"))),
        unbelieved("the checkpoint is of another log than the key is named for", witness="unknown_log"),
        operator=True,
    ),
    Lie(
        "the checkpoint names the log's key where the log's name belongs",
        everyone(signed(TEXT.replace(ORIGIN, f"{ORIGIN}+{OWN.verifier.key_id.hex()}"))),
        unbelieved("the checkpoint is of another log than the key is named for", witness="unknown_log"),
        operator=True,
    ),
    *(
        Lie(
            f"the size is written {size!r}",
            everyone(signed(TEXT.replace("\n700\n", f"\n{size}\n"))),
            unbelieved("the tree size is not a plain decimal number", witness="bad_submission", browser="verdict-failed", go=size not in ("0700", "+700")),
            operator=True,
        )
        for size in ("0700", "+700", " 700 ", "7e2", "0x2bc", "700.0")
    ),
    Lie(
        "the root has 31 bytes",
        everyone(signed(TEXT.replace(ROOT, canonical.b64(TRUE.tree.root[:31])))),
        unbelieved("the root hash is 31 bytes where 32 belong", witness="bad_submission", browser="verdict-failed"),
        operator=True,
    ),
    Lie(
        "the root has a second spelling",
        everyone(signed(TEXT.replace(ROOT, ROOT[:-2] + chr(ord(ROOT[-2]) + 1) + "="))),
        unbelieved("the root hash is not canonical base64", witness="bad_submission", browser="verdict-failed", go=False),
        operator=True,
    ),
    cosignature("no witness has cosigned the checkpoint"),
    cosignature("one witness too few has cosigned", line(0)),
    cosignature("one witness has cosigned twice, for a quorum of two", line(0), line(0, at=AT + 1)),
    cosignature("a cosignature stands under another witness's name", line(0), relabelled()),
    cosignature("the operator cosigned in a witness's name", line(0), line(1, signer=OWN)),
    cosignature("a witness that the policy does not name cosigned", line(0), cosign(TEXT, "w.example/three", Signer(3), AT)),
    cosignature("a cosignature is of an older checkpoint", line(0), line(1, text=PAST.tree.body())),
    cosignature("a cosignature is of another log", line(0), line(1, text=FOREIGN.tree.body())),
    cosignature("a cosignature says a later time than was signed", line(0), redated(1, AT + 86_400)),
    cosignature("a cosignature says an earlier time than was signed", line(0), redated(1, 0)),
    cosignature("a false cosignature stands beside the witness's good one", line(0), line(1), redated(1, AT + 1)),
    cosignature("the log's own signature stands for a witness's", line(0), note.sign(TEXT, "w.example/two", OWN).partition("\n\n")[2]),
]  # fmt: skip
