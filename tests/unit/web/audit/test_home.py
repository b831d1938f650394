"""Where an auditor begins."""

from datetime import timedelta

import pytest

from tests.support import seeds
from tests.unit.web.audit.desk import Desk, settle
from vrm import accounts, clock, oversight


@pytest.mark.usefixtures("noon")
def test_it_says_how_things_stand(desk, world):
    """The state of the log, the mandate's end, and where to go from here."""
    desk.get("/audit")
    assert f"The log holds {world.size} entries." in desk.page
    assert "The last day of your mandate is" in desk.page and "in 30 days" in desk.page
    assert "Nothing out of the ordinary was found." in desk.page and "No case is open." in desk.page
    for path in (
        "/audit/exposure",
        "/audit/looks",
        "/audit/tokens",
        "/audit/views",
        "/audit/checkpoints#check",
    ):
        assert f'href="{path}"' in desk.page


def test_an_empty_house_has_a_home(desk):
    """Before anything happened the page says so."""
    desk.get("/audit")
    assert "The log is empty." in desk.page


@pytest.mark.usefixtures("noon")
def test_the_last_day_is_said(app, house):
    """A mandate that ends at midnight holds on the day before, and the page names that day."""
    desk = Desk(app, seeds.auditor(house))
    now, midnight = clock.now(), clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    for days, words in ((1, "Today is the last day of your mandate"), (2, "mandate is tomorrow")):
        until = midnight + timedelta(days=days)
        house.database.write(
            lambda db, until=until: accounts.extend_auditor(
                db, auditor_id=desk.who.auditor_id, until=until, now=now
            )
        )
        desk.get("/audit")
        assert words in desk.page


def test_what_others_do_is_seen(desk, colleague, world, house):
    """Looks of other auditors stand there by name, one's own do not; open cases by title."""
    colleague.get("/audit/log/0")
    house.database.write(
        lambda db: oversight.open_case(
            db, house.keys, title="The night of the 3rd", auditor_id=colleague.who.auditor_id, now=clock.now()
        )
    )
    settle(house)
    desk.get("/audit")
    desk.get("/audit")
    assert "<bdi>Ingrid Solheim</bdi>: An entry" in desk.page and 'href="/audit/log/0"' in desk.page
    assert "<bdi>R. Okafor</bdi>:" not in desk.page
    assert "<bdi>The night of the 3rd</bdi>" in desk.page and "Nothing marked yet" in desk.page
