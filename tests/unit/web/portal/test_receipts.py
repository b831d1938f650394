"""Receipts over HTTP: a page to read or print, the signed file, and nobody else's."""

import re
from datetime import timedelta
from io import BytesIO

from tests.unit.web.portal.test_verifying import publish
from vrm import clock, consents, receipts


def verified(house, answer):
    """The file holds, for whoever knows the keys."""
    keys = house.keys.receipt_keys.published(clock.now())
    found = receipts.verify(answer.data, keys=keys, vkeys=house.log_verifiers())
    assert found.faults == () and found.signed_by is not None
    return found


def test_what_i_agreed_to_in_three_clicks_from_home(mia, owner, shop, house):
    """Home, the consent, its receipt: who, what, what for, until when; and the file proves it with the log."""
    consent_id = shop.granted(owner(mia), "nickname")
    mia.get("/home")
    mia.get("/consents")
    assert f'href="/consents/{consent_id}"' in mia.page
    mia.get(f"/consents/{consent_id}")
    assert f'href="/consents/{consent_id}/receipts/1"' in mia.page
    mia.get(f"/consents/{consent_id}/receipts/1")
    for said in (
        "You allowed what is marked here",
        "We send you books.",
        "Ends by itself",
        "for 30 days",
        "It is new",
    ):
        assert said in mia.page
    assert verified(house, mia.get(f"/consents/{consent_id}/receipts/1/file")).logged == "not_in_it"
    publish(house)
    assert "--vkey" in mia.get(f"/consents/{consent_id}/receipts/1").text
    answer = mia.get(f"/consents/{consent_id}/receipts/1/file")
    assert verified(house, answer).committed
    assert re.fullmatch(
        r'attachment; filename="receipt-[0-9a-f]{8}\.json"', answer.headers["Content-Disposition"]
    )
    assert answer.mimetype == "application/json"
    keys = mia.get("/receipts/keys").json["keys"]
    assert verified(house, answer).signed_by == keys[0]["kid"] and "d" not in keys[0]


def test_a_refusal_has_its_receipt_in_the_history(mia, owner, shop, house):
    """What was refused has no page of its own; its receipt is one click from the history."""
    ask_id = shop.ask(owner(mia), "nickname")
    mia.get(f"/asks/{ask_id}/receipt", 404)
    house.database.write(
        lambda db: consents.refuse(
            db,
            house.keys,
            consumer_id=owner(mia),
            ask_id=ask_id,
            now=clock.now(),
            notice={"company": "Hawthorn"},
        )
    )
    mia.get("/consents?show=history")
    assert f'href="/asks/{ask_id}/receipt"' in mia.page
    mia.get(f"/asks/{ask_id}/receipt")
    assert "You refused what they asked" in mia.page and "take it back" not in mia.page
    assert verified(house, mia.get(f"/asks/{ask_id}/receipt/file")).faults == ()


def test_the_page_of_an_older_version_says_what_took_its_place(mia, owner, shop, house):
    """A later version, and then the end of it all, stand in plain words on top of the receipt of the first."""
    consent_id, who = shop.granted(owner(mia), "nickname"), owner(mia)
    place = {"consumer_id": who, "consent_id": consent_id}
    house.database.write(
        lambda db: consents.change(
            db, house.keys, **place, ends=clock.now() + timedelta(days=3), notice_version=1, now=clock.now()
        )
    )
    mia.get(f"/consents/{consent_id}/receipts/1")
    assert "A later version took the place of this one" in mia.page
    house.database.write(lambda db: consents.revoke(db, house.keys, **place, now=clock.now()))
    mia.get(f"/consents/{consent_id}/receipts/1")
    assert "This consent is over" in mia.page and "you revoked it" in mia.page
    assert "Would have ended by itself" in mia.page and "Was allowed" in mia.page
    assert "take it back" not in mia.page and "revoke in two steps" not in mia.page


def test_nobody_elses(mia, owner, shop, newcomer):
    """Somebody else's receipt does not exist, nor one of a version that never was."""
    consent_id, ask_id = shop.granted(owner(mia), "nickname"), shop.ask(owner(mia), "nickname")
    ben = newcomer("ben@post.example")
    for path in (f"/consents/{consent_id}/receipts/1", f"/asks/{ask_id}/receipt"):
        ben.get(path, 404)
        ben.get(f"{path}/file", 404)
    for number in ("2", "3000000000", "9" * 25):
        mia.get(f"/consents/{consent_id}/receipts/{number}", 404)


def checked(browser, data, status=200):
    """What the page for everybody says of a file."""
    browser.post("/receipts/check", status, receipt=(BytesIO(data), "receipt.json"))
    return browser.page


def test_anybody_checks_a_receipt(mia, owner, shop, house, browser):
    """Who is not signed in learns that we signed it, that the log holds it and what it says; nothing else of the person."""
    consent_id = shop.granted(owner(mia), "nickname")
    fresh = mia.get(f"/consents/{consent_id}/receipts/1/file").data
    page = checked(browser, fresh)
    assert "We signed it" in page and "is not in this file" in page
    publish(house)
    mia.post(f"/consents/{consent_id}/revoke")
    publish(house)
    before = checked(browser, fresh)
    assert "Nothing more may be read under it" not in before  # it tells what is in the file, and no more
    page = checked(browser, mia.get(f"/consents/{consent_id}/receipts/1/file").data)
    for said in (
        "holds the decision as well",
        "We send you books.",
        "Was allowed",
        "Was allowed",
        "Nothing more may be read",
    ):
        assert said in page
    assert consent_id not in page and "Mimi" not in page


def test_what_is_no_receipt_of_ours_is_not_relied_on(mia, owner, shop, house, browser):
    """A changed byte, another instance's, or no receipt at all: it says so, shows nothing of it, and no program's words."""
    consent_id = shop.granted(owner(mia), "nickname")
    publish(house)
    data = mia.get(f"/consents/{consent_id}/receipts/1/file").data
    evil = data.replace(b"send you books", b"<script>x</script>")
    for bad in (
        data + b" ",
        evil,
        data.replace(b"30", b"31"),
        b"{}",
        b"\xff" * 99,
        b"[" * 100_000,
        b"null",
    ):
        page = checked(browser, bad)
        assert "Do not rely on it" in page and "We signed it" not in page, bad[:99]
        assert "<script>x" not in page and "books" not in page and "Traceback" not in page
    for missing in ({}, {"receipt": "a name, and no file"}, {"receipt": (BytesIO(b""), "empty.json")}):
        browser.post("/receipts/check", 400, **missing)
        assert "Choose the file of a receipt first" in browser.page
    browser.post("/receipts/check", 413, receipt=(BytesIO(b" " * (1 << 20)), "long.json"))
    browser.post("/receipts/check", 403, csrf="forged", receipt=(BytesIO(data), "receipt.json"))
