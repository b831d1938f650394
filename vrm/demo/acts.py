"""The acts of the story: consumer, company, disclosure, revocation, auditor, operator."""

import json
import re
import time
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from vrm.demo import seed
from vrm.demo.browser import Browser, Page
from vrm.demo.shop import Shop, Site
from vrm.demo.story import ASK, DELIVERY, MAIL, PROFILE, Stage, decide, must, read_rows, temporary
from vrm.house import House

NOA = "noa@people.example"
DOMAIN = "kiefernweg.example"


def consumer(stage: Stage) -> Browser:
    """1. A person signs up by a mailed link, signs in and fills in a profile."""
    tell, browser = stage.tell, Browser(stage.issuer)
    if not seed.recall(stage.home).get("noa"):
        page = browser.open("/sign-up")
        browser.send(page, page.form("email"), {"email": NOA})
        tell(f"   {NOA} asks for a profile; the link comes by mail ({stage.home / 'mail'})")
        page = browser.open(_mailed_link(stage, NOA))
        browser.send(page, page.form("new_password"), {"new_password": seed.PASSWORD})
        seed.mark(stage.home, noa=True)
    page = browser.open("/sign-in")
    if "email" in page.forms[0].values:
        page = browser.send(page, page.form("password"), {"email": NOA, "password": seed.PASSWORD})
    must(browser.open("/profile").response.status_code == 200, "signing in did not work")
    tell("   Noa is signed in")
    if seed.recall(stage.home).get("profile"):
        tell("   her profile is as she left it")
        return browser
    for field, values in PROFILE:
        page = browser.open(f"/profile/{field}")
        form = page.form("version")
        names = {_named(form.values, name): value for name, value in values.items()}
        answer = browser.send(page, form, {**names, "do": "save"})
        must(answer.response.status_code == 200, f"{field} was not saved: {answer.text[200:900]}")
        tell(f"   {field}: {', '.join(values.values())}")
    seed.mark(stage.home, profile=True)
    return browser


def company(stage: Stage, house: House, site: Site) -> Shop:
    """2. A company registers, proves its domain, is approved, and registers its client."""
    tell, known = stage.tell, seed.recall(stage.home).get("shop")
    redirect_uri = f"http://localhost:{site.port}/back"
    if known is None:
        made = json.loads(
            stage.vrm(
                "company", "add", "--json", "--name", "Kiefernweg Versand GmbH", "--domain", DOMAIN,
                "--address", "Kiefernweg 7, 79102 Freiburg", "--contact", f"privacy@{DOMAIN}",
                "--notice", f"https://{DOMAIN}/privacy", "--purpose", f"{DELIVERY}=To bring you what you ordered",
                "--purpose", MAIL, "--retention", f"{DELIVERY}=90", "--retention", f"{MAIL}=90",
            )
        )  # fmt: skip
        tell(f"   Kiefernweg is registered: {made['state']}. It may ask nobody anything yet:")
        tell("   " + stage.vrm("company", "approve", DOMAIN, fails=True).strip())
        site.proofs[DOMAIN] = lambda: str(made["proof"])
        tell(f"   it publishes its token at http://{DOMAIN}/.well-known/vrm-domain-proof")
        stage.vrm("company", "prove-domain", DOMAIN)
        stage.vrm("company", "approve", DOMAIN)
        tell("   the domain is proved, the operator approves")
        key_file = stage.home / "shop.jwk"
        client = json.loads(
            stage.vrm(
                "client", "new", "--json", "--company", DOMAIN, "--name", "Kiefernweg shop",
                "--redirect-uri", "http://localhost/back", "--key-file", str(key_file),
            )
        )  # fmt: skip
        known = {"client_id": client["client_id"], "key": json.loads(key_file.read_text())}
        key_file.unlink()
        seed.mark(stage.home, shop=known)
    tell(f"   its client is {known['client_id']}, which proves itself with a private key (private_key_jwt)")
    return Shop(stage.issuer, known["client_id"], ECKey.import_key(known["key"]), redirect_uri)


def asking(stage: Stage, browser: Browser, shop: Shop) -> dict[str, Any]:
    """3 and 4. The client asks in lines; the person sees the very values, and narrows."""
    tell = stage.tell
    page = _letter(browser, shop)
    for shown in ("Noa Keller", "8 Rennie Street", "Yes", "2 April 1993", DOMAIN):
        must(shown in page.text, f"the letter does not show {shown}")
    tell("   Kiefernweg asks for five lines; Noa sees each value that would leave")
    answer = decide(browser, page, {"decision": "refuse"})
    must("error=access_denied" in answer, "a refusal was not told to the client")
    tell("   first she refuses: the client hears access_denied and nothing more")
    page = _letter(browser, shop)
    answer = decide(browser, page, {"decision": "grant", "key-2": "age_over_18", "take": "3", "days": "30"})
    token = shop.take_back(answer)
    granted = [line["key"] for line in token["authorization_details"][0]["lines"]]
    must(granted == ["name", "address", "age_over_18", "phone_number"], f"granted was {granted}")
    tell("   then she allows four of five lines for 30 days, and “over 18: yes” instead of her birth date")
    tell(f"   consent {token['grant_id']}")
    return token


