"""Reading an address that somebody else chose: what is read, and all that must never be reached."""

import datetime
import gzip
import ipaddress
import ssl
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from threading import Event

import httpcore2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.http import LocalServer, answer, serving
from vrm.errors import Invalid, Unavailable
from vrm.fetch import Fetcher, FetchFailed, UrlRefused, is_public

PUBLIC = "93.184.215.14"


class Names:
    """A resolver that answers from a table and counts how often it was asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        if not self.answers:
            raise OSError("no such name")
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Wire(httpcore2.NetworkBackend):
    """Notes which address is connected to, and leads the connection to a server of ours instead."""

    def __init__(self, server: LocalServer | None = None) -> None:
        self.server = server
        self.connected: list[tuple[str, int]] = []

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        self.connected.append((host, port))
        if self.server is None:
            raise httpcore2.ConnectError("nothing listens")
        return httpcore2.SyncBackend().connect_tcp("127.0.0.1", self.server.port, timeout=timeout)


def local(server: LocalServer) -> Fetcher:
    return Fetcher({"shop.example": server.address}, resolve=Names())


# ------------------------------------------------------------------------------------------- what is read


def test_reads_a_document_and_its_media_type():
    """The status, the bare media type and the bytes come back; query and path are sent as given."""
    page = answer(b"proof", content_type="Text/Plain; charset=utf-8")
    with serving({"/.well-known/vrm.txt?v=1": page}) as server:
        got = local(server).get("https://shop.example/.well-known/vrm.txt?v=1")
    assert (got.status, got.content_type, got.body) == (200, "text/plain", b"proof")


def test_says_little_about_itself():
    """No cookie, no credential, no compression is offered; the name of the software is all it says."""
    with serving({"/": answer(b"", set_cookie="a=b")}) as server:
        fetcher = local(server)
        fetcher.get("https://shop.example")
        fetcher.get("https://shop.example/", accept="application/json")
    (_, first), (_, second) = server.seen
    assert first == {
        "host": "shop.example",
        "accept": "*/*",
        "accept-encoding": "identity",
        "user-agent": "vrm",
    }
    assert second == first | {"accept": "application/json"}


def test_plain_http_only_where_allowed():
    """Development hosts may be named with http and a port; nobody else."""
    with serving({"/": answer(b"here")}) as server:
        fetcher = Fetcher({"localhost:8001": server.address}, resolve=Names())
        assert fetcher.get("http://localhost:8001/").body == b"here"
        for url in ("http://localhost/", "http://localhost:8002/", "http://shop.example/"):
            with pytest.raises(UrlRefused):
                fetcher.get(url)


@pytest.mark.parametrize(
    "target", ["10.0.0.1:80", "shop.example:80", "127.0.0.1", "127.0.0.1:0", "0.0.0.0:80"]
)
def test_allowed_leads_to_loopback_and_nowhere_else(target):
    """The development map cannot be turned into a way into the network."""
    with pytest.raises(ValueError, match="loopback"):
        Fetcher({"shop.example": target})


def test_redirects_are_handed_back():
    """A redirect is an answer like any other; its target is never asked."""
    with serving({"/": answer(b"", status=302, location="/inside"), "/inside": answer(b"secret")}) as server:
        got = local(server).get("https://shop.example/")
    assert (got.status, got.body) == (302, b"")
    assert [path for path, _ in server.seen] == ["/"]


# --------------------------------------------------------------------------------- which URLs are refused

REFUSED = [
    "http://shop.example/",
    "https://shop.example:8443/",
    "https://shop.example:99999/",
    "https://shop.example:x/",
    "ftp://shop.example/",
    "file:///etc/passwd",
    "//shop.example/",
    "shop.example",
    "",
    "https://",
    "https:///path",
    "https://user@shop.example/",
    "https://user:word@shop.example/",
    "https://@shop.example/",
    "https://shop.example#@127.0.0.1/",
    "https://shop.example\\@127.0.0.1/",
    "https://shop.example/a b",
    "https://shop.example/\r\nHost: inside",
    "https://shop.example/\x00",
    "https://shop.example/\t",
    " https://shop.example/",
    "https://shop.example/\n",
    "https://shöp.example/",
    "https://shop。example/",
    "https://shop.example./",
    "https://.example/",
    "https://-shop.example/",
    "https://shop_.example/",
    "https://" + "a" * 64 + ".example/",
    "https://" + "a." * 130 + "example/",
    "https://shop.example/" + "a" * 2048,
    # Addresses in every spelling a resolver or a browser would take.
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://127.0.0.0x1/",
    "https://0177.0.0.1/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://93.184.215.14/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://[::1/",
    "https://localhost/",
    "https://intranet/",
]


@pytest.mark.parametrize("url", REFUSED, ids=lambda url: repr(url)[:60])
def test_refused_before_anything_is_looked_up(url):
    """A URL we do not read costs no look-up and no connection."""
    names, wire = Names([PUBLIC]), Wire()
    with pytest.raises(Invalid) as refused:
        Fetcher(resolve=names, network=wire).get(url)
    assert refused.value.code == "url_refused"
    assert names.asked == [] and wire.connected == []


# ------------------------------------------------------------------------------------ where names may lead

INSIDE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:93.184.215.14", "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::5db8:d70e", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
    "2002:7f00:1::1", "2002:5db8:d70e::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "3fff::1",
    "ff02::1", "ff0e::1", "2606:4700::1111%eth0", "", "shop.example", "0177.0.0.1", "127.1", "2130706433",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_read(address):
    """No connection is made to an address that only we, or nobody, could reach, nor to a disguised one."""
    wire = Wire()
    with pytest.raises(FetchFailed) as failed:
        Fetcher(resolve=Names([address]), network=wire).get("https://shop.example/")
    assert wire.connected == []
    assert str(failed.value) == "shop.example cannot be found on the public internet."


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "2606:4700::1111", "2a00:1450:4001::200e"])
def test_public_addresses_are_public(address):
    """The table above does not simply refuse everything."""
    assert is_public(address)


def test_a_mixed_answer_is_refused_whole():
    """One inside address among public ones condemns the answer."""
    for answer_ in ([PUBLIC, "10.0.0.1"], ["10.0.0.1", PUBLIC], [PUBLIC, "::1"]):
        wire = Wire()
        with pytest.raises(FetchFailed):
            Fetcher(resolve=Names(answer_), network=wire).get("https://shop.example/")
        assert wire.connected == []


def test_unknown_and_inside_names_look_alike():
    """Nobody can find out which names exist in our network by asking us to read them."""
    messages = set()
    for names in (Names(), Names([]), Names(["10.0.0.1"])):
        with pytest.raises(Unavailable) as failed:
            Fetcher(resolve=names, network=Wire()).get("https://shop.example/")
        messages.add((failed.value.code, str(failed.value)))
    assert len(messages) == 1


def test_a_rebinding_name_is_asked_once():
    """The address that was vetted is the one connected to: a second, different answer is never fetched."""
    names, wire = Names([PUBLIC], ["127.0.0.1"]), Wire()
    with pytest.raises(FetchFailed):
        Fetcher(resolve=names, network=wire).get("https://shop.example/")
    assert names.asked == ["shop.example"]
    assert wire.connected == [(PUBLIC, 443)]


def test_every_vetted_address_is_tried():
    """A host with one dead address is still reached by the other; the error names no address."""
    wire = Wire()
    with pytest.raises(FetchFailed) as failed:
        Fetcher(resolve=Names([PUBLIC, "1.1.1.1"]), network=wire).get("https://shop.example/")
    assert wire.connected == [(PUBLIC, 443), ("1.1.1.1", 443)]
    assert PUBLIC not in str(failed.value)


# --------------------------------------------------------------------------------------------------- TLS


def certificate(folder, host: str) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=3))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(host), x509.IPAddress(ipaddress.ip_address(PUBLIC))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "chain.pem").write_bytes(built.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize(("named", "reads"), [("shop.example", True), ("other.example", False)])
def test_tls_checks_the_name_at_the_vetted_address(tmp_path, named, reads):
    """The connection goes to the vetted address, and only a certificate for the host's name will do."""
    tls = certificate(tmp_path, named)
    with serving({"/": answer(b"proof")}, tls) as server:
        wire = Wire(server)
        trust = ssl.create_default_context(cafile=tmp_path / "chain.pem")
        fetcher = Fetcher(resolve=Names([PUBLIC]), network=wire, trust=trust)
        if reads:
            assert fetcher.get("https://shop.example/").body == b"proof"
        else:
            with pytest.raises(FetchFailed):
                fetcher.get("https://shop.example/")
            assert server.seen == []
    assert wire.connected == [(PUBLIC, 443)]


