"""A policy means what C2SP tlog-policy says, and a line with two meanings is refused."""

import pytest

from tests.tamper.small_log import Signer
from vrm.tlog import note
from vrm.tlog.checkpoint import Checkpoint, sign
from vrm.tlog.cosignature import ED25519, Cosigner, cosign
from vrm.tlog.errors import BadPolicy
from vrm.tlog.policy import parse
from vrm.witness.folder import Key

KEYS = {name: Key(ED25519, name.encode().ljust(32, b".")) for name in ("X1", "X2", "X3", "Y1", "Y2")}
COSIGNERS = {name: Cosigner(f"{name}.example/w", key.public) for name, key in KEYS.items()}
WITNESSES = "".join(f"witness {name} {one.vkey}\n" for name, one in COSIGNERS.items())
LEVELS = (
    f"# two levels\nlog {Signer().verifier.vkey} https://log.example/log\n{WITNESSES}\tgroup  X 2 X1 X2 X3 \n"
    "group Y any Y1 Y2\ngroup XY all X Y\nquorum XY\n"
)


def met(policy, *names):
    return policy.met_by({COSIGNERS[name].vkey for name in names})


def test_two_levels_of_groups():
    """Two of three and one of two are needed; whoever counts for one group counts for no other."""
    policy = parse(LEVELS.encode())
    assert [log.name for log in policy.logs] == [Signer().verifier.name]
    assert met(policy, "X1", "X3", "Y2") and met(policy, *KEYS)
    assert not met(policy, "X1", "X2", "X3") and not met(policy, "X1", "Y1", "Y2") and not met(policy)


def test_one_witness_or_none():
    """A quorum of one witness is met by that one; of none by nobody at all."""
    assert met(parse(f"{WITNESSES}quorum Y1\n".encode()), "Y1")
    assert not met(parse(f"{WITNESSES}quorum Y1\n".encode()), "X1")
    assert met(parse(b"quorum none\n"))


def test_all_witnesses_fit_under_one_checkpoint():
    """As many as a checkpoint bears beside two keys of its log are taken, and one more is refused."""
    many = [Cosigner(f"w{n}.example", bytes([n]) * 32) for n in range(63)]
    lines = [f"witness w{n} {one.vkey}\n" for n, one in enumerate(many)]
    assert len(parse("".join([*lines[:62], "quorum none\n"]).encode()).witnesses) == 62
    with pytest.raises(BadPolicy, match="more witnesses than one checkpoint"):
        parse("".join([*lines, "quorum none\n"]).encode())
    text = sign(Checkpoint("log.example", 1, bytes(32)), Signer(), Signer(9))
    cosigned = [note.signature_line(one.name, one.key_id, bytes(72)) for one in many]
    assert len(note.parse(note.add(text, cosigned[:62]).encode()).signatures) == 64


def test_only_good_cosignatures_count():
    """Under a note, a witness counts whose every line holds: neither a stranger nor a bad line does."""
    policy = parse(LEVELS.encode())
    body = Checkpoint(Signer().verifier.name, 1, bytes(32))
    lines = [cosign(body.body(), one.name, KEYS[name], 5) for name, one in COSIGNERS.items() if name != "Y2"]
    lines[0] = cosign(body.body(), COSIGNERS["X1"].name, KEYS["X2"], 5)
    lines[1] += cosign("other\n2\n" + "A" * 43 + "=\n", COSIGNERS["X2"].name, KEYS["X2"], 5)
    read = note.parse(note.add(sign(body, Signer()), lines).encode())
    assert policy.cosigned_by(read) == {COSIGNERS["X3"].vkey, COSIGNERS["Y1"].vkey}


BAD = {
    "no quorum": WITNESSES,
    "two quorums": "quorum none\nquorum none\n",
    "an unknown quorum": "quorum W\n",
    "an unknown line": "monitor X\nquorum none\n",
    "a control character": "quorum\rnone\n",
    "a name of two": f"{WITNESSES}group X1 any Y1\nquorum X1\n",
    "the name none": f"witness none {COSIGNERS['X1'].vkey}\nquorum none\n",
    "a member of two groups": f"{WITNESSES}group A any X1\ngroup B any X1 A\nquorum B\n",
    "a member that comes later": f"group A any X1\n{WITNESSES}quorum A\n",
    "more than there are": f"{WITNESSES}group A 3 X1 X2\nquorum A\n",
    "none of them": f"{WITNESSES}group A 0 X1\nquorum A\n",
    "a key of two witnesses": f"{WITNESSES}witness Z {COSIGNERS['X1'].vkey}\nquorum Z\n",
    "a log's key as a witness": f"witness Z {Signer().verifier.vkey}\nquorum Z\n",
    "a witness's key as a log": f"log {COSIGNERS['X1'].vkey}\nquorum none\n",
    "an address that is none": f"witness Z {COSIGNERS['X1'].vkey} ftp://z\nquorum Z\n",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_has_two_meanings_is_refused(text):
    """A name, key or member given twice, a group that cannot be met, and lines of no kind are refused."""
    with pytest.raises(BadPolicy):
        parse(text.encode())
