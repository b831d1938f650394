"""Companies and their clients, from the command line."""

import ast
import json
import re
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

REDIRECT = "https://nordlicht.example/callback"


@contextmanager
def site(text: str) -> Iterator[str]:
    """A web site on this machine that answers everything with ``text``; gives its address and port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_company_comes_in_step_by_step(operator, company: str) -> None:
    """Pending, proved, approved, suspended, resumed: each step is refused until the one before is done."""
    assert operator.code("company", "approve", company) == "not_approvable"
    shown = operator.ask("company", "show", "nordlicht.example")
    assert shown["state"] == "pending"
    with site(shown["proof"]) as address:
        operator.settings["VRM_FETCH_ALLOW"] = f"nordlicht.example={address}"
        result = operator.do("company", "prove-domain", company)
    assert "proves nothing outside this machine" in result.stderr
    assert operator.ask("company", "approve", company)["state"] == "approved"
    assert operator.ask("company", "suspend", company)["state"] == "suspended"
    assert operator.ask("company", "list", "--state", "approved")["companies"] == []
    assert operator.ask("company", "resume", company)["state"] == "approved"
    assert "Nordlicht Versand" in operator.do("company", "list").output


def test_a_wrong_token_proves_nothing(operator, company: str) -> None:
    """Somebody else's file at the address is not enough."""
    with site("vrm-domain-of-somebody-else") as address:
        operator.settings["VRM_FETCH_ALLOW"] = f"nordlicht.example={address}"
        assert operator.code("company", "prove-domain", company) == "domain_not_proved"


@pytest.mark.parametrize("words", [("company", "show", "nobody.example"), ("client", "suspend", "x")])
def test_what_is_not_there_is_said_plainly(operator, words: tuple[str, ...]) -> None:
    """An unknown name leads to the list."""
    assert operator.code(*words) == "not_found"


def test_an_allowed_host_that_does_not_answer(operator, company: str) -> None:
    """The operator set the address, so the message leads there and not to a certificate."""
    operator.settings["VRM_FETCH_ALLOW"] = "nordlicht.example=127.0.0.1:1"
    said = operator.fail("company", "prove-domain", company).stderr
    assert "at the address VRM_FETCH_ALLOW gives for nordlicht.example" in said


def test_an_export_of_one_company(operator, company: str, tmp_path: Path) -> None:
    """A domain is as good as an id; a name nobody has must not become a file that verifies and holds nothing."""
    operator.do("log", "sequence")
    for number, name in enumerate((company, "nordlicht.example")):
        assert operator.ask("log", "export", f"{number}.ndjson", "--company", name)["count"] == 1
    assert operator.code("log", "export", "none.ndjson", "--company", "newshop.example") == "not_found"
    assert operator.code("log", "export", "none.ndjson", "--client", company) == "not_found"
    assert not (tmp_path / "none.ndjson").exists()


def test_a_domain_of_two_companies_is_no_name(operator, company: str) -> None:
    """Where a domain fits several, the operator must say which."""
    operator.do(
        *("company", "add", "--name", "Another", "--address", "A", "--contact", "a@b.example"),
        *("--domain", "nordlicht.example"),
    )
    assert operator.code("company", "show", "nordlicht.example") == "invalid"


def test_a_key_pair_made_here_is_private_and_whole(operator, company: str, tmp_path: Path) -> None:
    """The private half is in one file that nobody else can read; we keep the public half."""
    made = operator.ask("client", "new", "--company", company, "--redirect-uri", REDIRECT)
    path = Path(made["key_file"])
    assert path.parent == tmp_path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = json.loads(path.read_text())
    assert {"kty", "crv", "x", "y", "d", "kid", "alg"} <= key.keys()
    database = b"".join(one.read_bytes() for one in operator.home.glob("vrm.db*"))
    assert key["x"].encode() in database
    assert key["d"].encode() not in database


def test_the_example_is_a_program(operator, company: str) -> None:
    """What is printed can be run as it stands."""
    said = operator.do("client", "new", "--company", company, "--redirect-uri", REDIRECT).stdout
    assert "It may ask nobody until the company is approved." in said
    program = said[said.index("import json") :]
    compile(program, "example", "exec")
    assert '"purpose": "dpv:ServiceProvision"' in program


def test_the_example_finds_its_key(operator, company: str, tmp_path: Path) -> None:
    """Whichever folder it is run from, and whatever the path holds."""
    folder = tmp_path / 'a "quoted" földer\'s $HOME'
    folder.mkdir()
    words = ("client", "new", "--company", company, "--redirect-uri", REDIRECT, "--key-file")
    said = operator.do(*words, f"{folder.name}/a key").stdout
    assert "Keep secret: the private key, and the tokens" in said
    (written,) = re.findall(r'CLIENT_KEY_FILE"\) or (".*")\) as file:', said)
    named = ast.literal_eval(written)
    assert named == str(folder / "a key") and json.loads(Path(named).read_text())["d"]
    assert operator.code(*words, "nowhere/key") == "invalid"


