"""What may be read now. Pure: facts in, ``Permitted`` or ``Refused`` out.

A refusal has two codes: ``code`` is what happened, for the person and the log; ``public`` is what the company may
know, and no more. To a read, a consent that was revoked and one that ran out look alike: ``consent_ended``. A client
that keeps the date it was told when it was granted can tell them apart all the same.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from vrm.consents.often import Use, is_due, next_use
from vrm.consents.terms import GrantedLine, Place


@dataclass(frozen=True)
class Standing:
    """A consent as it stands at this moment, with all that its worth depends on.

    ``uses``: the last use of each line that may not be read at will.
    """

    consumer_id: str
    consent_id: str
    client_id: str
    company_id: str
    subject: str
    state: str
    version: int
    epoch: int
    revision: int
    notice_version: int
    expires_at: datetime
    paused: bool
    lines: tuple[GrantedLine, ...]
    uses: Mapping[Place, Use] = field(default_factory=dict)


@dataclass(frozen=True)
class Permitted:
    """These lines may be read for this purpose. ``not_granted`` are keys that were asked for and may not, ``not_yet``
    those that were read as often as the person allowed, for now.

    Where no line may be, and that is enough for the reader, ``purpose`` is None.
    """

    purpose: str | None
    lines: tuple[GrantedLine, ...]
    not_granted: tuple[str, ...] = ()
    not_yet: tuple[str, ...] = ()


_PUBLIC = {
    **dict.fromkeys(
        ("revoked", "returned", "expired", "used", "notice_changed", "superseded", "erased"), "consent_ended"
    ),
    "paused": "consent_paused",
    "unreadable": "unavailable",
}


def public_code(code: str) -> str:
    """What a company is told where this is what happened; the same where it may know that."""
    return _PUBLIC.get(code, code)


@dataclass(frozen=True)
class Refused:
    """Nothing may be read. ``again``: when the first of the lines may be that were read as often as was allowed."""

    code: str
    keys: tuple[str, ...] = ()
    again: datetime | None = None

    @property
    def public(self) -> str:
        """What the company may know of it."""
        return public_code(self.code)


def weigh(
    standing: Standing,
    *,
    client_may_read: bool,
    notice_version: int,
    epoch: int | None,
    purpose: str | None,
    keys: Sequence[str] | None,
    now: datetime,
    recognise: bool = False,
    changed: Collection[Place] = (),
) -> Permitted | Refused:
    """Weigh a read against the consent.

    ``client_may_read`` says whether client and company are in good standing, ``notice_version`` which notice
    the company has now: who agreed to another one has not agreed to this. ``epoch`` is the one the token
    carries, None for the client's own token. ``keys`` None asks for every line of the purpose. ``recognise``: to
    learn who it is, by the pairwise subject, is enough, even where no line may be read. ``changed``: lines that say
    something else than when their use began, of which a lost reply cannot be given again. The order of the tests is
    the order of what the company may learn: first whether it may ask at all.
    """
    wanted = tuple(dict.fromkeys(keys)) if keys is not None else ()
    if not client_may_read:
        return Refused("client_suspended", wanted)
    if standing.state != "active":
        return Refused(standing.state, wanted)
    if standing.expires_at <= now:
        return Refused("expired", wanted)
    if standing.paused:
        return Refused("paused", wanted)
    if standing.notice_version != notice_version:
        return Refused("notice_changed", wanted)
    if epoch is not None and epoch != standing.epoch:
        return Refused("superseded", wanted)

    purposes = {line.purpose for line in standing.lines}
    if recognise and purpose not in purposes:
        return Permitted(None, (), wanted)
    if purpose is None:
        if not purposes:  # it is for signing in, and nothing may be read
            return Refused("keys_not_permitted", wanted)
        if len(purposes) != 1:
            return Refused("purpose_required", wanted)
        (purpose,) = purposes
    elif purpose not in purposes:
        return Refused("purpose_not_permitted", wanted)

    lines = tuple(line for line in standing.lines if line.purpose == purpose)
    granted = {line.key for line in lines}
    chosen = tuple(line for line in lines if keys is None or line.key in wanted)
    missing = tuple(key for key in wanted if key not in granted)
    uses = standing.uses
    due = tuple(
        line for line in chosen if is_due(line, uses.get(line.place), now, same=line.place not in changed)
    )
    not_yet = tuple(line.key for line in chosen if line not in due)
    if not due and recognise:
        return Permitted(None, (), missing, not_yet)
    if not chosen:
        return Refused("keys_not_permitted", wanted)
    if not due:
        return Refused("too_soon", wanted or not_yet, _again(standing, chosen))
    return Permitted(purpose, due, missing, not_yet)


def _again(standing: Standing, lines: Sequence[GrantedLine]) -> datetime | None:
    """When the first of these lines, none of which is due, may be read again; None where the consent ends before."""
    begin = [next_use(line, standing.uses[line.place]) for line in lines]
    return min((then for then in begin if then is not None and then < standing.expires_at), default=None)
