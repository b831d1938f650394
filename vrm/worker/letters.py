"""Letters: what they say, and how a waiting one is opened. They are rendered at the moment they are sent.

``vrm.work.letters`` says what a waiting letter holds.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from keys import Aad, KeyStore
from vrm import work
from vrm.web.tongue import Tongue, tongue_of
from vrm.work import Job, Mail
from vrm.worker import notice_letters

KIND = work.KIND_OF_LETTERS


@dataclass(frozen=True)
class Letter:
    """A letter's words, in the source language. ``%(host)s`` is ours; the rest comes with the letter.

    A subject says what there is; whom it is from stands before every one (``notice_letters.subject``).
    """

    subject: str
    text: str


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


LETTERS: Mapping[str, Letter] = {
    "sign_up": Letter(
        N_("Finish signing up"),
        N_(
            "Hello,\n\nsomebody, probably you, asked to sign up at %(host)s with this address.\n"
            "Open this link to choose a password. It works once, for one hour:\n\n    %(link)s\n\n"
            "If it was not you, do nothing: no account is made.\n"
        ),
    ),
    "reset": Letter(
        N_("Choose your new password"),
        N_(
            "Hello,\n\nsomebody, probably you, asked to sign up or to choose a new password at %(host)s.\n"
            "There is an account with this address. Open this link to choose a new password for it.\n"
            "It works once, for one hour:\n\n    %(link)s\n\n"
            "If it was not you, do nothing: your password stays as it is.\n"
        ),
    ),
    "company_sign_up": Letter(
        N_("Finish signing up your organisation"),
        N_(
            "Hello,\n\nsomebody, probably you, asked to sign up an organisation at %(host)s with this address.\n"
            "Open this link to choose a password. It works once, for one hour:\n\n    %(link)s\n\n"
            "If it was not you, do nothing: no account is made.\n"
        ),
    ),
    "company_invitation": Letter(
        N_("%(company)s invites you to join them"),
        N_(
            "Hello,\n\n%(inviter)s invites you to join %(company)s at %(host)s, where they ask people for data and\n"
            "see what they may read. Your role there: %(role)s. Open this link to accept. It works once, for seven days:\n\n    %(link)s\n\n"
            "If you do not know them, do nothing.\n"
        ),
    ),
    "company_invitation_unchecked": Letter(
        N_("Somebody invites you to join them"),
        N_(
            "Hello,\n\n%(inviter)s, who says they speak for %(company)s, asks you to join them at %(host)s.\n"
            "Your role there: %(role)s.\n"
            "We have not checked yet whether that is true. If you know them, open this link to accept.\n"
            "It works once, for seven days:\n\n    %(link)s\n\n"
            "If you do not know them, do nothing.\n"
        ),
    ),
    "company_person_ended": Letter(
        N_("Your access to %(company)s has ended"),
        N_(
            "Hello,\n\n%(company)s has taken you out of their organisation at %(host)s, and you were signed out\n"
            "everywhere. You see nothing of theirs any more, and nothing is done there in your name.\n\n"
            "Your account stays yours: you can be invited again, or sign up an organisation of your own.\n"
            "If you did not expect this, ask an owner of %(company)s.\n"
        ),
    ),
    "company_approved": Letter(
        N_("%(company)s may ask people now"),
        N_(
            "Hello,\n\nthe operator of %(host)s has approved %(company)s: from now on your clients may ask people,\n"
            "and your organisation stands in the list that people can read. Go on here:\n\n    %(link)s\n"
        ),
    ),
    "company_domain_proved": Letter(
        N_("%(domain)s is proved"),
        N_(
            "Hello,\n\nwe found your line at %(domain)s, so people see now that the domain of %(company)s was checked.\n"
            "You can take the file away. What else is to be done stands here:\n\n    %(link)s\n"
        ),
    ),
    "auditor_sign_up": Letter(
        N_("You may review the access log"),
        N_(
            "Hello,\n\nthe operator of %(host)s asks you to review its access log as an auditor. Last day: %(until)s.\n"
            "Open this link to choose a password and set up your second factor. It works once, for seven days:\n\n"
            "    %(link)s\n"
        ),
    ),
    "exposed": Letter(
        N_("Your data was read: what you should know"),
        N_(
            "Hello,\n\nthe operator of %(host)s writes to you because %(company)s read data of yours there\n"
            "between %(first)s and %(last)s (UTC).\n\n%(message)s\n\n"
            "What was read, and each read with its proof, stands on your own page:\n\n    %(link)s\n"
        ),
    ),
    "nothing": Letter(
        N_("There is no auditor with this address"),
        N_(
            "Hello,\n\nsomebody, probably you, asked for a new password in the auditors' office of %(host)s.\n"
            "There is no auditor with this address. If you should be one, ask the operator.\n\n"
            "If it was not you, do nothing.\n"
        ),
    ),
    "account_closed": Letter(
        N_("Your account is closed"),
        N_(
            "Hello,\n\nyour account at %(host)s is closed, as you asked on its page. Your profile is gone, and no company\n"
            "can read anything of yours there any more. What companies read before, they have: ask them to delete it.\n\n"
            "From %(until)s on, backups of ours that could bring your data back are unreadable too.\n\n"
            "This is our last letter: with it we forget your address.\n"
        ),
    ),
    "password_changed": Letter(
        N_("Your password was changed"),
        N_(
            "Hello,\n\nthe password of your account at %(host)s was changed, and every other browser was signed out.\n"
            "If it was you, there is nothing to do.\n\n"
            "If it was not you, choose a new password at once:\n\n    %(link)s\n"
        ),
    ),
    **{name: Letter(*words) for name, words in notice_letters.WORDS.items()},
}


STOP_BY_ANSWER = N_(
    "To stop this consent, answer this letter. It does not matter what you write: the consent ends.\n"
    "Or open this link to stop it, or only to pause it; you need not sign in:\n\n    %(stop_link)s\n"
)
STOP_BY_LINK = N_(
    "To stop this consent, or only to pause it, open this link; you need not sign in:\n\n    %(stop_link)s\n"
)
"""What ``%(stop)s`` in a letter about a consent says: where no answer would reach us, none is asked for."""


def write(written: Mapping[str, Any], *, issuer: str, reply_address: str | None = None) -> Mail:
    """Render a letter that was ``opened``. Every time with the same Message-ID, so one sent twice is shown once.

    ``reply_address``: where answers about consents reach us, if they do.
    """
    letter, values, tongue = written["letter"], written["values"], tongue_of(written)
    code, reply_to = written.get("stop_code"), None
    if code is not None:
        values = {**values, "stop": how_to_stop(code, issuer, tongue, by_answer=reply_address is not None)}
        # Whose answer stops something must have read that it does.
        if reply_address is not None and "%(stop)s" in LETTERS[letter].text:
            reply_to = work.answer_address(reply_address, code)
    subject, text = render(letter, issuer, values, tongue)
    return Mail(
        to=written["to"],
        subject=subject,
        text=text,
        message_id=written["message_id"],
        reply_to=reply_to,
    )


def discreet(written: Mapping[str, Any], issuer: str) -> Mapping[str, Any]:
    """The same letter for who shares a mailbox: it says that there is news, and nothing of what."""
    kept = {name: written[name] for name in ("to", "language", "message_id") if name in written}
    return {**kept, "letter": notice_letters.DISCREET, "values": {"link": f"{issuer}/notices"}}


def opened(keys: KeyStore, job: Job) -> Mapping[str, Any]:
    """A waiting letter, as ``vrm.work.letters`` says."""
    aad = Aad(KIND, keys.INSTANCE_OWNER, job.id)
    written: Mapping[str, Any] = json.loads(keys.open(keys.INSTANCE_OWNER, job.payload, aad))
    return written


def how_to_stop(code: str, issuer: str, tongue: Tongue, *, by_answer: bool) -> str:
    """How whoever gets a letter stops the consent with this code."""
    words = STOP_BY_ANSWER if by_answer else STOP_BY_LINK
    return tongue.translate(words) % {"stop_link": f"{issuer}/stop/{code}"}


_UNSAID = {"inviter": N_("Somebody"), "role": N_("it is told on the page")}
"""For an invitation that was waiting to be sent when these two were not yet said in it."""


def render(letter: str, issuer: str, values: Mapping[str, str], tongue: Tongue) -> tuple[str, str]:
    """Subject and text; KeyError when the letter or one of its values is missing."""
    words, translated = LETTERS[letter], tongue.translate
    values = notice_letters.filled(letter, values, issuer, tongue)
    unsaid = {name: translated(word) for name, word in _UNSAID.items()}
    filled = {"host": urlsplit(issuer).netloc, **unsaid, **values}
    return notice_letters.subject(issuer, translated(words.subject) % filled), translated(words.text) % filled
