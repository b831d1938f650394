"""The link of a letter stops or pauses one consent without signing in, tells nothing, and does nothing by being opened."""

from datetime import timedelta

import pytest
from time_machine import travel

from vrm import accesslog, clock, consents


@pytest.fixture
def given(house, mia, owner, shop):
    """A consent of Mia's, and the path of the link in a letter about it."""
    consumer_id = owner(mia)
    consent_id = shop.granted(consumer_id, "name")
    code = consents.stop_code(house.keys, consumer_id=consumer_id, consent_id=consent_id)
    return consumer_id, consent_id, f"/stop/{code}"


def standing(house, given):
    consent = house.database.read(
        lambda db: consents.get_consent(db, consumer_id=given[0], consent_id=given[1])
    )
    return consent.state, consent.paused


def newest(house, given):
    return house.database.read(
        lambda db: accesslog.list_for_consumer(db, consumer_id=given[0], consent_id=given[1], limit=1)
    )[0]


def test_opening_the_link_changes_nothing_and_tells_little(house, browser, given):
    """Programs that look through mail open it; who shares the mailbox learns neither who may read, nor what."""
    path = given[2]
    for method in ("get", "head"):
        answer = getattr(browser.client, method)(path)
        assert (answer.status_code, answer.headers["Referrer-Policy"]) == (200, "same-origin")
    browser.get(path)
    for secret in ("Hawthorn", "hawthorn", "Full name", "mia@post.example", given[0]):
        assert secret not in browser.page
    assert standing(house, given) == ("active", None)


@pytest.mark.parametrize(("act", "then"), [("stop", ("revoked", None)), ("pause", ("active", "alone"))])
def test_a_button_does_it_at_once_and_only_once(house, browser, post, given, act, then):
    """The consent stands otherwise, the log says by what way, the person has one letter, and of an end their receipt as
    well; again does nothing.
    """
    post.deliver()
    browser.post(given[2], follow=True, act=act)
    assert standing(house, given) == then
    event = newest(house, given)
    assert (event.entry["actor"], event.detail["channel"]) == ("consumer", "link")
    browser.post(given[2], follow=True, act=act)
    assert newest(house, given).event_id == event.event_id
    letters = post.deliver()
    assert len(letters) == (2 if act == "stop" else 1)
    assert {letter["To"] for letter in letters} == {"mia@post.example"}
    assert any("Hawthorn" in letter["Subject"] for letter in letters)
    told = " ".join(" ".join(letter.get_body(("plain",)).get_content().split()) for letter in letters)
    assert "The link in our letter was used" in told and "was answered" not in told


@pytest.mark.parametrize(("act", "deed"), [("stop", "stopped"), ("pause", "paused")])
def test_the_person_is_told_that_it_was_a_letter(mia, browser, given, act, deed):
    """Whoever reads the mailbox may have done it: home and the consent's page say by what way."""
    browser.post(given[2], act=act)
    mia.get("/home")
    assert f"You {deed} <bdi>Hawthorn Books Ltd</bdi> by the link in a letter" in mia.page
    mia.get(f"/consents/{given[1]}")
    assert f"You {deed} it by the link in a letter" in mia.page


def test_what_is_paused_can_still_be_stopped_and_what_ended_cannot_come_back(house, browser, given):
    """The code takes back and gives nothing: no button resumes, and after the end there is none."""
    browser.post(given[2], follow=True, act="pause")
    assert 'value="stop"' in browser.page and 'value="pause"' not in browser.page
    browser.post(given[2], 400, act="resume")
    browser.post(given[2], follow=True, act="stop")
    assert standing(house, given)[0] == "revoked"
    assert "<button" not in browser.page.partition("<main")[2].partition("</main>")[0]
    browser.post(given[2], follow=True, act="pause")
    assert standing(house, given)[0] == "revoked"


def test_a_form_of_another_site_stops_nothing(house, browser, given):
    """Without the secret of our own page, or from elsewhere, it is refused."""
    browser.post(given[2], 403, csrf="x", act="stop")
    answer = browser.client.post(
        given[2], data={"csrf": browser.csrf(), "act": "stop"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert standing(house, given) == ("active", None)


def test_every_wrong_link_is_the_same_page(house, browser, given):
    """A code that is nobody's, one changed, one too short: nothing is there, and the page says no more."""
    wrong = [given[2][:-1], given[2] + "a", "/stop/" + "a" * 48, "/stop/x", given[2][:-1] + "ä"]
    for path in wrong:
        browser.get(path, 404)
        browser.post(path, 404, act="stop")
    assert standing(house, given) == ("active", None)


def test_who_is_forgotten_has_no_link(house, browser, given):
    """With the person the code is gone."""
    house.database.write(lambda db: consents.forget(db, consumer_id=given[0]))
    browser.get(given[2], 404)
    browser.post(given[2], 404, act="stop")


def test_what_has_run_out_is_said_to_have_ended(house, browser, mia, owner, shop):
    """Nothing is done to what is over; the page does not wait for a sweep to know."""
    consumer_id = owner(mia)
    consent_id = shop.granted(consumer_id, "name", days=1)
    code = consents.stop_code(house.keys, consumer_id=consumer_id, consent_id=consent_id)
    with travel(clock.now() + timedelta(days=2), tick=False):
        browser.get(f"/stop/{code}")
        assert "has ended" in browser.page
        browser.post(f"/stop/{code}", act="stop")
    assert newest(house, (consumer_id, consent_id)).type == "consent.granted"
