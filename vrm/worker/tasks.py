"""What there is to do. A room that needs a sweep or a job done has its line in these two tables."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

from sqlalchemy.orm import Session

from vrm import accesslog, accounts, clock, companies, consents, journeys, oversight, tokens, work
from vrm.companies import Company
from vrm.house import House
from vrm.work import Job
from vrm.worker import letters
from vrm.worker.loop import Handler, Sweep, Worker

_log = logging.getLogger("vrm.worker")

KEEP_DEAD = timedelta(days=30)
MOST_READ = 3
MOST_LOOKED_AT = 2
MOST_INDEXED = (
    150  # leaves a pass: so long must whoever else writes wait on SQLite, about a hundredth of a second
)


def sequence_log(house: House) -> int:
    """Give new events their place in the tree, and sign the checkpoint over them at once."""
    sequenced = accesslog.sequence(house.database)
    if sequenced:
        publish_log(house)
    return sequenced


def index_log(house: House) -> int:
    """Read new leaves into the index that auditors search. It counts as work done only while more are waiting."""
    taken = oversight.index(house.database, limit=MOST_INDEXED)
    return taken if taken == MOST_INDEXED else 0


def watch_log(house: House) -> int:
    """Look for what is out of the ordinary, and keep it."""
    return oversight.watch(house.database, now=clock.now())


def publish_log(house: House) -> int:
    """Sign the committed tree; does nothing when that was done. Finds a tree whose worker died before signing."""
    try:
        house.publish_log()
    except accesslog.Inconsistent as fault:
        _log.error(
            "the log is not signed: %s (vrm log status)", fault.message
        )  # what to do, and nobody's data
    return 0


def discard_dead_jobs(house: House) -> int:
    """Delete what failed for good long ago: sealed letters are not kept for ever."""
    before = clock.now() - KEEP_DEAD
    return house.database.write(lambda session: work.discard_dead(session, before=before))


def expire_consents(house: House) -> int:
    """Write down the consents whose time has come, so that people and the log hear of it."""
    return house.database.write(lambda session: consents.expire(session, house.keys, now=clock.now()))


def close_desk_requests(house: House) -> int:
    """Write down the requests from desks that are over and that nobody allowed."""
    return house.database.write(
        lambda session: tokens.close_backchannel(session, house.keys, now=clock.now())
    )


def sweep_tokens(house: House) -> int:
    """Delete codes, tokens and used assertions that are long over."""
    house.database.write(lambda session: tokens.sweep(session, now=clock.now()))
    return 0


def sweep_consents(house: House) -> int:
    """Delete desk codes that are over, and counters of wrong ones."""
    house.database.write(lambda session: consents.sweep(session, now=clock.now()))
    return 0


def sweep_accounts(house: House) -> int:
    """Delete sign-in links, sessions and counters that are over."""
    house.database.write(lambda session: accounts.sweep(session, now=clock.now()))
    return 0


def sweep_companies(house: House) -> int:
    """Delete invitations and client keys that are long over."""
    house.database.write(lambda session: companies.sweep(session, now=clock.now()))
    return 0


def read_client_keys(house: House) -> int:
    """Read key sets at addresses again, a few at a time: letters wait meanwhile."""
    now = clock.now()
    due = house.database.read(
        lambda session: companies.list_due(session, before=now - companies.USUAL, limit=MOST_READ)
    )
    for client_id in due:
        companies.refresh_jwks(
            house.database, house.fetcher, client_id=client_id, now=now, every=companies.USUAL
        )
    return len(due)


def look_for_proofs(house: House) -> int:
    """Look at domains that wait to be proved, a few at a time; a fault at one is tried again with the others."""
    now, issuer = clock.now(), house.settings.issuer

    def tell(session: Session, company: Company) -> None:
        journeys.tell_of_proof(session, house.keys, company=company, issuer=issuer, now=now)

    due = house.database.read(lambda db: companies.list_unproved(db, now=now, limit=MOST_LOOKED_AT))
    for company_id in due:
        with suppress(companies.CheckedJustNow):  # another worker, or an owner, was faster
            companies.look_for_proof(
                house.database, house.fetcher, company_id=company_id, now=now, proved=tell
            )
    return len(due)


def erase_people(house: House) -> int:
    """Destroy the keys of those who closed their account; tried until it is done, and so not among ``HANDLERS``."""
    return Worker(house, sweeps=(), handlers=ERASING, patience=journeys.UNTIL_DONE).run_once()


def erase(house: House, job: Job) -> None:
    """Destroy one person's keys, and tell the log that it was done."""
    journeys.erase(house.database, house.keys, job)


def send_letter(house: House, job: Job) -> None:
    """Open a waiting letter, render it, send it."""
    house.mail.send(letters.open_letter(house.keys, job, issuer=house.settings.issuer))


LOG_SWEEPS: tuple[Sweep, ...] = (
    Sweep("sequencing the log", 0, sequence_log),
    Sweep("publishing the log", 10, publish_log),
)
"""Run in a thread of their own: an event waits for nobody's mail server and for no company's key set."""

SWEEPS: tuple[Sweep, ...] = (
    Sweep("indexing the log", 0, index_log),
    Sweep("watching the log", 600, watch_log),
    Sweep("expiring consents", 5, expire_consents),
    Sweep("closing desk requests", 5, close_desk_requests),
    Sweep("erasing people", 5, erase_people),
    Sweep("clearing tokens", 600, sweep_tokens),
    Sweep("clearing desk codes", 600, sweep_consents),
    Sweep("clearing accounts", 600, sweep_accounts),
    Sweep("clearing companies", 600, sweep_companies),
    Sweep("reading clients' keys", 5, read_client_keys),
    Sweep("proving domains", 15, look_for_proofs),
    Sweep("discarding dead jobs", 3600, discard_dead_jobs),
)

HANDLERS: Mapping[str, Handler] = {letters.KIND: send_letter}
ERASING: Mapping[str, Handler] = {journeys.KIND_OF_ERASURES: erase}