def test_an_unknown_authority_is_refused(tmp_path):
    """Without our trusting its certificate, nothing is asked of a host."""
    with serving({"/": answer(b"proof")}, certificate(tmp_path, "shop.example")) as server:
        fetcher = Fetcher(resolve=Names([PUBLIC]), network=Wire(server))
        with pytest.raises(FetchFailed):
            fetcher.get("https://shop.example/")
    assert server.seen == []


# -------------------------------------------------------------------------------------- hostile answers


def test_a_document_at_the_limit_is_read_and_one_byte_more_is_not():
    """The limit counts bytes of the body and is exact."""
    with serving({"/": answer(b"x" * 1000)}) as server:
        fetcher = local(server)
        assert len(fetcher.get("https://shop.example/", limit=1000).body) == 1000
        with pytest.raises(FetchFailed, match="larger than 999 bytes"):
            fetcher.get("https://shop.example/", limit=999)


def test_an_endless_answer_is_cut_off():
    """A body without a length is read no further than the limit."""
    sent: list[int] = []

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        request.send_response(200)
        request.end_headers()
        while len(sent) < 100_000:
            request.wfile.write(b"x" * 1024)
            sent.append(1024)

    with serving({"/": endless}) as server, pytest.raises(FetchFailed) as failed:
        local(server).get("https://shop.example/", limit=10_000)
    assert failed.value.code == "fetch_too_large"
    assert len(sent) < 100_000