def test_a_secret_is_printed_once(operator, company: str) -> None:
    """A sandbox's client may have a secret: it is told when it is made, kept as a hash, and told never again."""
    words = ("client", "new", "--company", company, "--redirect-uri", REDIRECT, "--secret")
    result = operator.do(*words)
    said = result.stdout
    (secret,) = re.findall(r"CLIENT_SECRET=(vrm_cs_[\w-]{43})\n", said)
    assert "is shown this once" in result.stderr
    compile(said[said.index("import json") :], "example", "exec")
    assert secret not in said[said.index("import json") :]
    made = operator.ask("client", "list")["clients"][0]
    assert made["has_secret"] is True
    assert secret not in operator.do("client", "keys", made["client_id"]).output
    database = b"".join(one.read_bytes() for one in operator.home.glob("vrm.db*"))
    assert secret.encode() not in database
    assert operator.ask(*words)["client_secret"] != secret
    assert "Give one of" in operator.run(*words, "--jwks-uri", "https://nordlicht.example/jwks").output


def test_no_secret_where_people_are_real(operator, company: str) -> None:
    """An instance that is no sandbox makes none, and says what to do."""
    identity = operator.home / "instance.json"
    identity.write_text(json.dumps(json.loads(identity.read_text()) | {"sandbox": False}))
    said = operator.fail("client", "new", "--company", company, "--redirect-uri", REDIRECT, "--secret").stderr
    assert "Only a sandbox has clients with a secret." in said and "leave out --secret" in said
    assert operator.ask("client", "list")["clients"] == []


def test_a_refused_client_leaves_no_key_behind(operator, tmp_path: Path) -> None:
    """A private key that belongs to nobody is deleted."""
    words = ("client", "new", "--company", "nobody.example", "--redirect-uri", REDIRECT)
    assert operator.code(*words) == "not_found"
    assert not list(tmp_path.glob("*.jwk"))


def test_a_key_file_is_never_overwritten(operator, company: str, tmp_path: Path) -> None:
    """It might be the key of another client."""
    (tmp_path / "key").write_text("precious")
    words = ("client", "new", "--company", company, "--redirect-uri", REDIRECT, "--key-file", "key")
    assert operator.code(*words) == "exists"
    assert (tmp_path / "key").read_text() == "precious"


def test_a_client_brings_its_own_keys(operator, company: str, tmp_path: Path) -> None:
    """With --jwks nothing private is made, and a private key is refused."""
    key = ECKey.generate_key("P-256", {"kid": "one", "alg": "ES256"})
    words = (
        "client",
        "new",
        "--company",
        company,
        "--redirect-uri",
        REDIRECT,
        "--name",
        "Shop",
        "--jwks",
        "set",
    )
    (tmp_path / "set").write_text(json.dumps(key.as_dict(private=True)))
    assert operator.code(*words) == "bad_jwks"
    (tmp_path / "set").write_text("not json")
    assert operator.code(*words) == "bad_jwks"
    (tmp_path / "set").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    made = operator.ask(*words)
    assert (made["name"], made["key_file"]) == ("Shop", None)
    assert operator.ask("client", "suspend", made["client_id"])["state"] == "suspended"
    assert operator.ask("client", "resume", made["client_id"])["state"] == "active"
    listed = operator.ask("client", "list", "--company", "nordlicht.example")["clients"]
    assert [one["client_id"] for one in listed] == [made["client_id"]]


def public_key(path: Path, kid: str) -> str:
    key = ECKey.generate_key("P-256", {"kid": kid, "alg": "ES256"})
    path.write_text(json.dumps(key.as_dict(private=False)))
    return str(path)


def test_keys_change_without_a_stop(operator, company: str, tmp_path: Path) -> None:
    """A new key beside the old one, which ends after a while or at once, whatever it is called."""
    made = operator.ask(
        *("client", "new", "--company", company, "--redirect-uri", REDIRECT),
        *("--jwks", public_key(tmp_path / "one", "one")),
    )
    client = made["client_id"]
    added = operator.ask("client", "add-key", client, public_key(tmp_path / "two", "-Bh"))
    assert [key["kid"] for key in added["keys"]] == ["one", "-Bh"]
    assert operator.code("client", "add-key", client, str(tmp_path / "two")) == "kid_taken"
    retired = operator.ask("client", "retire-key", client, "one", "--days", "3")
    assert [key["until"] is None for key in retired["keys"]] == [False, True]
    operator.do("client", "retire-key", client, "one", "--days", "0")
    result = operator.do("client", "retire-key", client, "-Bh")
    assert "The last key, -Bh, ends at" in result.stderr
    shown = operator.ask("client", "keys", client)
    good = [key["kid"] for key in shown["keys"] if key["good"]]
    assert (good, shown["warnings"]) == (["-Bh"], ["key_ends_soon"])
    assert operator.code("client", "retire-key", client, "nobody") == "not_found"