def reading(stage: Stage, shop: Shop, token: dict[str, Any]) -> None:
    """5. The company reads what is permitted, and nothing else."""
    tell = stage.tell
    body = read_rows(tell, shop.read(DELIVERY))
    must(
        body["profile"]["age_over_18"] is True and "birthdate" not in body["profile"], "the wrong lines left"
    )
    refused = shop.read(MAIL)
    must(refused.status_code == 403, "a purpose without consent was not refused")
    read_rows(tell, refused)
    own = shop.own()
    many = own.post(
        f"{shop.issuer}/v1/disclosures", json={"consent_ids": [token["grant_id"]], "keys": ["name"]}
    )
    tell(f"   POST /v1/disclosures -> {many.status_code}, {len(many.text.splitlines())} line")
    must('"name":"Noa Keller"' in many.text, "the batch did not answer")
    held = own.get(f"{shop.issuer}/v1/consents").json()["consents"]
    tell(f"   GET /v1/consents -> {len(held)} held")


def revoking(stage: Stage, browser: Browser, shop: Shop, token: dict[str, Any]) -> None:
    """6. One page lists every consent; the next read after revoking is refused everywhere."""
    tell = stage.tell
    must("Kiefernweg" in browser.open("/consents").text, "the consent is not listed")
    page = browser.open(f"/consents/{token['grant_id']}/revoke")
    form = next(form for form in page.forms if form.action.endswith("/revoke"))
    must(browser.send(page, form, {}).response.status_code == 200, "revoking did not work")
    tell("   Noa revokes")
    for _ in range(4):  # enough to meet every worker process
        answer = shop.read(DELIVERY)
        must(answer.status_code == 401, f"a read after revoking was answered with {answer.status_code}")
    read_rows(tell, answer)
    must(shop.introspect(token["access_token"]) == {"active": False}, "introspection still says active")
    tell("   introspection says inactive")
    try:
        shop.oauth.refresh_token(f"{shop.issuer}/oauth/token", refresh_token=token["refresh_token"])
    except Exception as fault:
        must("invalid_grant" in str(fault), f"the refresh failed in another way: {fault}")
        tell("   refreshing fails: invalid_grant")
    else:
        must(False, "a refresh after revoking worked")


def seeing(stage: Stage, browser: Browser) -> None:
    """7. The person sees who read what, when and for what, refusals too."""
    page = browser.open("/reads")
    for shown in ("Kiefernweg", "Refused"):
        must(shown in page.text, f"the list of reads does not show {shown}")
    summary = page.text[page.text.index("Last ") :]
    stage.tell("   " + summary[: summary.index("Time")])
    stage.tell(f"   each with its purpose, event and leaf, at {stage.issuer}/reads")


def auditing(stage: Stage) -> None:
    """8. An auditor verifies the export and nothing else; one changed byte is named."""
    tell, folder = stage.tell, temporary()
    stage.vrm("log", "sequence")
    export = folder / "log.ndjson"
    stage.vrm("log", "export", str(export))
    elsewhere = {name: value for name, value in stage.environ.items() if not name.startswith("VRM_")}
    said = stage.vrm("log", "verify", str(export), environ=elsewhere)
    tell("   " + said.strip().replace("\n", "\n   "))
    bent = bytearray(export.read_bytes())
    bent[len(bent) // 2] ^= 1
    (folder / "bent.ndjson").write_bytes(bent)
    said = stage.vrm("log", "verify", str(folder / "bent.ndjson"), environ=elsewhere, fails=True)
    tell(f"   with one bit of byte {len(bent) // 2} turned round:")
    tell("   " + said.strip().replace("\n", "\n   "))


def operating(stage: Stage) -> None:
    """9. The operator rotates keys without a stop, backs up, and rehearses a restore."""
    tell, folder = stage.tell, temporary()
    stage.vrm("keys", "rotate")
    tell("   a new key-encryption key; every data key is wrapped anew, the server ran on")
    stage.vrm("backup", str(folder / "backup"))
    restored = dict(stage.environ, VRM_HOME=str(folder / "restored"))
    stage.vrm("restore", str(folder / "backup"), "--keys", str(stage.home / "keys"), environ=restored)
    stage.vrm("log", "export", str(folder / "restored.ndjson"), environ=restored)
    said = stage.vrm("log", "verify", str(folder / "restored.ndjson"), environ=restored)
    tell("   backed up and restored elsewhere; the restored log: " + said.strip().splitlines()[0])


def _letter(browser: Browser, shop: Shop) -> Page:
    """What the person sees when the client sends them here."""
    return browser.open(shop.ask(ASK).removeprefix(shop.issuer))


def _mailed_link(stage: Stage, address: str) -> str:
    """The link in the newest letter to an address, once the worker has sent it."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for letter in sorted((stage.home / "mail").glob("*.eml"), key=_age, reverse=True):
            text = letter.read_text(errors="replace").replace("=\n", "").replace("=3D", "=")
            link = re.search(re.escape(stage.issuer) + r"(/\S*token=\S+)", text)
            if address in text and link:
                return link[1]
        time.sleep(0.2)
    raise TimeoutError("no letter came; is the worker running?")


def _age(path: Path) -> float:
    return path.stat().st_mtime


def _named(values: dict[str, list[str]], name: str) -> str:
    """The input of a form for a part of a value: ``part-street_address`` for ``street_address``."""
    return next(each for each in values if each == name or each.endswith(f"-{name}"))