@pytest.mark.parametrize("where", ["before the status", "in the headers", "in the body"])
def test_a_slow_drip_ends_with_the_deadline(where):
    """A byte now and then keeps nobody waiting past the one deadline, wherever it comes."""

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        start = {"before the status": b"", "in the headers": b"HTTP/1.1 200 OK\r\nX: ", "in the body": b""}[
            where
        ]
        if where == "in the body":
            start = b"HTTP/1.1 200 OK\r\n\r\n"
        request.wfile.write(start)
        while not server.stopping.wait(0.02):
            if where != "before the status":
                request.wfile.write(b"x")

    with serving({"/": drip}) as server:
        with pytest.raises(FetchFailed) as failed:
            local(server).get("https://shop.example/", timeout=0.3)
        assert failed.value.code == "fetch_timeout"


def test_a_resolver_that_hangs_ends_with_the_deadline():
    """The look-up counts against the same deadline."""
    release = Event()
    fetcher = Fetcher(resolve=lambda host: [PUBLIC] if release.wait(10) else [], network=Wire())
    try:
        with pytest.raises(FetchFailed):
            fetcher.get("https://shop.example/", timeout=0.1)
    finally:
        release.set()


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip"])
def test_a_compressed_answer_is_refused(encoding):
    """A small body that unfolds into a huge one is never unfolded."""
    bomb = gzip.compress(b"\0" * 10_000_000)
    with (
        serving({"/": answer(bomb, content_encoding=encoding)}) as server,
        pytest.raises(FetchFailed) as failed,
    ):
        local(server).get("https://shop.example/")
    assert failed.value.code == "fetch_encoded"


def test_what_is_not_http_is_an_error_of_ours():
    """Garbage, and an answer that ends early, give the one error the caller knows."""

    def garbage(request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        request.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")

    def short(request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    with serving({"/garbage": garbage, "/short": short}) as server:
        for path in ("garbage", "short"):
            with pytest.raises(FetchFailed) as failed:
                local(server).get(f"https://shop.example/{path}")
            assert failed.value.code == "fetch_failed"
            assert "127.0.0.1" not in str(failed.value)
