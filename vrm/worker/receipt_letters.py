"""The letter with which a receipt goes out: all of it in plain words, and the signed file attached.

It says what a receipt of the Australian Consumer Data Right must say in writing, outside of our pages: to whom it was
given and what for, from where and to whom the data goes, what it is, for how long, and how to look at it again and take
it back, also without signing in. It is written when it is sent: what waits in the queue are ids, sealed.
"""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from vrm import clock, consents, receipts
from vrm.consents.recording import DPV, NOT_STATED
from vrm.house import House
from vrm.receipts import Receipt
from vrm.web.tongue import Tongue, tongue_of
from vrm.work import Attachment, Mail
from vrm.worker import notice_letters

LETTER = "receipt"
WIDTH = 92


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


_DONE: Mapping[str, tuple[str, str]] = {
    "granted": (
        N_("Your receipt for what you allowed %(company)s"),
        N_("you allowed %(company)s something at %(host)s."),
    ),
    "amended": (
        N_("Your receipt for what you now allow %(company)s"),
        N_("you changed what you allow %(company)s at %(host)s."),
    ),
    "narrowed": (
        N_("Your receipt for what you now allow %(company)s"),
        N_("you took back some of what you had allowed %(company)s at %(host)s."),
    ),
    "extended": (
        N_("Your receipt for what you now allow %(company)s"),
        N_("you let what you allow %(company)s at %(host)s run longer."),
    ),
    "shortened": (
        N_("Your receipt for what you now allow %(company)s"),
        N_("you let what you allow %(company)s at %(host)s end sooner."),
    ),
    "refused": (
        N_("Your receipt for what you refused %(company)s"),
        N_("you refused what %(company)s asked at %(host)s. Nothing left your profile."),
    ),
    "revoked": (
        N_("Your receipt for what you no longer allow %(company)s"),
        N_("you revoked what you had allowed %(company)s at %(host)s. They can read nothing more."),
    ),
    "expired": (
        N_("Your receipt for what has ended with %(company)s"),
        N_("what you had allowed %(company)s at %(host)s has come to its end. They can read nothing more."),
    ),
    "returned": (
        N_("Your receipt for what has ended with %(company)s"),
        N_("%(company)s gave back what you had allowed at %(host)s. They can read nothing more."),
    ),
    "used": (
        N_("Your receipt for what has ended with %(company)s"),
        N_(
            "you had allowed %(company)s something once at %(host)s. They read it, and can read nothing more."
        ),
    ),
}
"""Subject and first sentence, by what was decided."""

SENT_FOR = frozenset(_DONE)
_OFTEN = {
    "once": N_("once"),
    "daily": N_("every day"),
    "weekly": N_("every week"),
    "monthly": N_("every month"),
    "when_needed": N_("when they need it"),
}
_KEPT = {None: N_("for as long as you allow it"), 0: N_("not at all, once it is used"), 1: N_("1 day")}
_KEPT_DAYS = N_("%(days)s days")


def write(house: House, written: Mapping[str, Any], how_to_stop: str, reply_to: str | None) -> Mail:
    """Render a waiting receipt: ``written`` is the letter as it waits, ``how_to_stop`` the words that say how.

    Raises ``NotFound``, or the key store's fault, where the person has left meanwhile.
    """
    values, tongue = written["values"], tongue_of(written)
    receipt, runs = house.database.read(lambda db: (_issue(db, house, values), _runs(db, values)))
    subject, first = _DONE[values["change"]]
    issuer = house.settings.issuer
    party = receipt.record["party_identification"][0]
    filled = {"company": party["party_name"], "host": urlsplit(issuer).netloc}
    translate = tongue.translate
    parts = [
        translate(N_("Hello,")),
        _wrapped(translate(first) % filled),
        "\n".join(_facts(house, receipt, values["change"], tongue)),
        *([how_to_stop.strip()] if runs else []),
        *_how_to_review(issuer, receipt, tongue, runs=runs),
        _wrapped(
            translate(
                N_(
                    "The receipt is attached, signed by us: keep it, and you can prove for ever what you decided. It holds"
                    " none of your values. This page shows it, and says how to check it:"
                )
            )
        )
        + f"\n\n    {issuer}{values['path']}",
    ]
    return Mail(
        to=written["to"],
        subject=notice_letters.subject(issuer, translate(subject) % filled),
        text="\n\n".join(parts) + "\n",
        message_id=written["message_id"],
        reply_to=reply_to if runs else None,
        attachments=(Attachment(receipts.file_name(receipt), receipts.MEDIA_TYPE, receipts.dump(receipt)),),
    )


