"""A company's own people register their software, change it, rotate its keys, suspend and resume it."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from joserfc.jwk import ECKey

from tests.unit.web.company.people import account, approve, organisation, signed_in
from vrm import clock, companies
from vrm.app import create_app

BACK = "https://nordlicht.example/back"


def new_key(kid=None, use="sig"):
    return ECKey.generate_key("P-256", {"use": use, **({"kid": kid} if kid else {})}, auto_kid=kid is None)


def pasted(*keys):
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]})


def registered(house, company, kid="first", **given):
    given = given or {"jwks": json.loads(pasted(new_key(kid)))}
    return house.database.write(
        lambda db: companies.new_client(
            db, company_id=company.id, name="Web shop", redirect_uris=[BACK], now=clock.now(), **given
        )
    )


def as_kept(house, client):
    return house.database.read(lambda db: companies.get_client(db, client_id=client.id))


def the_only(house, company):
    (client,) = house.database.read(lambda db: companies.list_clients(db, company_id=company.id))
    return client


def test_registering_with_pasted_keys(owner, house, company):
    """Name, redirect URIs one on each line, and the public set: the client is there, made by the company's hand."""
    owner.get("/company/clients/new")
    assert "python3 -c" in owner.page
    answer = owner.post(
        "/company/clients/new",
        name="Web shop",
        redirect_uris=f"{BACK}\r\n{BACK}/2\r\n",
        jwks=pasted(new_key("one")),
        jwks_uri="",
    )
    client = the_only(house, company)
    assert answer.location.startswith(f"/company/clients/{client.id}")
    assert client.redirect_uris == (BACK, f"{BACK}/2")
    assert [key.kid for key in client.keys] == ["one"]
    owner.get("/company/clients")
    assert "Web shop" in owner.page and "Without an end" in owner.page


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "N" * 101}),
        ("redirect_uris", {"redirect_uris": "http://nordlicht.example/back"}),
        ("redirect_uris", {"redirect_uris": ""}),
        ("jwks", {"jwks": ""}),
        ("jwks", {"jwks": "not json"}),
        ("jwks", {"jwks": new_key().as_pem(private=True).decode()}),
        ("jwks", {"jwks": new_key().as_pem(private=False).decode()}),
        ("jwks", {"jwks": json.dumps(new_key().as_dict(private=True))}),
        ("jwks", {"jwks": json.dumps({"keys": [new_key().as_dict(private=True)]})}),
        ("jwks_uri", {"jwks": "", "jwks_uri": "https://elsewhere.example/jwks"}),
        ("jwks_uri", {"jwks_uri": "https://nordlicht.example/jwks"}),
    ],
)
def test_what_cannot_be_registered(owner, house, company, field, typed):
    """Each fault stands beside its field, nothing typed is lost, and no client is made."""
    good = {"name": "Web shop", "redirect_uris": BACK, "jwks": pasted(new_key()), "jwks_uri": ""}
    owner.post("/company/clients/new", 400, **{**good, **typed})
    assert f'id="{field}-wrong"' in owner.page
    assert BACK in owner.page or field == "redirect_uris"
    assert house.database.read(lambda db: companies.list_clients(db, company_id=company.id)) == []


def test_a_secret_in_a_sandbox(owner, house, company):
    """It is shown once and kept as a hash; the client's pages say how it proves itself, and show one program."""
    owner.get("/company/clients/new")
    assert "Make a secret instead of keys" in owner.page
    typed = {"name": "Web shop", "redirect_uris": BACK, "jwks": "", "jwks_uri": "", "secret": "yes"}
    owner.post("/company/clients/new", 400, **{**typed, "jwks": pasted(new_key())})
    assert 'id="secret-wrong"' in owner.page
    owner.post("/company/clients/new", 200, **typed)
    shown = re.search(r"CLIENT_SECRET=(vrm_cs_[\w-]{43})", owner.page)
    client = the_only(house, company)
    assert shown is not None and client.is_secret(shown[1]) and not client.keys
    for path, said in (("", "proves itself with a secret"), ("/configuration", "client_secret_basic")):
        owner.get(f"/company/clients/{client.id}{path}")
        assert said in owner.page and shown[1] not in owner.page and "No key is good now" not in owner.page
    assert "CLIENT_SECRET" in owner.page and "openid-client" not in owner.page


def test_a_key_ends_a_secret(owner, house, company):
    """Whoever has a key is no longer proved by less."""
    client = registered(house, company, secret="s" * 43)
    jwk = json.dumps(new_key().as_dict(private=False))
    owner.post(f"/company/clients/{client.id}/keys", jwk=jwk)
    assert not as_kept(house, client).has_secret


