"""Inviting colleagues, roles, off-boarding; and coming in by an invitation."""

import re

import pytest

from tests.support import seeds
from tests.unit.web.company.people import Desk, account, approve, employ, organisation, signed_in
from tests.unit.web.portal.actors import PASSWORD
from vrm import companies


def invite(owner, post, email="piet@nordlicht.example", role="developer"):
    """Invite somebody over HTTP; the path of the mailed link."""
    owner.post("/company/people/invite", email=email, role=role)
    return post.link(email)


def members(house, company):
    found = house.database.read(lambda db: companies.list_members(db, company_id=company.id))
    return {each.account_id: each.role for each in found}


def token_of(link):
    return link.partition("token=")[2]


def test_an_invitation_says_who_invites_and_to_what(owner, post):
    """The letter names the colleague who invites, the organisation, and the role."""
    owner.post("/company/people/invite", email="piet@nordlicht.example", role="privacy_officer")
    (letter,) = post.deliver()
    text = letter.get_content()
    assert "Jana Weiss" in text and "Nordlicht GmbH" in text and "Privacy officer" in text


def test_an_invitation_makes_an_account_and_a_colleague(owner, post, stranger, house, company):
    """The mailed link proves the address: name and password in one step, and the person is in, in their role."""
    link = invite(owner, post)
    owner.get("/company/people")
    assert "piet@nordlicht.example" in owner.page and "One invitation is open." in owner.page
    stranger.get(link)
    assert "Nordlicht GmbH" in stranger.page and "Developer" in stranger.page
    stranger.post(
        "/company/join", follow=True, token=token_of(link), name="Piet Klaasen", new_password=PASSWORD
    )
    assert "You belong to the organisation now." in stranger.page
    assert sorted(members(house, company).values()) == ["developer", "owner"]
    owner.get("/company/people")
    assert "Piet Klaasen" in owner.page and "invitation is open" not in owner.page
    Desk(stranger.client.application).get(link, 404)


def test_a_wrong_password_loses_nothing(owner, post, stranger):
    """What is wrong stands beside its field, and the link is still good."""
    link = invite(owner, post)
    stranger.post("/company/join", 400, token=token_of(link), name="Piet Klaasen", new_password="short")
    assert 'id="new_password-wrong"' in stranger.page and 'value="Piet Klaasen"' in stranger.page
    stranger.post("/company/join", 400, token=token_of(link), name="", new_password=PASSWORD)
    assert 'id="name-wrong"' in stranger.page
    stranger.post("/company/join", token=token_of(link), name="Piet", new_password=PASSWORD)


def test_who_has_an_account_signs_in_and_comes_back(owner, post, app, house, company):
    """An invited address that has an account is asked to sign in, and joins with one button then."""
    found, email = account(house, "Piet Klaasen", "piet@nordlicht.example")
    link = invite(owner, post)
    desk = Desk(app)
    desk.post("/company/join", 409, token=token_of(link), name="Piet", new_password=PASSWORD)
    assert "There is already an account with this address." in desk.page
    going = desk.post("/company/sign-in", email=email, password=PASSWORD, next=link).location
    desk.get(going)
    assert "piet@nordlicht.example" in desk.page
    desk.post("/company/join", token=token_of(link))
    assert members(house, company)[found.id] == "developer"
    assert len(post.deliver()) == 0


def test_an_invitation_is_for_its_address_alone(owner, post, app, house, company):
    """An account with another address is told which to sign in with, and not taken in; the link stays good."""
    found, _ = account(house, "Somebody Else", "else@nordlicht.example")
    link = invite(owner, post, role="owner")
    desk = signed_in(app, house, found.id)
    for answer in (desk.get(link), desk.post("/company/join", 409, token=token_of(link))):
        assert "This invitation is for another address" in answer.text
        assert "piet@nordlicht.example" not in answer.text
    assert found.id not in members(house, company)
    piet, _ = account(house, "Piet Klaasen", "Piet@nordlicht.example")
    signed_in(app, house, piet.id).post("/company/join", token=token_of(link))
    assert members(house, company)[piet.id] == "owner"


def test_nobody_comes_back_by_an_invitation_of_before(owner, colleague, post, app, house, company, jana):
    """A link sent before to somebody who is there now ends when they are off-boarded, and when they leave."""
    for number, going in enumerate((True, False)):
        email = f"piet{number}@nordlicht.example"
        found, _ = account(house, "Piet Klaasen", email)
        link = invite(owner, post, email, role="owner")
        employ(house, company.id, found.id, "developer", jana.id)
        if going:
            owner.post(f"/company/people/{found.id}/end")
            post.deliver()
        else:
            signed_in(app, house, found.id).post("/company/people/leave")
        again = signed_in(app, house, found.id)
        again.post("/company/join", 404, token=token_of(link))
        assert found.id not in members(house, company)


