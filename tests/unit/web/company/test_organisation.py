"""What an organisation states, and changing it."""

from datetime import timedelta

import pytest

from tests.unit.web.company.people import account, organisation, seconds_pass
from vrm import clock, companies, worker
from vrm.companies import Stated
from vrm.web.company import stating


def now_stated(house, company):
    return house.database.read(lambda db: companies.get_company(db, company_id=company.id))


CHANGES = {
    "facts": {"legal_name": "Nordlicht AG", "address": "Hafen 2", "contact": "post@nordlicht.example"},
    "notice": {"privacy_notice_url": "https://nordlicht.example/privacy-2"},
    "owner": {"owner": "Polar Holding SE"},
    "purposes": {"purpose-0": "dpv:ServiceProvision", "why-0": "To serve you.", "days-0": "", "do": "save"},
    "domain": {"domain": "nordlicht.test"},
}
ALLOWED = {
    "owner": set(CHANGES),
    "privacy_officer": {"notice", "purposes"},
    "developer": set(),
    "agent": set(),
}


def test_an_owner_changes_everything(owner, house, company):
    """Each form changes what it says, as the company's own hand."""
    for name, typed in CHANGES.items():
        owner.get(f"/company/organisation/{name}")
        owner.post(f"/company/organisation/{name}", **typed)
    stated = now_stated(house, company)
    assert (stated.legal_name, stated.address, stated.contact) == (
        "Nordlicht AG", "Hafen 2", "post@nordlicht.example",
    )  # fmt: skip
    assert stated.owner == "Polar Holding SE"
    assert stated.privacy_notice_url == "https://nordlicht.example/privacy-2"
    assert stated.notice_version == 3
    assert stated.domain == "nordlicht.test"
    assert stated.purposes == {"dpv:ServiceProvision": Stated("To serve you.", None)}


@pytest.mark.parametrize("role", [role for role in ALLOWED if role != "owner"])
def test_others_change_what_their_role_opens(colleague, house, company, role):
    """A privacy officer changes notice and purposes; a developer and an agent nothing."""
    desk, _ = colleague(role)
    for name, typed in CHANGES.items():
        may = name in ALLOWED[role]
        desk.get(f"/company/organisation/{name}", 200 if may else 403)
        desk.post(f"/company/organisation/{name}", 303 if may else 403, **typed)
    for name in ("check", "token"):
        desk.post(f"/company/organisation/domain/{name}", 403)
    stated = now_stated(house, company)
    assert (stated.legal_name, stated.domain, stated.owner) == ("Nordlicht GmbH", "nordlicht.example", None)
    assert (stated.notice_version == 2) == (role == "privacy_officer")


def test_a_change_that_asks_people_anew_says_so_before(owner):
    """The forms of the notice and of the owner say what follows before anything is sent."""
    for name in ("notice", "owner"):
        owner.get(f"/company/organisation/{name}")
        assert "People are asked anew" in owner.page
    owner.get("/company/organisation/domain")
    assert "You are pending again" in owner.page


def test_wrong_values_stay_in_the_form(owner, house, company):
    """A value that is wrong comes back with its fault, and nothing is changed."""
    for name, typed in {
        "facts": {"legal_name": "N" * 201, "address": "Hafen 2", "contact": "x"},
        "notice": {"privacy_notice_url": "nordlicht"},
        "owner": {"owner": "P" * 201},
        "purposes": {"purpose-0": "", "why-0": "To serve.", "days-0": "-1", "do": "save"},
        "domain": {"domain": "nordlicht"},
    }.items():
        owner.post(f"/company/organisation/{name}", 400, **typed)
        assert 'class="wrong"' in owner.page
        for value in typed.values():
            assert value in owner.page
    assert now_stated(house, company) == company


def test_an_approved_company_keeps_a_purpose(owner, house, company):
    """Taking the last purpose away is refused in the form, not lost in an error page."""
    house.database.write(
        lambda db: companies.prove_domain(
            db, company_id=company.id, domain=company.domain, token=company.domain_token, now=clock.now()
        )
    )
    house.database.write(lambda db: companies.approve(db, company_id=company.id, now=clock.now()))
    owner.post("/company/organisation/purposes", 409, **{"purpose-0": "", "do": "save"})
    assert "An approved company keeps at least one purpose." in owner.page


def test_the_domain_is_proved_on_the_page(owner, house, company, nordlicht_site, post):
    """The page says where the line belongs, and each check says what it found, until it finds the line."""
    owner.get("/company/organisation")
    assert company.domain_token in owner.page
    assert "https://nordlicht.example/.well-known/vrm-domain-proof" in owner.page
    check = "/company/organisation/domain/check"
    for answers, told in [
        ((404, b"", {}), "answered with status 404"),
        ((301, b"", {"Location": "https://www.nordlicht.example/"}), "answered with status 301"),
        ((200, b"<html>", {}), "does not hold the token"),
        ((200, b"x" * 5000, {}), "far more than a line"),
        ((200, b"x", {"Content-Encoding": "gzip"}), "without compression"),
    ]:
        nordlicht_site.answers = answers
        owner.post(check, follow=True)
        assert told in owner.page, answers
        assert "Not proved yet" in owner.page and "Check again" in owner.page
        seconds_pass(house)
    nordlicht_site.answers = (200, b"another-1\r\n" + company.domain_token.encode() + b"\r\n", {})
    owner.post(check, follow=True)
    assert "Proved." in owner.page and now_stated(house, company).domain_proved_at is not None
    (letter,) = post.deliver()
    assert (letter["To"], "nordlicht.example is proved" in letter["Subject"]) == (
        "jana@nordlicht.example",
        True,
    )
    assert owner.post(check).location.startswith("/company/organisation")