def test_no_secret_where_people_are_real(house, company, jana):
    """On an instance that is no sandbox the form has no such choice, and sending it makes no client."""
    instance = replace(house.settings.instance, sandbox=False)
    strict = replace(house, settings=replace(house.settings, instance=instance))
    desk = signed_in(create_app(strict), strict, jana.id)
    desk.get("/company/clients/new")
    assert "Make a secret" not in desk.page
    desk.post("/company/clients/new", 400, name="Web shop", redirect_uris=BACK, secret="yes")
    assert 'id="jwks-wrong"' in desk.page
    assert house.database.read(lambda db: companies.list_clients(db, company_id=company.id)) == []


def test_one_key_by_itself(owner, house, company):
    """A single public key is as good as a set of one."""
    key = json.dumps(new_key("alone").as_dict(private=False))
    made = owner.post("/company/clients/new", name="Web shop", redirect_uris=BACK, jwks=key, jwks_uri="")
    client = the_only(house, company)
    assert [each.kid for each in client.keys] == ["alone"]
    # As whoever registers one with a secret: on to the programs.
    assert made.headers["location"] == f"/company/clients/{client.id}/configuration?done=saved"


@pytest.mark.parametrize(
    ("jwk", "told"),
    [
        ("nonsense", "neither a public key (JWK) nor a set of them (JWK Set)"),
        (new_key().as_pem(private=False).decode(), "This is a PEM file."),
        (new_key().as_pem(private=True).decode(), "This is a private key. Consider it published"),
        (
            json.dumps(new_key().as_dict(private=True)),
            "holds a private or symmetric key. Consider it published",
        ),
    ],
)
def test_what_is_wrong_with_a_key(owner, house, company, jwk, told):
    """What was pasted is told by its kind, and a private key is called lost."""
    client = registered(house, company)
    owner.post(f"/company/clients/{client.id}/keys", 400, jwk=jwk)
    assert told in owner.page
    shown = re.search(r'<textarea[^>]*name="jwk"[^>]*>(.*?)</textarea>', owner.page, re.S)
    assert shown is not None and bool(shown[1].strip()) == ("private" not in told)


def test_keys_at_an_address(owner, house, company, nordlicht_site):
    """The set is read when the client is registered; a failure is told with its time, and Fetch now reads again."""
    approve(house, company)
    uri = "https://nordlicht.example/jwks"
    nordlicht_site.answers = (404, b"", {})
    owner.post(
        "/company/clients/new", name="Web shop", redirect_uris=BACK, jwks="", jwks_uri=uri, follow=True
    )
    assert "did not answer with status 200" in owner.page and "No key is good now" in owner.page
    assert "See that it serves a JWK Set" in owner.page
    client = the_only(house, company)
    nordlicht_site.answers = (200, pasted(new_key("published")).encode(), {})
    path = f"/company/clients/{client.id}/keys/fetch"
    owner.post(path, 429)
    assert "less than a minute ago" in owner.page
    assert "Passed over" not in owner.page
    nordlicht_site.answers = (200, pasted(new_key("published"), new_key("e", use="enc")).encode(), {})
    uri += "/2"
    owner.post(f"/company/clients/{client.id}/keys/address", jwks_uri=uri, follow=True)
    assert "published" in owner.page and "Failed last" not in owner.page
    assert "One key that is not for verifying signatures" in owner.page
    assert as_kept(house, client).jwks_uri == uri
    owner.post(f"/company/clients/{client.id}/keys/address", 400, jwks_uri="https://elsewhere.example/jwks")
    assert 'id="jwks_uri-wrong"' in owner.page


def test_an_address_that_never_answered(owner, house, company, nordlicht_site):
    """The keys given before stay good, with no day at which they end; home and list say the same."""
    approve(house, company)
    client = registered(house, company)
    nordlicht_site.answers = (404, b"", {})
    uri = "https://nordlicht.example/jwks"
    owner.post(f"/company/clients/{client.id}/keys/address", jwks_uri=uri, follow=True)
    owner.post(f"/company/clients/{client.id}/keys/retire", kid="first", until=f"{clock.now():%Y-%m-%d}")
    for path in ("/company", "/company/clients", f"/company/clients/{client.id}"):
        owner.get(path)
        assert "It was never read; the keys given here stay good." in owner.page
        assert "read last are good until" not in owner.page


def test_name_and_redirect_uris(owner, house, company):
    """Both are changed on one page; what is wrong stays in the form."""
    client = registered(house, company)
    path = f"/company/clients/{client.id}/change"
    owner.get(path)
    assert BACK in owner.page
    owner.post(path, 400, name="Shop", redirect_uris="nonsense")
    assert "nonsense" in owner.page
    owner.post(path, name="Shop", redirect_uris=f"{BACK}/new")
    kept = as_kept(house, client)
    assert (kept.name, kept.redirect_uris) == ("Shop", (f"{BACK}/new",))


