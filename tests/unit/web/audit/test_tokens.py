"""Tokens for an auditor's programs."""

import re

import pytest

from tests.unit.web.portal.actors import found
from vrm import accounts, clock


def made(desk, name="weekly report", days="30", status=200):
    """Fill in the form."""
    desk.post("/audit/tokens", status, name=name, days=days)


def shown(desk):
    """The token on the page; None where there is none."""
    match = re.search(r"vrm_au_[A-Za-z0-9_-]+", desk.page)
    return match[0] if match else None


def test_a_token_is_shown_once_and_works(desk, house):
    """It finds its auditor, and is on no page afterwards; its name is."""
    made(desk)
    token = shown(desk)
    whose = house.database.read(lambda db: accounts.find_auditor_by_token(db, token=token, now=clock.now()))
    assert whose == desk.who.auditor_id
    desk.get("/audit/tokens")
    assert shown(desk) is None and "<bdi>weekly report</bdi>" in desk.page and "/v1/audit/" in desk.page


def test_a_token_is_ended_at_once(desk, house):
    """After that it finds nobody."""
    made(desk)
    token, path = shown(desk), found(r'action="(/audit/tokens/[^"]+/end)"', desk.page)
    desk.post(path, follow=True)
    assert "You have no token." in desk.page
    assert (
        house.database.read(lambda db: accounts.find_auditor_by_token(db, token=token, now=clock.now()))
        is None
    )


def test_nobody_ends_anothers_token(desk, colleague):
    """To others it is not there."""
    made(desk)
    colleague.post(found(r'action="(/audit/tokens/[^"]+/end)"', desk.page), 404)
    desk.get("/audit/tokens")
    assert "weekly report" in desk.page


@pytest.mark.parametrize(
    ("name", "days"), [("", "30"), ("x" * 61, "30"), ("report", "400"), ("report", "x"), ("report", "")]
)
def test_what_is_wrong_is_said(desk, name, days):
    """No token is made, and what was typed stands there still."""
    made(desk, name, days, 400)
    assert "No token was made" in desk.page and shown(desk) is None
    assert f'value="{name}"' in desk.page


def test_there_are_twenty_at_most(desk):
    """The 21st is refused with what to do."""
    for number in range(20):
        made(desk, f"report {number}")
    made(desk, "one more", status=409)
    assert "There are 20 tokens already. End one first." in desk.page
