"""Mail over TLS: STARTTLS or TLS from the first byte, always with the server's name checked."""

import datetime
import ipaddress
import ssl
from contextlib import contextmanager

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.postgres import free_port
from vrm.work import Mail, MailNotSent, SmtpTransport

LETTER = Mail("anna@example.org", "Hello", "Hello\n", "<f81d4fae@vrm.example>")


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """A certificate for 127.0.0.1 that is its own authority, with its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=3))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "chain.pem").write_bytes(built.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(secret)
    return folder


class Inbox:
    """Keeps letters, the passwords it was told, and whether the line was encrypted then."""

    def __init__(self):
        self.letters, self.logins = [], []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(session.ssl is not None)
        return "250 OK"

    def login(self, server, session, envelope, mechanism, data):
        self.logins.append((data.login, data.password, session.ssl is not None))
        return AuthResult(success=data.password == b"p@ss", handled=False)


@contextmanager
def serving(inbox, chain, *, implicit=False):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(chain / "chain.pem", chain / "key.pem")
    controller = Controller(
        inbox,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=inbox.login,
        auth_require_tls=not implicit,  # the server does not count TLS from the first byte as TLS here
        ssl_context=tls if implicit else None,
        tls_context=None if implicit else tls,
    )
    controller.start()
    try:
        yield f"127.0.0.1:{controller.port}"
    finally:
        controller.stop()


def trusting(chain):
    return ssl.create_default_context(cafile=chain / "chain.pem")


def test_an_offer_of_starttls_is_taken_even_here(chain):
    """On this machine too, a letter goes encrypted where it can; the password only after that."""
    inbox = Inbox()
    with serving(inbox, chain) as where:
        SmtpTransport(f"smtp://{where}", "vrm@vrm.example", tls=trusting(chain)).send(LETTER)
        SmtpTransport(f"smtp://vrm:p%40ss@{where}", "vrm@vrm.example", tls=trusting(chain)).send(LETTER)
    assert inbox.letters == [True, True]
    assert inbox.logins == [(b"vrm", b"p@ss", True)]


def test_tls_from_the_first_byte(chain):
    """smtps:// speaks TLS at once."""
    inbox = Inbox()
    with serving(inbox, chain, implicit=True) as where:
        SmtpTransport(f"smtps://vrm:p%40ss@{where}", "vrm@vrm.example", tls=trusting(chain)).send(LETTER)
    assert len(inbox.letters) == len(inbox.logins) == 1


@pytest.mark.parametrize("implicit", [False, True])
def test_a_server_that_cannot_prove_its_name_gets_nothing(chain, implicit):
    """An unknown certificate ends it before password and letter."""
    inbox = Inbox()
    scheme = "smtps" if implicit else "smtp"
    with serving(inbox, chain, implicit=implicit) as where, pytest.raises(MailNotSent) as failure:
        SmtpTransport(f"{scheme}://vrm:p%40ss@{where}", "vrm@vrm.example").send(LETTER)
    assert not failure.value.permanent
    assert inbox.letters == inbox.logins == []


def test_a_wrong_password_is_a_refusal_that_names_nobody(chain):
    """The code is told, the password is not; it is the operator's to put right, so the letter is kept."""
    inbox = Inbox()
    with serving(inbox, chain) as where, pytest.raises(MailNotSent) as failure:
        SmtpTransport(f"smtp://vrm:wrong-pw@{where}", "vrm@vrm.example", tls=trusting(chain)).send(LETTER)
    assert failure.value.reply == 535
    assert not failure.value.permanent
    assert "wrong-pw" not in str(failure.value)