def stop_code(house: House, written: Mapping[str, Any]) -> str | None:
    """The code that stops the consent a waiting receipt is of; None for a refusal."""
    values = written["values"]
    if not values["consent"]:
        return None
    return consents.stop_code(house.keys, consumer_id=values["consumer"], consent_id=values["consent"])


def _runs(db: Session, values: Mapping[str, str]) -> bool:
    """Whether there is something to stop now: a letter may have waited until after the end."""
    if not values["consent"] or values["change"] in receipts.ENDS:
        return False
    whose = {"consumer_id": values["consumer"], "consent_id": values["consent"]}
    return consents.get_consent(db, **whose).is_active(clock.now())


def _issue(db: Session, house: House, values: Mapping[str, str]) -> Receipt:
    whose: dict[str, Any] = {
        "consumer_id": values["consumer"], "issuer": house.settings.issuer, "now": clock.now()
    }  # fmt: skip
    if not values["consent"]:
        return receipts.issue_refusal(db, house.keys, ask_id=values["ask"], **whose)
    return receipts.issue_to_person(
        db, house.keys, consent_id=values["consent"], number=int(values["revision"]), **whose
    )


def _facts(house: House, receipt: Receipt, change: str, tongue: Tongue) -> Iterator[str]:
    _ = tongue.translate
    record = receipt.record
    party, made, terms = record["party_identification"][0], record["event"][0], record["terms"]
    refused = change == "refused"
    who = [party["party_name"]]
    who += [
        " ".join(party[name].split())
        for name in ("party_address", "party_url", "party_contact")
        if party[name] != NOT_STATED
    ]
    yield _row(_(N_("Who")), ", ".join(who))
    for one in record["pii_processing"]:
        yield _purpose(house, one, record["notice"], tongue, refused=refused)
    if record["sign_in"]:
        yield _row(_(N_("Also")), _(N_("they may recognise you by a number that only they know.")))
    if not refused:
        yield _row(_(N_("From where")), _(N_("your profile, as it is when they read it")))
        passed_on = ", ".join(terms["recipients"]) or _(N_("nobody else, they say"))
        yield _row(_(N_("Passed on to")), passed_on)
        days = terms["retention_days"]
        kept = _(_KEPT.get(days, _KEPT_DAYS)) % {"days": days}
        yield _row(_(N_("They say they keep it")), kept)
    yield _row(_(N_("Decided")), tongue.moment(made["event_time"]))
    if record["valid_until"]:
        ended = next((each for each in receipt.body["events"] if each["change"] == change), None)
        if change in receipts.ENDS and ended is not None:
            yield _row(_(N_("Ended")), tongue.moment(ended["event_time"]))
        else:
            yield _row(_(N_("Ends by itself")), tongue.moment(record["valid_until"]))


def _purpose(
    house: House, processing: Mapping[str, Any], notice: Mapping[str, Any], tongue: Tongue, *, refused: bool
) -> str:
    """One purpose with what was given for it, and what was not."""
    _ = tongue.translate
    id = processing["purpose"].replace(DPV, "dpv:", 1)
    known = house.catalogue.purposes.get(id)
    shown = notice.get("shown", {}).get("keys", {})

    def named(pii: Mapping[str, Any]) -> str:
        key = pii["pii_attribute_id"]
        entry = house.catalogue.keys.get(key)
        label = shown.get(key, {}).get("label") or (entry.label if entry else key)
        often = f" ({_(_OFTEN[pii['frequency']])})" if pii["given"] else ""
        return _(label) + often

    given = [named(pii) for pii in processing["pii_information"] if pii["given"]]
    left_out = [named(pii) for pii in processing["pii_information"] if not pii["given"]]
    lines = [_row(_(N_("What for")), _(known.plain) if known else id)]
    lines += [_row(_(N_("What")), ", ".join(given))] if given else []
    lines += (
        [_row(_(N_("Refused") if refused else N_("Not allowed")), ", ".join(left_out))] if left_out else []
    )
    return "\n".join(lines)


def _how_to_review(issuer: str, receipt: Receipt, tongue: Tongue, *, runs: bool) -> Iterator[str]:
    """Where each read under it stands, and where it is revoked while there is something to revoke."""
    consent_id = receipt.record["consent_id"]
    if consent_id is not None:
        said = tongue.translate(
            N_("To look at it again, with each read, or to change or revoke it, sign in here:")
            if runs
            else N_("To look at it again, with each read, sign in here:")
        )
        yield f"{_wrapped(said)}\n\n    {issuer}/consents/{consent_id}"


def _row(name: str, said: str) -> str:
    return _wrapped(f"{name}: {said}", "  ", "      ")


def _wrapped(text: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