def test_a_client_publishes_its_keys(operator, company: str, tmp_path: Path) -> None:
    """With --jwks-uri the set is read at once; a set that is not there is said, and tried again later."""
    public_key(tmp_path / "one", "one")
    words = ("client", "new", "--company", company, "--redirect-uri", REDIRECT, "--jwks-uri")
    uri = "https://nordlicht.example/jwks"
    assert operator.code(*words, uri) == "bad_jwks_uri"
    assert operator.run(*words, uri, "--jwks", "one").exit_code == 2
    with site(operator.ask("company", "show", company)["proof"]) as address:
        operator.settings["VRM_FETCH_ALLOW"] = f"nordlicht.example={address}"
        operator.do("company", "prove-domain", company)
        told = operator.do(*words, uri).stderr
        assert "(jwks_not_served); it was never read, so the client cannot prove itself" in told
    foreign = {"kty": "EC", "crv": "P-384"}
    with site(json.dumps({"keys": [json.loads((tmp_path / "one").read_text()), foreign]})) as address:
        operator.settings["VRM_FETCH_ALLOW"] = f"nordlicht.example={address}"
        made = operator.ask(*words, uri)
    assert (made["jwks_uri"], made["key_file"]) == (uri, None)
    shown = operator.ask("client", "keys", made["client_id"])
    assert ([key["kid"] for key in shown["keys"]], shown["warnings"]) == (["one"], [])
    assert shown["jwks_skipped"] == {"kind": 1}
    assert "1 of another kind" in operator.do("client", "keys", made["client_id"]).stderr
    assert operator.code("client", "retire-key", made["client_id"], "one") == "keys_by_uri"


def test_retention_is_stated_with_its_purpose(operator, company: str) -> None:
    """In days; a figure for a purpose that is not given is a wrong command line."""
    words = ("company", "change", company, "--purpose", "dpv:ServiceProvision")
    done = operator.ask(*words, "--retention", "dpv:ServiceProvision=30")
    assert done["retention_days"] == {"dpv:ServiceProvision": 30}
    assert operator.ask("company", "show", company)["people"] == {}
    for wrong in ("dpv:DirectMarketing=30", "dpv:ServiceProvision=-1", "dpv:ServiceProvision"):
        assert operator.run(*words, "--retention", wrong).exit_code == 2
    assert operator.code(*words, "--retention", "dpv:ServiceProvision=3651") == "invalid"


def test_a_change_is_kept_and_in_the_log(operator, company: str) -> None:
    """Notice, owner and purposes change alone or together; saying nothing to change is a wrong command line."""
    assert operator.run("company", "change", company).exit_code == 2
    done = operator.ask(
        *("company", "change", "nordlicht.example", "--notice", "https://nordlicht.example/new"),
        *("--owner", "Ostwind Holding SE", "--purpose", "dpv:DirectMarketing"),
    )
    assert (done["notice"], done["owner"]) == ("https://nordlicht.example/new", "Ostwind Holding SE")
    assert done["purposes"] == {"dpv:DirectMarketing": None}
    assert operator.ask("company", "change", company, "--owner", "")["owner"] is None
    assert operator.code("company", "change", company, "--purpose", "dpv:WorldDomination") == "invalid"
    found = [entry for entry in operator.logged() if entry["type"] == "company.changed"]
    assert sorted(entry["code"] for entry in found) == ["notice", "owner", "owner", "purposes"]
    assert "Ostwind" not in str(found)


def test_the_operator_invites_the_first_owner(operator, company: str) -> None:
    """A company registered here has nobody until the mailed link is taken."""
    assert operator.ask("company", "people", company)["people"] == []
    operator.do("company", "invite", company, "--email", "jo@nordlicht.example")
    operator.do("worker", "--once")
    (letter,) = (Path(operator.home) / "mail").glob("*.eml")
    assert "/company/join?token=" in letter.read_text().replace("=3D", "=").replace("=\n", "")
    assert "The operator of localhost:8000 invites you" in letter.read_text()
    assert operator.code("company", "invite", company, "--email", "nobody") == "bad_address"
