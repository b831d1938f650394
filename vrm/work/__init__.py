"""Durable jobs: what must be done later, and is done at least once.

``enqueue`` in the transaction that makes the work necessary; a worker claims due jobs under a lease, does them,
then calls ``finish``, or ``retry``, which waits longer each time and in the end leaves the job dead for the
operator. A job may run twice when a lease ends early, so what it does must bear repeating.

Any room may enqueue; only the worker claims. This room never knows what a payload says: it arrives sealed. It
knows how mail leaves the house, and not what is written in it.
"""

from vrm.work.address import parse_address
from vrm.work.answering import answer_address, code_answered
from vrm.work.backoff import PATIENCE, Patience
from vrm.work.errors import MailNotSent
from vrm.work.letters import KIND as KIND_OF_LETTERS
from vrm.work.letters import drop_letters, enqueue_letter
from vrm.work.mail import Attachment, FolderTransport, Mail, SmtpTransport, Transport, new_message_id
from vrm.work.service import (
    Count,
    Job,
    bury,
    claim,
    counts,
    database_time,
    discard_dead,
    enqueue,
    finish,
    forget,
    retry,
)

__all__ = [
    "KIND_OF_LETTERS",
    "PATIENCE",
    "Attachment",
    "Count",
    "FolderTransport",
    "Job",
    "Mail",
    "MailNotSent",
    "Patience",
    "SmtpTransport",
    "Transport",
    "answer_address",
    "bury",
    "claim",
    "code_answered",
    "counts",
    "database_time",
    "discard_dead",
    "drop_letters",
    "enqueue",
    "enqueue_letter",
    "finish",
    "forget",
    "new_message_id",
    "parse_address",
    "retry",
]
