"""What there is to do. A room that needs a sweep or a job done has its line in these two tables."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from keys import CannotOpen, NoKey
from vrm import (
    accounts,
    clock,
    companies,
    consents,
    journeys,
    notices,
    profiles,
    tokens,
    work,
)
from vrm.companies import Company
from vrm.errors import NotFound
from vrm.house import House
from vrm.web.tongue import tongue_of
from vrm.work import Job, Mail
from vrm.worker import letters, log_tasks, receipt_letters
from vrm.worker.loop import Handler, Sweep, Worker, while_more

KEEP_DEAD = timedelta(days=30)
MOST_READ = 3
MOST_LOOKED_AT = 2


def tell_of_events(house: House) -> int:
    """Hear from the log what people are to be told of. It counts as work done only while more is waiting."""
    return while_more(lambda: journeys.noticing.follow(house.database, _telling(house)))


def tell_of_changes(house: House) -> int:
    """Tell people of companies that changed, some at a time."""
    return journeys.noticing.spread(house.database, _telling(house))


def tell_what_is_due(house: House) -> int:
    """Bring consents to mind, and say ahead which end."""
    return journeys.reminding.remind(house.database, _telling(house))


def send_digests(house: House) -> int:
    """Write the digests that are due."""
    now = clock.now()
    return house.database.write(
        lambda session: notices.send_digests(session, house.keys, issuer=house.settings.issuer, now=now)
    )


def sweep_notices(house: House) -> int:
    """Delete notices that are older than a year."""
    return house.database.write(lambda session: notices.sweep(session, now=clock.now()))


def _telling(house: House) -> journeys.Telling:
    return journeys.Telling(house.keys, house.catalogue, house.settings.issuer, clock.now())


def discard_dead_jobs(house: House) -> int:
    """Delete what failed for good long ago: sealed letters are not kept for ever."""
    before = clock.now() - KEEP_DEAD
    return house.database.write(lambda session: work.discard_dead(session, before=before))


def expire_consents(house: House) -> int:
    """Write down the consents whose time has come, so that people and the log hear of it."""
    return house.database.write(lambda session: consents.expire(session, house.keys, now=clock.now()))


def close_used_consents(house: House) -> int:
    """End the consents that were for once, and were read."""
    return house.database.write(lambda session: consents.close_used(session, house.keys, now=clock.now()))


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


def sweep_profiles(house: House) -> int:
    """Delete earlier versions of values whose time is over, some at a time."""
    return house.database.write(lambda session: profiles.sweep(session, now=clock.now()))


def sweep_proposals(house: House) -> int:
    """Delete what companies proposed, when its time is over."""
    return house.database.write(lambda session: profiles.sweep_proposals(session, now=clock.now()))


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
    settings = house.settings
    written = letters.opened(house.keys, job)
    if "reader" in written:
        try:
            # As they want it now: the letter may have waited for days.
            wanted, over = house.database.read(
                lambda db: (_wanted(db, house, written["reader"]), _is_over(db, written))
            )
        except (NotFound, NoKey, CannotOpen):
            return  # they left, and nobody knows any more how they wanted to hear
        if over:
            return
        if wanted.discreet:
            written = letters.discreet(written, settings.issuer)
    if written["letter"] == receipt_letters.LETTER:
        with suppress(NotFound, NoKey, CannotOpen):  # they left, and their receipts with them
            house.mail.send(_receipt(house, written))
        return
    house.mail.send(letters.write(written, issuer=settings.issuer, reply_address=settings.reply_address))


def _wanted(db: Session, house: House, consumer_id: str) -> notices.Preferences:
    """How somebody wants to hear; ``NotFound`` where they left, for then what they wanted is gone as well."""
    accounts.open_person(db, house.keys, person_id=consumer_id)
    return notices.preferences_of(db, house.keys, consumer_id=consumer_id)


def _is_over(db: Session, written: Mapping[str, Any]) -> bool:
    """Whether a letter reminds of a consent that ended while it waited, or warns of an end that is another by now."""
    if written["letter"] != "notice" or written["values"]["kind"] not in ("reminder", "ending"):
        return False
    told = json.loads(written["values"]["said"])
    consent = consents.get_consent(db, consumer_id=written["reader"], consent_id=told["consent_id"])
    moved = consent.expires_at != datetime.fromisoformat(told["expires_at"])
    return not consent.is_active(clock.now()) or (written["values"]["kind"] == "ending" and moved)


def _receipt(house: House, written: Mapping[str, Any]) -> Mail:
    """A receipt is made of what is kept at the moment it is sent."""
    issuer, reply_address = house.settings.issuer, house.settings.reply_address
    code = receipt_letters.stop_code(house, written)
    if code is None:
        return receipt_letters.write(house, written, "", None)
    told = letters.how_to_stop(code, issuer, tongue_of(written), by_answer=reply_address is not None)
    reply_to = None if reply_address is None else work.answer_address(reply_address, code)
    return receipt_letters.write(house, written, told, reply_to)


SWEEPS: tuple[Sweep, ...] = (
    Sweep("indexing the log", 0, log_tasks.index_log),
    Sweep("watching the log", 600, log_tasks.watch_log),
    Sweep("expiring consents", 5, expire_consents),
    Sweep("closing used consents", 30, close_used_consents),
    Sweep("closing desk requests", 5, close_desk_requests),
    Sweep("erasing people", 5, erase_people),
    Sweep("clearing tokens", 600, sweep_tokens),
    Sweep("clearing desk codes", 600, sweep_consents),
    Sweep("clearing accounts", 600, sweep_accounts),
    Sweep("clearing companies", 600, sweep_companies),
    Sweep("clearing earlier values", 600, sweep_profiles),
    Sweep("clearing proposals", 600, sweep_proposals),
    Sweep("reading clients' keys", 5, read_client_keys),
    Sweep("proving domains", 15, look_for_proofs),
    Sweep("telling of events", 0, tell_of_events),
    Sweep("telling of changed companies", 5, tell_of_changes),
    Sweep("telling what is due", 60, tell_what_is_due),
    Sweep("sending digests", 60, send_digests),
    Sweep("clearing notices", 3600, sweep_notices),
    Sweep("discarding dead jobs", 3600, discard_dead_jobs),
)

HANDLERS: Mapping[str, Handler] = {letters.KIND: send_letter}
ERASING: Mapping[str, Handler] = {journeys.KIND_OF_ERASURES: erase}