def test_a_colleague_is_not_invited_again(owner, post, house, company):
    """The form says so, in whatever case their address is typed; no letter goes."""
    owner.post("/company/people/invite", 409, email="Jana@nordlicht.example", role="agent")
    assert "This person belongs to your organisation already." in owner.page
    assert post.deliver() == []


def test_an_account_belongs_to_one_organisation(owner, post, app, house, company):
    """Somebody of another organisation is told so, and the link is not used up; a colleague is sent home."""
    found, _ = account(house)
    organisation(house, found.id, name="Other GmbH", domain="other.example")
    other, link = signed_in(app, house, found.id), invite(owner, post)
    other.get(link)
    assert "belongs to another organisation" in other.page
    other.post("/company/join", 409, token=token_of(link))
    owner.get(link)
    assert "You belong to this organisation already" in owner.page
    assert found.id not in members(house, company)
    Desk(app).get(link)


def test_a_link_that_is_over(stranger, owner, post):
    """Unknown, withdrawn and used links look alike, whoever holds them."""
    link = invite(owner, post)
    owner.get("/company/people")
    withdraw = owner.page.partition('action="/company/people/invitations/')[2].partition('"')[0]
    owner.post(f"/company/people/invitations/{withdraw}", follow=True)
    assert "piet@nordlicht.example" not in owner.page
    pages = [stranger.get(path, 404).text for path in (link, "/company/join?token=x", "/company/join")]
    assert all("This link has ended" in page for page in pages)
    stranger.post("/company/join", 404, token=token_of(link), name="Piet", new_password=PASSWORD)


def test_a_stranger_learns_nothing_of_addresses(stranger, house):
    """Without a good link the page says the same of an address that has an account and of one that has none."""
    account(house, email="piet@nordlicht.example")
    for email in ("piet@nordlicht.example", "nobody@nordlicht.example"):
        stranger.post("/company/join", 404, token="x", email=email, name="P", new_password=PASSWORD)
        assert "This link has ended" in stranger.page and email not in stranger.page


def test_another_role_holds_from_the_next_request(owner, colleague, house, company):
    """A colleague's new role opens its pages at once."""
    desk, found = colleague("agent")
    desk.get("/company/organisation/purposes", 403)
    owner.post(f"/company/people/{found.id}/role", role="privacy_officer")
    desk.get("/company/organisation/purposes")
    owner.post(f"/company/people/{found.id}/role", 400, role="king")
    assert members(house, company)[found.id] == "privacy_officer"


def test_off_boarding_is_at_once(owner, colleague, house, company):
    """Their sessions end with the membership: the next request finds nobody signed in."""
    desk, found = colleague("developer")
    owner.get(f"/company/people/{found.id}/end")
    assert "Piet Klaasen" in owner.page
    owner.post(f"/company/people/{found.id}/end", follow=True)
    assert "Off-boarded." in owner.page
    assert desk.get("/company", 303).location.startswith("/company/sign-in")
    assert found.id not in members(house, company)


def test_the_last_owner_stays(owner, jana, colleague, house, company):
    """The only owner can neither go nor become something else; with a second one they leave and are signed out."""
    owner.get("/company/people")
    assert "The only owner." in owner.page
    owner.post(f"/company/people/{jana.id}/end", 409)
    owner.post(f"/company/people/{jana.id}/role", 409, role="agent")
    assert members(house, company) == {jana.id: "owner"}
    colleague("owner")
    assert owner.post(f"/company/people/{jana.id}/end").location.startswith("/company/sign-in")
    owner.get("/company", 303)
    assert jana.id not in members(house, company)


@pytest.mark.parametrize("role", ["owner", "developer", "agent", "privacy_officer"])
def test_anybody_may_leave(colleague, app, house, company, role):
    """Their sessions end with the membership; the account stays, and belongs nowhere."""
    desk, found = colleague(role)
    desk.get("/company/people")
    assert 'href="/company/people/leave"' in desk.page
    desk.get("/company/people/leave")
    assert "Leave the organisation?" in desk.page
    desk.post("/company/people/leave", follow=True)
    assert "You have left the organisation" in desk.page
    assert desk.get("/company", 303).location.startswith("/company/sign-in")
    assert found.id not in members(house, company)
    assert signed_in(app, house, found.id).get("/company", 303).location.startswith("/company/register")


def test_the_last_owner_cannot_leave(owner, jana, colleague, house, company):
    """They are told whom it needs first; a colleague who is no owner does not help."""
    colleague("developer")
    owner.get("/company/people")
    assert 'href="/company/people/leave"' not in owner.page
    owner.get("/company/people/leave")
    assert "an organisation keeps at least one owner" in owner.page
    owner.post("/company/people/leave", 409)
    assert members(house, company)[jana.id] == "owner"


