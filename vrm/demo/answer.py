"""``python -m vrm.demo.answer [FILE]``: answer a letter as a mail program would, so that the consent it is about ends.

FILE is a letter in the demo's ``mail/``; without it, those that can be answered are listed. The answer goes to the address
that the letter's Reply-To names, through the listener of the demo's server.
"""

import argparse
import os
import smtplib
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from vrm.demo import seed


def main() -> int:
    """0 when the letters were listed or the answer was taken."""
    parser = argparse.ArgumentParser(prog="python -m vrm.demo.answer", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="a letter in the demo's mail/")
    path = parser.parse_args().file
    if path is None:
        return _list(Path(os.environ.get("VRM_HOME") or "var") / "mail")
    try:
        letter, listener = _read(path), seed.recall(path.resolve().parent.parent).get("listener")
        if not letter["Reply-To"] or listener is None:
            print("This is no letter of a demo about a consent that stands. Take another.", file=sys.stderr)
            return 1
        with smtplib.SMTP("127.0.0.1", listener, timeout=30) as server:
            server.send_message(_answer(letter))
    except (OSError, smtplib.SMTPException) as fault:
        print(f"Not answered: {fault}. Is the demo running?", file=sys.stderr)
        return 1
    print("Answered. The consent is revoked; its page and a letter say so.")
    return 0


def _list(folder: Path) -> int:
    for path in sorted(folder.glob("*.eml"), key=lambda each: each.stat().st_mtime):
        letter = _read(path)
        if letter["Reply-To"]:
            print(f"{path}  {letter['To']}  {letter['Subject']}")
    return 0


def _read(path: Path) -> EmailMessage:
    letter = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(letter, EmailMessage)
    return letter


def _answer(letter: EmailMessage) -> EmailMessage:
    answer = EmailMessage()
    answer["From"], answer["To"] = letter["To"], letter["Reply-To"]
    answer["Subject"] = f"Re: {letter['Subject']}"
    answer["In-Reply-To"] = letter["Message-ID"]
    answer.set_content("Please stop.")
    return answer


if __name__ == "__main__":
    sys.exit(main())
