"""What there is to do. A room that needs a sweep or a job done has its line in these two tables."""

from collections.abc import Mapping
from datetime import timedelta

from vrm import accesslog, accounts, clock, consents, tokens, work
from vrm.house import House
from vrm.work import Job
from vrm.worker import letters
from vrm.worker.loop import Handler, Sweep

KEEP_DEAD = timedelta(days=30)


def sequence_log(house: House) -> int:
    """Give new events their place in the tree, and sign the checkpoint over them at once."""
    sequenced = accesslog.sequence(house.database)
    if sequenced:
        publish_log(house)
    return sequenced


def publish_log(house: House) -> int:
    """Sign the committed tree; does nothing when that was done. Finds a tree whose worker died before signing."""
    accesslog.publish(house.database, house.keys.log_signer, house.settings.log_origin)
    return 0


def discard_dead_jobs(house: House) -> int:
    """Delete what failed for good long ago: sealed letters are not kept for ever."""
    before = clock.now() - KEEP_DEAD
    return house.database.write(lambda session: work.discard_dead(session, before=before))


def expire_consents(house: House) -> int:
    """Write down the consents whose time has come, so that people and the log hear of it."""
    return house.database.write(lambda session: consents.expire(session, house.keys, now=clock.now()))


def sweep_tokens(house: House) -> int:
    """Delete codes, tokens and used assertions that are long over."""
    house.database.write(lambda session: tokens.sweep(session, now=clock.now()))
    return 0


def sweep_accounts(house: House) -> int:
    """Delete sign-in links, sessions and counters that are over."""
    house.database.write(lambda session: accounts.sweep(session, now=clock.now()))
    return 0


def send_letter(house: House, job: Job) -> None:
    """Open a waiting letter, render it, send it."""
    house.mail.send(letters.open_letter(house.keys, job, issuer=house.settings.issuer))


SWEEPS: tuple[Sweep, ...] = (
    Sweep("sequencing the log", 0, sequence_log),
    Sweep("publishing the log", 10, publish_log),
    Sweep("expiring consents", 5, expire_consents),
    Sweep("clearing tokens", 600, sweep_tokens),
    Sweep("clearing accounts", 600, sweep_accounts),
    Sweep("discarding dead jobs", 3600, discard_dead_jobs),
)

HANDLERS: Mapping[str, Handler] = {letters.KIND: send_letter}
