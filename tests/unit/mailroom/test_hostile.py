"""Senders who mean harm: nothing is smuggled, nothing grows, nobody keeps a place for ever, and others are served."""

import socket
from contextlib import contextmanager, suppress

import pytest

from tests.unit.mailroom.conftest import LIMITS, Desk, text
from vrm.mailroom import Limits

AUTOMATIC = text(Auto_Submitted="auto-replied").replace(b"\n", b"\r\n")


pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""One engine: what is tried here hardly gets as far."""


class Wire:
    """A connection on which anything can be said."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._lines = self._socket.makefile("rb")

    def say(self, *lines: bytes) -> None:
        self._socket.sendall(b"".join(line + b"\r\n" for line in lines))

    def raw(self, sent: bytes) -> None:
        self._socket.sendall(sent)

    def reply(self) -> int:
        """The code of the next reply; 0 when they have hung up."""
        line = b" "
        while line[3:4] in (b"-", b""):
            line = self._lines.readline()
            if not line:
                return 0
        return int(line[:3])

    def is_over(self) -> bool:
        try:
            return self._lines.read() is not None
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


@contextmanager
def wire(desk: Desk):
    made = Wire(desk.port)
    try:
        yield made
    finally:
        made.close()


def greeted(made: Wire) -> Wire:
    made.say(b"EHLO there")
    assert (made.reply(), made.reply()) == (220, 250)
    return made


