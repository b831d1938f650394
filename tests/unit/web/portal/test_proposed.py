"""The inbox of what companies propose: beside what is kept, taken over by its person alone, in the place they choose."""

import re

import pytest

from tests.support import seeds
from tests.unit.web.portal.test_profile import ADDRESS, save
from vrm import consents, profiles, worker

NEW_HOME = {"street_address": "3 Rue Verte", "locality": "Lyon", "postal_code": "69001", "country": "FR"}


@pytest.fixture
def propose(house, mia, shop, owner):
    """``propose(...)``, see ``seeds.proposal``: under a consent of Mia's; its id."""
    place = {"consumer_id": owner(mia), "consent_id": shop.granted(owner(mia), "name")}
    consent = house.database.read(lambda db: consents.get_consent(db, **place))
    return lambda *what: seeds.proposal(house, consent, *what).id


@pytest.fixture
def kept(house, mia, owner):
    """``kept(field)``: what Mia keeps, with who proposed it and who vouches for it."""

    def look(field):
        found = house.database.read(lambda db: profiles.list_items(db, house.keys, consumer_id=owner(mia)))
        return [(item.value, item.source, item.verified_by) for item in found.get(field, [])]

    return look


def inbox(mia):
    mia.get("/profile/proposed")
    return mia.page


def test_the_inbox_is_one_click_from_home_and_profile(mia, propose):
    """Both say that something waits, until nothing does."""
    assert "Nothing is proposed" in inbox(mia)
    proposal = propose()
    for path in ("/home", "/profile"):
        mia.get(path)
        assert 'href="/profile/proposed"' in mia.page and "propose one thing" in mia.page
    page = inbox(mia)
    assert "Hawthorn Books Ltd" in page and "You are a member now." in page and "NL-20-4417" in page
    mia.post(f"/profile/proposed/{proposal}/decline", follow=True)
    assert "Declined. They do not hear of it." in mia.page and "NL-20-4417" not in mia.page
    mia.post(f"/profile/proposed/{proposal}/accept", 404, into="new/0")
    assert "decided already" in mia.page
    mia.get("/profile")
    assert 'href="/profile/proposed"' not in mia.page


def test_its_notice_offers_what_waits_and_nothing_else(mia, house, propose):
    """Once it is decided there is nothing to do about it, so nothing is offered."""
    proposal = propose()
    worker.run_once(house)
    mia.get("/notices")
    assert "See what they propose" in mia.page
    mia.post(f"/profile/proposed/{proposal}/decline")
    mia.get("/notices")
    assert "See what they propose" not in mia.page and "Nothing waits for you there any more." in mia.page


def test_accepted_it_says_who_proposed_it_and_can_be_undone(mia, propose, kept):
    """It stands in the profile as verified by them, with a way back; its history names them."""
    proposal = propose()
    mia.post(f"/profile/proposed/{proposal}/accept", into=found(inbox(mia)), follow=True)
    name = "Hawthorn Books Ltd (hawthorn.example)"
    assert kept("loyalty_number") == [(seeds.LOYALTY, name, name)]
    assert "Undo: leave it empty" in mia.page and f"<bdi>{name}</bdi>" in mia.page
    mia.get(re.findall(r'href="(/profile/loyalty_number/[^"]+)"', mia.page)[0])
    assert "Proposed by" in mia.page


def test_a_correction_goes_where_its_person_says(mia, propose, kept):
    """Of several, beside or in place of one; not over what was changed meanwhile, nor anywhere unchosen."""
    save(mia, "/profile/address", **ADDRESS)
    proposal = propose("address", NEW_HOME, "Our letter came back.")
    page = inbox(mia)
    assert "Beside what you keep" in page and "12 Elm Row" in page and "3 Rue Verte" in page
    mia.post(f"/profile/proposed/{proposal}/accept", 400)
    assert "Choose where it goes" in mia.page
    spot = re.findall(r'name="into" value="([^"]+)"', page)[1]
    item, version = spot.split("/")
    mia.post(f"/profile/proposed/{proposal}/accept", 409, into=f"{item}/{int(version) + 1}")
    assert "changed in another window" in mia.page
    mia.post(f"/profile/proposed/{proposal}/accept", into=spot)
    (only,) = kept("address")
    assert only[0]["locality"] == "Lyon" and only[2] is None


def test_blocking_empties_the_inbox(mia, propose, shop):
    """The page that blocks says so, and leads back."""
    propose()
    (link,) = re.findall(r'href="(/companies/[^"]+/block\?next=/profile/proposed)"', inbox(mia))
    mia.get(link)
    assert "What they proposed for your profile goes" in mia.page
    answer = mia.post(f"/companies/{shop.company_id}/block", next="/profile/proposed", revoke="no")
    assert answer.location == "/profile/proposed?done=blocked-reading"
    propose()
    assert "Nothing is proposed" in inbox(mia)


def found(page):
    """Where the one proposal of the page would go."""
    (into,) = re.findall(r'name="into" value="([^"]+)"', page)
    return into
