"""One exchange with a witness over HTTP (C2SP tlog-witness, add-checkpoint), bounded in time and bytes."""

from datetime import UTC, datetime

from vrm import clock
from vrm.accesslog import witnessing
from vrm.accesslog.witnessing import Answer, Cosigned, Differs, Failed, Holds, Question
from vrm.db import Database
from vrm.errors import VrmError
from vrm.fetch import Fetched, Fetcher
from vrm.tlog import note, submission
from vrm.tlog.errors import BadCheckpoint, BadNote, BadSubmission
from vrm.tlog.note import signature_line
from vrm.tlog.policy import Policy, Witness

TIMEOUT = 5.0
_SENTENCE = ("", "text/plain")  # what a refusal of a witness is said in; a proxy's page is no refusal
_MOST = 64 * 1024
_ROUNDS = 3  # it tells its size, and perhaps another process moves it on meanwhile


def ask(
    database: Database, fetcher: Fetcher, witness: Witness, policy: Policy, *, anyway: bool = False
) -> bool:
    """Ask a witness for its cosignature if there is something to ask; whether it was asked.

    Never raises for what the witness does: what went wrong is kept beside it. ``anyway``: see ``witnessing.claim``.
    """
    cosigner, now = witness.cosigner, clock.now()
    if not anyway and not database.read(
        lambda session: witnessing.is_due(session, cosigner=cosigner, policy=policy, now=now)
    ):
        return False
    question = database.write_group(
        lambda connection: witnessing.claim(
            connection, cosigner=cosigner, policy=policy, now=now, anyway=anyway
        )
    )
    asked = question is not None
    for _ in range(_ROUNDS):
        if question is None:
            break
        question = _once(database, fetcher, witness, policy, question)
    return asked


def _once(
    database: Database, fetcher: Fetcher, witness: Witness, policy: Policy, question: Question
) -> Question | None:
    answer = _send(fetcher, witness, question)
    return database.write_group(
        lambda connection: witnessing.settle(connection, question, answer, policy=policy, now=clock.now())
    )


def _send(fetcher: Fetcher, witness: Witness, question: Question) -> Answer:
    try:
        fetched = fetcher.post(
            f"{witness.url}/add-checkpoint",
            question.submission.encode(),
            content_type="text/plain; charset=utf-8",
            limit=_MOST,
            timeout=TIMEOUT,
        )
        return read_answer(question, fetched)
    except VrmError as fault:
        return Failed(fault.code)


def read_answer(question: Question, fetched: Fetched) -> Answer:
    """What a witness's answer means. Raises ``BadNote`` or ``BadSubmission`` for one that cannot be used.

    Whoever stands between can answer as well: only what the protocol has, where the protocol has it, is an objection.
    """
    old, size = question.submission.old, question.size
    match fetched.status:
        case 200:
            return _cosigned(question, fetched.body)
        case 409 if fetched.content_type == submission.SIZE_TYPE:
            holds = submission.read_size(fetched.body)
            if holds != old:
                return Holds(holds)
            if old == size:  # it holds that size, and yet refuses: then the root hash is what it refuses
                return Differs()
        case 409 if fetched.content_type in _SENTENCE and old == size:
            return Differs()
        case 422 if fetched.content_type in _SENTENCE and 0 < old < size:  # else there was no proof to refuse
            return Differs()
    return Failed(f"status_{fetched.status}")


def _cosigned(question: Question, body: bytes) -> Cosigned:
    """The one line by the witness's key, which must hold; lines of keys we do not know are ignored."""
    try:
        lines = note.parse_lines(body.decode("utf-8"))
        for line in lines:
            if question.cosigner.is_of(line):
                at = question.cosigner.verify(question.text, line)
                said = signature_line(line.name, line.key_id, line.signature)
                return Cosigned(said, datetime.fromtimestamp(at, UTC))
    except (UnicodeDecodeError, BadNote, BadCheckpoint, OverflowError, OSError, ValueError):
        raise BadNote("its cosignature does not verify", code="bad_cosignature") from None
    raise BadSubmission("it did not cosign with the key of the policy", code="no_cosignature")