@pytest.mark.parametrize("end", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r\n\0.\r\n"])
def test_no_second_letter_is_smuggled_into_a_first(desk: Desk, end: bytes):
    """Only CRLF, dot, CRLF ends a letter (RFC 5321, section 4.1.1.4); whatever looks like it is text."""
    first, second = desk.consent(), desk.consent()
    hidden = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<" + desk.address(second).encode() + b">\r\nDATA\r\nstop"
    with wire(desk) as made:
        greeted(made).say(
            b"MAIL FROM:<a@b.example>", b"RCPT TO:<" + desk.address(first).encode() + b">", b"DATA"
        )
        assert [made.reply() for _ in range(3)] == [250, 250, 354]
        made.raw(AUTOMATIC + end + hidden + b"\r\n.\r\nQUIT\r\n")
        assert [made.reply(), made.reply()] == [250, 221]
    assert (desk.state(first), desk.state(second)) == ("active", "active")


def test_commands_sent_ahead_are_taken_in_their_order(desk: Desk):
    """Who does not wait for replies gets the same ones."""
    consent = desk.consent()
    with wire(desk) as made:
        greeted(made).say(
            b"MAIL FROM:<a@b.example>", b"RCPT TO:<x@y.example>", b"DATA", b"RSET", b"MAIL FROM:<a@b.example>",
            b"RCPT TO:<" + desk.address(consent).encode() + b"> NOTIFY=NEVER", b"QUIT",
        )  # fmt: skip
        assert [made.reply() for _ in range(7)] == [250, 550, 503, 250, 250, 555, 221]
    assert desk.state(consent) == "active"


def test_garbage_is_refused_and_the_conversation_goes_on(desk: Desk):
    """Whatever a line holds, it gets one refusal, and the next command its own answer."""
    lines = [
        bytes(range(128, 256)), b"\0\0\0", b"RCPT TO:<" + b"\xff" * 40 + b">", b"RCPT TO:<@", b'RCPT TO:<"a',
        b"RCPT TO:" + b"a" * 5000, b"MAIL FROM:" + b"<" * 400, b"RCPT TO:<a@[>", b"VRFY " + b"(" * 200,
        b"AUTH PLAIN AAAA", b"STARTTLS", b"XYZZY",
    ]  # fmt: skip
    for line in lines:
        with wire(desk) as made:
            greeted(made).say(b"MAIL FROM:<a@b.example>", line, b"NOOP", b"QUIT")
            codes = [made.reply() for _ in range(4)]
        assert (codes[0], *codes[2:]) == (250, 250, 221), line
        assert 400 <= codes[1] < 560, line


def test_a_letter_of_bytes_is_read_as_far_as_it_can_be(desk: Desk):
    """Headers of eight bits, of no form, without end: the letter is a person's, and nothing breaks."""
    consents = [desk.consent() for _ in range(3)]
    letters = [
        b"From: \xff\xfe\xc3 <m\xe9@x>\r\nSubject: \x80\x81\r\n\r\n\xff",
        b"\r\n".join(bytes([byte]) * 60 for byte in range(256) if byte not in (10, 13)),
        b"From: " + b"(" * 900 + b"\r\n <" + b"@" * 900 + b"\r\n\r\n",
    ]
    for consent, letter in zip(consents, letters, strict=True):
        assert desk.send(desk.address(consent), content=letter) == 250
        assert desk.state(consent) == "revoked"


class TestBounds:
    """What one sender can take."""

    @pytest.fixture
    def limits(self) -> Limits:
        return Limits(connections=2, letter=4096, recipients=3, commands=20, bytes=20_000, free=1000)

    def test_a_letter_has_a_size(self, desk: Desk):
        """Too large by its own word, or when it comes: refused for good, and it ends nothing."""
        consent = desk.consent()
        with wire(desk) as made:
            greeted(made).say(b"MAIL FROM:<a@b.example> SIZE=5000")
            assert made.reply() == 552
        assert desk.send(desk.address(consent), content=b"a: b\r\n\r\n" + b"stop it\r\n" * 600) == 552
        assert desk.state(consent) == "active"

    def test_a_line_without_end_is_cut_off(self, desk: Desk):
        """Nobody fills the memory: what one connection may send is bounded, whatever it is."""
        consent = desk.consent()
        with wire(desk) as made:
            greeted(made).say(
                b"MAIL FROM:<a@b.example>", b"RCPT TO:<" + desk.address(consent).encode() + b">", b"DATA"
            )
            assert [made.reply() for _ in range(3)] == [250, 250, 354]
            with suppress(ConnectionError):  # they hang up while it is being sent
                made.raw(b"x" * 1_000_000)
            assert made.is_over()
        assert desk.state(consent) == "active"

    def test_recipients_and_commands_are_counted(self, desk: Desk):
        """One address too many may come again, in another letter; one command too many ends the conversation."""
        consents = [desk.consent() for _ in range(4)]
        with desk.client() as client:
            client.mail("mia@example.org")
            assert [client.rcpt(desk.address(each))[0] for each in consents] == [250, 250, 250, 452]
            assert client.data(text())[0] == 250
        assert [desk.state(each) for each in consents] == ["revoked"] * 3 + ["active"]
        with wire(desk) as made:
            greeted(made).say(*[b"NOOP"] * 25)
            assert [made.reply() for _ in range(21)] == [250] * 20 + [421]

    def test_connections_are_counted(self, desk: Desk):
        """One too many is told to come again; when another goes, its place is free."""
        with wire(desk) as one, wire(desk) as two:
            greeted(one), greeted(two)
            with wire(desk) as three:
                assert (three.reply(), three.reply()) == (421, 0)
            one.say(b"QUIT")
            assert (one.reply(), one.reply()) == (221, 0)
            with wire(desk) as four:
                greeted(four)


class TestSlow:
    """Those who say nothing, or say it slowly."""

    @pytest.fixture
    def limits(self) -> Limits:
        return Limits(idle=0.3, free=0, delay=3600)

    def test_silence_ends_the_conversation(self, desk: Desk):
        """Before a command, and in the midst of a letter."""
        consent = desk.consent()
        with wire(desk) as made:
            greeted(made)
            assert made.reply() == 0
        with wire(desk) as made:
            greeted(made).say(
                b"MAIL FROM:<a@b.example>", b"RCPT TO:<" + desk.address(consent).encode() + b">", b"DATA"
            )
            made.say(b"From: half a letter")
            assert [made.reply() for _ in range(4)] == [250, 250, 354, 0]
        assert desk.state(consent) == "active"

    def test_who_guesses_waits_and_nobody_else(self, desk: Desk):
        """Beyond what is free a wrong address is answered late; a right one never, though it comes from the same place."""
        consent = desk.consent()
        with wire(desk) as made:
            greeted(made).say(b"MAIL FROM:<a@b.example>", b"RCPT TO:<stop+guess@vrm.example>")
            assert [made.reply(), made.reply()] == [250, 0]
        assert desk.send(desk.address(consent)) == 250
        assert desk.state(consent) == "revoked"


class TestLife:
    """A conversation that is kept up."""

    @pytest.fixture
    def limits(self) -> Limits:
        return Limits(life=0.3, free=LIMITS.free)

    def test_no_conversation_lasts_for_ever(self, desk: Desk):
        """Whoever goes on talking is cut off too."""
        with wire(desk) as made:
            greeted(made)
            assert made.is_over()
