"""Ways to change what is told: a file, a line, a hash, or all of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.tamper.liar import told
from tests.tamper.telling import History, Place, Tell, Told
from vrm.accesslog import proof_file
from vrm.accesslog.proof_file import ProofFile
from vrm.tlog.resources import pack, unpack
from vrm.tlog.tiles import HASH, WIDTH

FILES = (Place.FILES, Place.SINCE, Place.WATCH, Place.POLICY)
EXPORTS = (Place.EXPORT, Place.EXPORT_OLDER, Place.EXPORT_NEWEST)
PROOFS = (Place.PROOF, Place.PROOF_NEWEST, Place.PROOF_POLICY)
BROWSERS = (Place.BROWSER, Place.BROWSER_AGAIN)
"""Places where the same is checked, by what is known besides the key."""

BUNDLE, TILE = "tile/entries/001", "tile/0/001"
LAST, LAST_ENTRIES = "tile/0/002.p/188", "tile/entries/002.p/188"
ABOVE = "tile/1/000.p/2"
"""Files of the true log: of leaf 256 on, of those that fill no tile, and the hashes above."""


def instead(history: History) -> Tell:
    """Another history in place of the true one, everywhere."""

    def tell(given: Told) -> None:
        given.__dict__.update(history.told().__dict__)

    return tell


def each(*tells: Tell) -> Tell:
    """Several changes, one after another."""

    def tell(given: Told) -> None:
        for one in tells:
            one(given)

    return tell


def proved(change: Callable[[ProofFile], ProofFile]) -> Tell:
    """Something else in the proof file."""

    def tell(given: Told) -> None:
        given.proof = proof_file.dump(change(proof_file.load(given.proof)))

    return tell


def served(name: str, change: Callable[[bytes], bytes]) -> Tell:
    """Something else in a file that is served."""

    def tell(given: Told) -> None:
        given.files[name] = change(given.files[name])

    return tell


def bundle(change: Callable[[list[bytes]], Sequence[bytes]], name: str = BUNDLE) -> Tell:
    """Other entries in a bundle."""

    def repacked(raw: bytes) -> bytes:
        return pack(change(unpack(raw, 188 if ".p" in name else WIDTH)))

    return served(name, repacked)


def put(at: int, what: bytes) -> Callable[[list[bytes]], list[bytes]]:
    """Another entry at a place of the bundle."""
    return lambda entries: [*entries[:at], what, *entries[at + 1 :]]


def hashed(at: int, what: bytes, name: str = TILE) -> Tell:
    """Another hash at a place of a tile."""
    return served(name, lambda tile: tile[: at * HASH] + what + tile[(at + 1) * HASH :])


def exported(*lies: Callable[..., object]) -> Tell:
    """Lines of the export, changed; lines are numbered from the header, which is 0."""

    def tell(given: Told) -> None:
        given.export = told(given.export, *lies)

    return tell


def entry_in_proof(what: bytes) -> Tell:
    """Another entry in the proof file."""
    return proved(lambda proof: replace(proof, entry=what))


def of_another(name: str, other: str) -> Tell:
    """One file under the name of another."""

    def tell(given: Told) -> None:
        size = len(given.files[name]) if "entries" not in name else None
        given.files[name] = given.files[other][:size]

    return tell


def without(*names: str) -> Tell:
    """Files that are not served."""

    def tell(given: Told) -> None:
        for name in names:
            del given.files[name]

    return tell
