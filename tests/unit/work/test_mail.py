"""Mail: whole, private, the same letter at every attempt; failures that name nobody."""

import logging
import stat
import traceback
from contextlib import contextmanager
from email import policy
from email.parser import BytesParser

import pytest
from aiosmtpd.controller import Controller

from tests.support.postgres import free_port
from vrm.errors import Invalid
from vrm.work import Attachment, FolderTransport, Mail, MailNotSent, SmtpTransport, new_message_id

WHO = "anna.secret@example.org"
SENDER = '"VRM (vrm.example)" <vrm@vrm.example>'
TEXT = "Hello Änne,\n\nopen https://vrm.example/join?token=" + "x" * 90 + "\n"
LETTER = Mail(WHO, "Wilkommen, Änne", TEXT, "<f81d4fae@vrm.example>")


def parse(raw):
    return BytesParser(policy=policy.default).parsebytes(raw)


class Inbox:
    """An SMTP server's handler that keeps what it gets, and answers what it is told to."""

    def __init__(self, *, mail="250 OK", rcpt="250 OK", data="250 OK"):
        self.letters, self._mail, self._rcpt, self._data = [], mail, rcpt, data

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address if self._mail.startswith("250") else None
        return self._mail

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self._rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self._rcpt

    async def handle_DATA(self, server, session, envelope):
        if self._data.startswith("250"):
            self.letters.append((envelope.rcpt_tos, envelope.content))
        return self._data


@contextmanager
def serving(inbox):
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


def test_a_letter_arrives_as_it_was_written():
    """Recipient, subject, text, sender and Message-ID arrive; no machine is asked to answer it."""
    inbox = Inbox()
    with serving(inbox) as url:
        SmtpTransport(url, "vrm@vrm.example").send(LETTER)
    ((to, raw),) = inbox.letters
    got = parse(raw)
    assert to == [WHO]
    assert (got["To"], got["From"], got["Subject"]) == (WHO, SENDER, LETTER.subject)
    assert got["Message-ID"] == LETTER.message_id
    assert got["Auto-Submitted"] == "auto-generated"
    assert got.get_content().replace("\r\n", "\n") == TEXT
    assert all(byte < 128 for byte in raw)  # any server on the way can carry it


def test_every_attempt_has_the_same_message_id(tmp_path):
    """A second attempt is the same letter: same id by mail, the same single file in the folder."""
    inbox = Inbox()
    with serving(inbox) as url:
        for _ in range(2):
            SmtpTransport(url, "vrm@vrm.example").send(LETTER)
    assert {parse(raw)["Message-ID"] for _, raw in inbox.letters} == {LETTER.message_id}
    for _ in range(2):
        FolderTransport(tmp_path / "mail").send(LETTER)
    assert len(list((tmp_path / "mail").iterdir())) == 1


@pytest.mark.parametrize(
    ("inbox", "reply", "permanent"),
    [
        (Inbox(rcpt=f"550 no mailbox {WHO} here"), 550, True),
        (Inbox(rcpt=f"450 {WHO} is greylisted"), 450, False),
        (Inbox(mail="550 5.4.5 so many letters a day"), 550, False),
        (Inbox(data=f"554 no letter of yours for {WHO} today"), 554, False),
        (Inbox(data="451 try later"), 451, False),
    ],
)
def test_a_refusal_tells_whether_to_try_again_and_names_nobody(inbox, reply, permanent, caplog):
    """Trying again cannot help where there is no such recipient; neither traceback nor log holds who it is."""
    caplog.set_level(logging.DEBUG, logger="vrm")
    with serving(inbox) as url, pytest.raises(MailNotSent) as failure:
        SmtpTransport(url, "vrm@vrm.example").send(LETTER)
    assert (failure.value.reply, failure.value.permanent) == (reply, permanent)
    assert failure.value.__context__ is None
    shown = "".join(traceback.format_exception(failure.value)) + caplog.text
    assert WHO not in shown


