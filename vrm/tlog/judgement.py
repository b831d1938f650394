"""Judging a checkpoint by a policy, with nothing else: was it signed by the log, and cosigned by enough witnesses?"""

from collections.abc import Mapping
from dataclasses import dataclass

from vrm.tlog import note as notes
from vrm.tlog.checkpoint import Checkpoint, parse_body
from vrm.tlog.errors import BadNote
from vrm.tlog.policy import Policy


@dataclass(frozen=True)
class Judgement:
    """What a checkpoint is worth. ``cosigned``: by the policy's names, when each witness cosigned (POSIX seconds).

    ``signed``: whether a log of the policy signed it; None where the policy names none. ``bad`` names the witnesses
    whose line does not hold, and ``good`` is whether the policy believes the checkpoint.
    """

    checkpoint: Checkpoint
    signed: bool | None
    cosigned: Mapping[str, int]
    bad: tuple[str, ...]
    met: bool

    @property
    def good(self) -> bool:
        """Whether the policy believes it (C2SP tlog-policy: signed by one of its logs, cosigned by its quorum)."""
        return self.signed is not False and self.met


def judge(policy: Policy, raw: bytes) -> Judgement:
    """Judge a checkpoint. Raises ``BadNote`` or ``BadCheckpoint`` for what is none.

    A line of a key in the policy that does not hold spoils what that key alone would have vouched for, and no more.
    """
    read = notes.parse(raw)
    checkpoint = parse_body(read.text)
    cosigned: dict[str, int] = {}
    bad = []
    for name, witness in policy.witnesses.items():
        try:
            at = witness.cosigner.find(read.text, read.signatures)
        except BadNote:
            bad.append(name)
        else:
            if at is not None:
                cosigned[name] = at
    vkeys = {policy.witnesses[name].cosigner.vkey for name in cosigned}
    return Judgement(
        checkpoint=checkpoint,
        signed=_signed(policy, read, checkpoint.origin) if policy.logs else None,
        cosigned=cosigned,
        bad=tuple(bad),
        met=policy.met_by(vkeys),
    )


def _signed(policy: Policy, read: notes.Note, origin: str) -> bool:
    for log in policy.logs:
        if log.name == origin:
            try:
                log.verify(read)
                return True
            except BadNote:
                continue
    return False