@pytest.mark.usefixtures("noon")
def test_rotating(owner, house, company):
    """A new key comes, the old one goes on until a day and not longer, and can be removed at once."""
    client = registered(house, company)
    root = f"/company/clients/{client.id}"
    owner.post(f"{root}/keys", jwk=json.dumps(new_key("second").as_dict(private=False)), follow=True)
    assert "Both the new key and the old ones are good." in owner.page
    last = (clock.now() + companies.MOST_OVERLAP).date()
    for day in ("", "soon", str(last + timedelta(days=1)), "2020-01-01"):
        owner.post(f"{root}/keys/retire", 400, kid="first", until=day)
        assert 'id="until"' in owner.page
    owner.post(f"{root}/keys/retire", kid="first", until=str(last))
    week = (clock.now() + timedelta(days=7)).date()
    owner.post(f"{root}/keys/retire", kid="first", until=str(week))
    ends = {key.kid: key.until for key in as_kept(house, client).keys}
    assert ends["second"] is None and ends["first"].date() == week
    owner.post(f"{root}/keys/remove", kid="first")
    assert [key.kid for key in as_kept(house, client).good_keys(clock.now())] == ["second"]
    owner.post(f"{root}/keys/remove", 404, kid="first")


@pytest.mark.parametrize(
    "jwk",
    ["", "{", "[]", '{"keys": "x"}', '{"keys": [1]}', json.dumps(new_key().as_dict(private=True)),
     pasted(new_key(), new_key()), pasted(new_key("first"))],
)  # fmt: skip
def test_keys_that_are_not_taken(owner, house, company, jwk):
    """No text, no set, a private key, two keys at once, a kid that is in use: the form says so."""
    client = registered(house, company)
    status = 409 if '"kid": "first"' in jwk else 400
    owner.post(f"/company/clients/{client.id}/keys", status, jwk=jwk)
    assert 'id="jwk-wrong"' in owner.page
    assert [key.kid for key in as_kept(house, client).keys] == ["first"]


def test_warnings_in_words(owner, house, company):
    """A client whose only key ends soon, and one without a good key, say so in the list and on their pages."""
    client = registered(house, company)
    now = clock.now()
    house.database.write(
        lambda db: companies.retire_client_key(
            db, client_id=client.id, kid="first", until=now + timedelta(days=3), now=now
        )
    )
    for path in ("/company/clients", f"/company/clients/{client.id}"):
        owner.get(path)
        assert "The last good key ends" in owner.page
    house.database.write(
        lambda db: companies.remove_client_key(db, client_id=client.id, kid="first", now=now)
    )
    owner.get(f"/company/clients/{client.id}")
    assert "No key is good now" in owner.page


def test_suspending_and_resuming(owner, house, company):
    """A company suspends and resumes its own client; what the operator suspended it cannot resume, and reads so."""
    client = registered(house, company)
    root = f"/company/clients/{client.id}"
    owner.get(root)
    assert f'href="{root}/suspend"' in owner.page and "<form" not in owner.page.partition('id="h-stop"')[2]
    owner.get(f"{root}/suspend")
    assert "Suspend now" in owner.page and as_kept(house, client).state == "active"
    owner.post(f"{root}/suspend", follow=True)
    assert "Suspended by you" in owner.page
    owner.post(f"{root}/resume", follow=True)
    assert as_kept(house, client).state == "active"
    owner.post(f"{root}/resume", 409)
    house.database.write(lambda db: companies.suspend_client(db, client_id=client.id, now=clock.now()))
    owner.get(root)
    assert "Suspended by the operator" in owner.page and "Resume this client" not in owner.page
    owner.post(f"{root}/resume", 403)
    assert as_kept(house, client).state == "suspended"


CHANGES = ("change", "keys", "keys/retire", "keys/remove", "keys/address", "keys/fetch", "suspend", "resume")


@pytest.mark.parametrize("role", ["developer", "agent", "privacy_officer"])
def test_who_may_change(colleague, house, company, role):
    """Everybody reads; of the others only developers change."""
    client = registered(house, company)
    desk, _ = colleague(role)
    may = role == "developer"
    for path in ("", f"/{client.id}", f"/{client.id}/configuration"):
        desk.get(f"/company/clients{path}")
        assert ("Register a client" in desk.page) == (may and not path)
    desk.get("/company/clients/new", 200 if may else 403)
    desk.get(f"/company/clients/{client.id}/suspend", 200 if may else 403)
    desk.post("/company/clients/new", 400 if may else 403)
    for change in CHANGES if not may else ():
        desk.post(f"/company/clients/{client.id}/{change}", 403)
    assert as_kept(house, client) == client


