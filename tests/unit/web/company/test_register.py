"""Signing an organisation up."""

from tests.support.forms import find_form
from tests.unit.web.company.people import FORM
from tests.unit.web.portal.actors import PASSWORD
from vrm import companies


def registered(house):
    return house.database.read(lambda db: companies.list_companies(db))


def test_from_an_address_to_an_organisation(stranger, post, house):
    """Address, mailed link, password and name, organisation: then the person is its owner, and it is pending."""
    stranger.post("/company/sign-up", 200, email="jana@nordlicht.example")
    link = post.link("jana@nordlicht.example")
    stranger.get(link)
    stranger.post(link, token=stranger.hidden("token"), name="Jana Weiss", new_password=PASSWORD)
    answer = stranger.get("/company", 303)
    stranger.get(answer.location)
    assert "Who are you" in stranger.page
    copied = {**FORM, "domain": "https://www.nordlicht.example/"}  # as a browser shows it
    stranger.post("/company/register", follow=True, **copied)
    assert "Nordlicht GmbH" in stranger.page and "first owner" in stranger.page
    (made,) = registered(house)
    assert (made.state, made.contact, made.owner) == ("pending", "privacy@nordlicht.example", None)
    assert made.domain == "www.nordlicht.example"
    assert made.purposes == {"dpv:DeliveryOfGoods": companies.Stated("To bring you what you ordered.", 90)}
    (member,) = house.database.read(lambda db: companies.list_members(db, company_id=made.id))
    assert member.role == "owner"


def test_every_fault_at_once_and_nothing_lost(newcomer, house):
    """Each field that is wrong says so beside it, all at once, and everything typed is still there."""
    wrong = FORM | {
        "legal_name": "", "contact": "nobody", "domain": "https://nordlicht.example:8443/",
        "privacy_notice_url": "http://nordlicht.example", "days-0": "4000",
        "purpose-1": "dpv:DeliveryOfGoods", "why-1": "Twice.",
    }  # fmt: skip
    newcomer.post("/company/register", 400, **wrong)
    for field in ("legal_name", "contact", "domain", "privacy_notice_url", "days-0", "purpose-1"):
        assert f'id="{field}-wrong"' in newcomer.page, field
    form = find_form(newcomer.page, "/company/register")
    assert form is not None
    shown = {name: values[0] for name, values in form.values.items()}
    for name in set(wrong) - {"do"}:
        assert shown.get(name, "").replace("\r", "") == wrong[name].replace("\r", ""), name
    assert registered(house) == []


def test_one_more_purpose(newcomer, house):
    """A button adds a row and keeps what was typed; it registers nothing and finds no fault."""
    newcomer.post("/company/register", 200, **FORM | {"legal_name": "", "do": "more"})
    assert 'name="purpose-2"' in newcomer.page and "-wrong" not in newcomer.page
    assert "To bring you what you ordered." in newcomer.page
    assert registered(house) == []


def test_a_form_sent_twice_is_one_organisation(newcomer, house):
    """Pressing the button again leads home and registers nothing more."""
    newcomer.post("/company/register", **FORM)
    assert newcomer.post("/company/register", **FORM).location == "/company"
    assert newcomer.get("/company/register", 303).location == "/company"
    assert len(registered(house)) == 1


def test_a_newcomer_is_led_to_register(newcomer):
    """Whoever belongs to no organisation is led there from every other page of the office."""
    for path in ("/company", "/company/organisation", "/company/people"):
        assert newcomer.get(path, 303).location.startswith("/company/register")


def test_marked_text_stays_text(newcomer, house):
    """What a company types cannot become markup, on its own pages or the public one."""
    evil = '<script>alert("1")</script>'
    newcomer.post("/company/register", **FORM | {"legal_name": evil, "why-0": evil, "owner": evil})
    (made,) = registered(house)
    for path in ("/company", "/company/organisation", f"/companies/{made.id}"):
        assert evil not in newcomer.client.get(path).text