def test_five_invitations_a_day_before_approval(owner, post, house, company):
    """The sixth is refused in the form, with its address still there; no letter goes."""
    for number in range(5):
        owner.post("/company/people/invite", email=f"p{number}@nordlicht.example", role="agent")
    assert len(post.deliver()) == 5
    owner.post("/company/people/invite", 429, email="p5@nordlicht.example", role="agent")
    assert "you can send five invitations a day" in owner.page and "p5@nordlicht.example" in owner.page
    assert post.deliver() == []


def test_a_letter_says_when_nobody_has_checked(owner, post, stranger, house, company):
    """Before approval the letter and its page say so; afterwards the organisation invites under its name."""
    owner.post("/company/people/invite", email="piet@nordlicht.example", role="agent")
    (letter,) = post.deliver()
    text = letter.get_content()
    assert "Nordlicht" not in letter["Subject"]
    assert "Nordlicht GmbH" in text and "We have not checked yet" in text
    stranger.get("/company/join?token=" + token_of(text).split()[0])
    assert "The operator has not approved them" in stranger.page
    approve(house, company)
    link = invite(owner, post, "ida@nordlicht.example")
    stranger.get(link)
    assert "The operator has not approved them" not in stranger.page


@pytest.mark.parametrize("role", ["developer", "agent", "privacy_officer"])
def test_only_owners_change_people(colleague, jana, house, company, role):
    """Others see the list, and every change is refused them."""
    desk, found = colleague(role)
    desk.get("/company/people")
    assert "jana@nordlicht.example" in desk.page
    desk.post("/company/people/invite", 403, email="x@y.example", role="agent")
    desk.post(f"/company/people/{found.id}/role", 403, role="owner")
    desk.post(f"/company/people/{jana.id}/end", 403)
    assert members(house, company) == {jana.id: "owner", found.id: role}


def test_nobody_reaches_into_another_organisation(owner, app, house, company):
    """An owner can neither change nor off-board somebody of another organisation, nor see them."""
    found, email = account(house, "Someone Else")
    organisation(house, found.id, name="Other GmbH", domain="other.example")
    owner.post(f"/company/people/{found.id}/role", 404, role="agent")
    owner.post(f"/company/people/{found.id}/end", 404)
    owner.get(f"/company/people/{found.id}/end", 404)
    owner.get("/company/people")
    assert email not in owner.page and "Someone Else" not in owner.page


def test_what_is_wrong_with_an_invitation(owner):
    """A missing role or a bad address stands beside its field."""
    owner.post("/company/people/invite", 400, email="nobody", role="agent")
    assert 'id="email-wrong"' in owner.page and 'value="nobody"' in owner.page
    owner.post("/company/people/invite", 400, email="piet@nordlicht.example")
    assert 'id="role-wrong"' in owner.page
    owner.post("/company/people/invite", 400, email="piet@nordlicht.example", role="king")
    assert 'id="role-wrong"' in owner.page


def test_somebody_half_way_in_proves_the_factor_first(owner, post, app, house, company):
    """Before the second factor is proved nobody joins; the way there comes back to the link."""
    found, _ = account(house, "Piet Klaasen")
    seeds.second_factor(house, found.id)
    desk, link = signed_in(app, house, found.id), invite(owner, post)
    for answer in (desk.get(link, 303), desk.post("/company/join", token=token_of(link))):
        assert answer.location.startswith("/company/second-factor?next=%2Fcompany%2Fjoin")
    assert found.id not in members(house, company)


def test_the_letter_and_the_page_in_german(owner, post, stranger, house, company):
    """The letter is in the language of whoever invites, the page in that of whoever reads."""
    approve(house, company)
    owner.get("/company/people?lang=de")
    owner.post("/company/people/invite", email="piet@nordlicht.example", role="developer")
    (letter,) = post.deliver()
    assert "Nordlicht GmbH lädt Sie" in letter["Subject"]
    link = "/company/join?token=" + token_of(letter.get_content()).split()[0]
    stranger.get(f"{link}&lang=de")
    assert "Nordlicht GmbH</bdi> lädt Sie ein" in stranger.page and "Entwickler" in stranger.page


def test_who_is_off_boarded_hears_of_it(owner, colleague, post, app, house):
    """A letter goes to them, and where they sign in again a page says what happened, from where they can go on."""
    _, found = colleague("agent")
    owner.post(f"/company/people/{found.id}/end")
    (letter,) = post.deliver()
    assert "Your access to Nordlicht GmbH" in letter["Subject"] and "signed out" in letter.get_content()
    again = signed_in(app, house, found.id)
    again.get(again.get("/company", 303).location)
    assert "You do not belong to Nordlicht GmbH any more" in re.sub("</?bdi>", "", again.page)
    again.get("/company/register?another=yes")
    assert "Who are you" in again.page


def test_who_leaves_needs_no_letter(colleague, post, app, house):
    """They know; the page says it all the same."""
    desk, found = colleague("agent")
    desk.post("/company/people/leave")
    assert post.deliver() == []
    again = signed_in(app, house, found.id)
    again.get("/company/register")
    assert "any more" in again.page