def test_another_companys_client(owner, house):
    """Another company's client looks like one that is not there, at every address."""
    other = organisation(house, owner_of_another(house), name="Kai", domain="kai.example")
    client = registered(house, other)
    for path in ("", "/change", "/suspend", "/configuration"):
        owner.get(f"/company/clients/{client.id}{path}", 404)
    for change in CHANGES:
        typed = {
            "name": "x",
            "redirect_uris": BACK,
            "jwk": pasted(new_key()),
            "until": "2020-01-01",
            "kid": "first",
        }
        owner.post(
            f"/company/clients/{client.id}/{change}", 404, **typed, jwks_uri="https://kai.example/jwks"
        )
    assert as_kept(house, client) == client


def owner_of_another(house):
    return account(house, "Kai Owner")[0].id


def test_configuration(owner, house, company):
    """The page holds the values and all three programs, filled in for this client, and says what is tested."""
    client = registered(house, company)
    owner.get(f"/company/clients/{client.id}/configuration")
    page = owner.page
    assert page.count(client.id) >= 4 and page.count(BACK) >= 4
    for part in ("VRM_PAR_ENDPOINT=", "authlib.integrations", "openid-client", "curl -sS", "umask 077"):
        assert part in page
    assert "check that Node can parse this program, and no more" in page
    assert "It may not ask yet" in page
    assert re.search(r'"key": "name", "purpose": "dpv:DeliveryOfGoods"', page)


def test_why_it_may_not_ask(owner, house, company):
    """The configuration names the one reason why requests are refused now, and none where they are not."""
    client = registered(house, company)
    path, now = f"/company/clients/{client.id}/configuration", clock.now()
    owner.get(path)
    assert "Your organisation has to be approved first." in owner.page
    approve(house, company)
    owner.get(path)
    assert "every request is refused" not in owner.page
    owner.post(f"/company/clients/{client.id}/suspend")
    owner.get(path)
    assert "This client was suspended by you." in owner.page and "approved" not in owner.page
    house.database.write(lambda db: companies.suspend_client(db, client_id=client.id, now=now))
    owner.get(path)
    assert "The operator suspended this client." in owner.page
    house.database.write(lambda db: companies.suspend_company(db, company_id=company.id, now=now))
    owner.get(path)
    assert "The operator suspended your organisation." in owner.page


def test_the_programs_carry_no_markup(owner, house, company):
    """A redirect URI with signs that mean something in HTML is copied as it is."""
    client = registered(house, company)
    uri = f"{BACK}?a=1&b='2'"
    house.database.write(
        lambda db: companies.change_client(db, client_id=client.id, redirect_uris=[uri], now=clock.now())
    )
    text = owner.client.get(f"/company/clients/{client.id}/configuration").text
    assert "?a=1&amp;b=" in text and "?a=1&b=" not in text


def test_what_scopes_are_for_and_where_people_go(owner, house, company):
    """Both are chosen on one page, shown again there, and taken back; what is not registered is refused."""
    client = registered(house, company)
    page = f"/company/clients/{client.id}/sign-in"
    purpose = sorted(company.purposes)[0]
    owner.get(f"/company/clients/{client.id}")
    assert page in owner.page and "Nothing chosen" in owner.page and "No address: they stay" in owner.page
    owner.get(page)
    assert "Signing people in" in owner.page
    bye = "https://nordlicht.example/bye"
    assert owner.post(page, scope_purpose=purpose, post_logout_redirect_uris=f"{bye}\r\n").status_code == 303
    kept = as_kept(house, client)
    assert (kept.scope_purpose, kept.post_logout_redirect_uris) == (purpose, (bye,))
    owner.get(page)
    assert f'<option value="{purpose}" selected>' in owner.page and bye in owner.page
    words = re.search(rf'<option value="{purpose}" selected>(.*?)</option>', owner.page)
    owner.get(f"/company/clients/{client.id}")
    assert words is not None and words[1] in owner.page and bye in owner.page
    for wrong in (
        {"scope_purpose": "dpv:Nothing", "post_logout_redirect_uris": bye},
        {"scope_purpose": purpose, "post_logout_redirect_uris": "http://evil.example/#x"},
    ):
        owner.post(page, 400, **wrong)
    assert as_kept(house, client) == kept
    owner.post(page, scope_purpose="", post_logout_redirect_uris="")
    kept = as_kept(house, client)
    assert (kept.scope_purpose, kept.post_logout_redirect_uris) == (None, ())