def test_no_server_is_worth_another_try():
    """An address where nobody listens is a passing failure."""
    with serving(Inbox()) as url:
        pass
    with pytest.raises(MailNotSent) as failure:
        SmtpTransport(url, "vrm@vrm.example", timeout=2).send(LETTER)
    assert not failure.value.permanent


def test_a_password_never_travels_in_clear():
    """A server that offers no STARTTLS gets neither password nor letter, even on this machine."""
    inbox = Inbox()
    with serving(inbox) as url, pytest.raises(MailNotSent):
        SmtpTransport(url.replace("//", "//vrm:hunter2secret@"), "vrm@vrm.example").send(LETTER)
    assert inbox.letters == []


def test_credentials_are_not_in_the_repr():
    """What is printed by accident is the server's name and nothing else."""
    transport = SmtpTransport("smtps://vrm:p%40ss@mail.example", "vrm@vrm.example")
    assert repr(transport) == "SmtpTransport(smtps://mail.example:465)"
    assert WHO not in repr(LETTER)
    assert TEXT not in repr(LETTER)


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example:25", ""])
def test_only_mail_servers_are_mail_servers(url):
    """Another scheme or a missing host is refused when the process starts, not when mail is due."""
    with pytest.raises(ValueError, match="smtp"):
        SmtpTransport(url, "vrm@vrm.example")


@pytest.mark.parametrize("bad", ["a\nBcc: eve@example.org", "a\r\n\r\nhello", "a\0b", "a\x7fb"])
def test_no_header_can_be_smuggled_in(bad):
    """Recipient, subject and id hold no line break."""
    for at in ("to", "subject", "message_id", "reply_to"):
        with pytest.raises(Invalid):
            Mail(**{"to": WHO, "subject": "s", "text": "t", "message_id": "<a@b>", at: bad})
    for file in (
        Attachment(bad, "text/plain", b""),
        Attachment("a", bad, b""),
        Attachment("a", "message/rfc822", b""),
    ):
        with pytest.raises(Invalid):
            Mail(WHO, "s", "t", "<a@b>", attachments=(file,))


def test_a_letter_says_where_to_answer_and_brings_its_files():
    """The address of answers is not the sender's, and a file arrives byte for byte under its name."""
    inbox = Inbox()
    files = (Attachment("receipt.json", "application/json", b'{"n": "\xc3\xa4"}\n'),)
    letter = Mail(WHO, "s", TEXT, "<a@b>", reply_to="stop+code@vrm.example", attachments=files)
    with serving(inbox) as url:
        SmtpTransport(url, "vrm@vrm.example").send(letter)
    got = parse(inbox.letters[0][1])
    assert (got["From"], got["Reply-To"]) == (SENDER, "stop+code@vrm.example")
    assert got.get_body().get_content().replace("\r\n", "\n") == TEXT
    (file,) = got.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("receipt.json", "application/json")
    assert file.get_content() == files[0].content


def test_a_letter_in_the_folder_is_whole_and_private(tmp_path):
    """The file holds the letter with its link unbroken, for this account alone; no draft stays."""
    folder = tmp_path / "var" / "mail"
    FolderTransport(folder).send(LETTER)
    (file,) = folder.iterdir()
    assert file.suffix == ".eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert TEXT.splitlines()[2].encode() in file.read_bytes()
    assert parse(file.read_bytes()).get_content() == TEXT


def test_a_folder_that_cannot_be_written_fails_without_a_trace(tmp_path):
    """The failure is ours, and no half letter is left."""
    (tmp_path / "mail").write_text("a file, not a folder")
    with pytest.raises(MailNotSent):
        FolderTransport(tmp_path / "mail").send(LETTER)


def test_message_ids_are_new_each_time():
    """Two letters never share an id."""
    assert new_message_id("vrm.example") != new_message_id("vrm.example")
    assert new_message_id("vrm.example").endswith("@vrm.example>")