def test_a_domain_of_somebody_else(owner, house, company, nordlicht_site):
    """A domain another company has proved is said to be taken; a site that is down, that it did not answer."""
    other = organisation(house, account(house)[0].id, name="First GmbH")
    house.database.write(
        lambda db: companies.prove_domain(
            db, company_id=other.id, domain=other.domain, token=other.domain_token, now=clock.now()
        )
    )
    nordlicht_site.answers = (200, company.domain_token.encode(), {})
    owner.post("/company/organisation/domain/check", follow=True)
    assert "Another company has proved this domain" in owner.page
    nordlicht_site.close()
    seconds_pass(house)
    owner.post("/company/organisation/domain/check", follow=True)
    assert "could not be reached" in owner.page


def test_another_line(owner, house, company, nordlicht_site):
    """After another line was given, the one before proves nothing."""
    owner.post("/company/organisation/domain/token")
    nordlicht_site.answers = (200, company.domain_token.encode(), {})
    owner.post("/company/organisation/domain/check", follow=True)
    assert "does not hold the token" in owner.page


def test_what_was_found_is_said_in_german(owner, nordlicht_site):
    """What a check found is said in the language of the page."""
    nordlicht_site.answers = (404, b"", {})
    owner.get("/company/organisation?lang=de")
    owner.post("/company/organisation/domain/check", follow=True)
    for path in ("/company/organisation", "/company/organisation/domain", "/company"):
        owner.get(path)
        assert "hat mit Status 404 geantwortet" in owner.page and "Zuletzt angesehen" in owner.page


def test_a_domain_is_not_checked_twice_at_once(owner, company, nordlicht_site):
    """Within ten seconds the page says to wait, with what was found before still there."""
    owner.post("/company/organisation/domain/check")
    answer = owner.post("/company/organisation/domain/check", 429)
    assert "Wait ten seconds" in owner.page and "answered with status 404" in owner.page
    assert 0 < int(answer.headers["Retry-After"]) <= 10


def test_where_a_proof_stands_is_seen_without_a_button(owner, colleague, house, company, nordlicht_site):
    """What the worker found is on the pages, for every role; before it has looked, nothing is amiss."""
    desk, _ = colleague("agent")
    worker.run_once(house)
    desk.get("/company/organisation")
    assert "Nobody has looked at it yet." in desk.page and "We look by ourselves" in desk.page
    assert "Not begun" in desk.page and "Not proved yet" not in desk.page
    house.database.write(
        lambda db: companies.new_domain_token(
            db, company_id=company.id, now=clock.now() - timedelta(minutes=10)
        )
    )
    worker.run_once(house)
    for path in ("/company/organisation", "/company"):
        desk.get(path)
        assert "answered with status 404" in desk.page and "Last look:" in desk.page
    owner.get("/company/organisation/domain")
    assert "answered with status 404" in owner.page
    house.database.write(
        lambda db: companies.new_domain_token(db, company_id=company.id, now=clock.now() - timedelta(days=8))
    )
    desk.get("/company/organisation")
    assert "We have stopped looking by ourselves." in desk.page


def test_purposes_are_offered_by_families(owner, house):
    """Each purpose stands once, under the broadest it belongs to, which comes first; those alone come last."""
    with owner.client.application.test_request_context("/company"):
        groups = stating.offered(house.catalogue)
    names = [name for name, _ in groups]
    assert names == [*sorted(names[:-1], key=str.casefold), "Others"]
    offered = [id for _, options in groups for id, _ in options]
    assert sorted(offered) == sorted(house.catalogue.purposes)
    families = dict(groups)
    assert families["Marketing"][0] == ("dpv:Marketing", "Marketing")
    assert ("dpv:DirectMarketing", "Sending you advertising") in families["Marketing"]
    assert max(map(len, families.values())) < 40


def test_how_long_data_is_kept_is_said_to_the_company(owner, house, company):
    """On its own page the company is spoken to; a person is not."""
    owner.get("/company/organisation")
    assert "You say you keep what you read for 90 days." in owner.page
    assert "They say" not in owner.page


def test_a_sandbox_says_which_domain_can_be_proved(owner, house, company, nordlicht_site):
    """Where a domain is typed or proved: the invented ones that are free, and how the operator lets in another."""
    for page in ("/company/organisation", "/company/organisation/domain"):
        shown = owner.get(page).text
        assert "Free to claim: <bdi>nordlicht.example</bdi>" in shown and "VRM_FETCH_ALLOW" in shown
    nordlicht_site.answers = (200, company.domain_token.encode(), {})
    owner.post("/company/organisation/domain/check")
    assert "VRM_FETCH_ALLOW" not in owner.get("/company/organisation").text
    assert "None is free just now." in owner.get("/company/organisation/domain").text
