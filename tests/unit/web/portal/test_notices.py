"""What the person was told, how they want to hear, and the letter about a browser that was not seen before."""

import re
from datetime import timedelta

import pytest

from tests.unit.web.portal.actors import PASSWORD, Browser
from vrm import clock, notices

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def letters_to(post, who="mia@post.example"):
    return [letter for letter in post.deliver() if letter["To"] == who]


def test_a_new_browser_is_told_once(app, mia, post):
    """The letter says when and in which browser, and how to sign everybody out; the same browser is not told again."""
    post.deliver()
    other = Browser(app)
    other.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    other.sign_in("mia@post.example")
    (letter,) = letters_to(post)
    text = letter.get_content()
    assert "Firefox on Linux" in text and "/account" in text
    assert "Answer" not in text and letter["Reply-To"] is None
    cookie = other.client.get_cookie("vrm-device")
    assert cookie is not None and cookie.max_age is not None
    assert cookie.http_only and cookie.max_age > 86400 * 365
    other.post("/sign-out")
    other.sign_in("mia@post.example")
    mia.post("/sign-out")
    mia.sign_in("mia@post.example")  # in which she signed up
    assert letters_to(post) == []
    assert "Firefox" in other.get("/notices").text
    assert other.get("/notices").text.count(">New<") == 0  # she has looked


def test_nothing_of_a_browser_is_kept_in_clear(app, mia, post, house):
    """Neither the cookie nor what the browser calls itself stands in the database."""
    other = Browser(app)
    other.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    other.sign_in("mia@post.example")
    cookie = other.client.get_cookie("vrm-device")
    assert cookie is not None
    rows = house.database.read(
        lambda db: [
            tuple(row)
            for table in ("notice_devices", "notices")
            for row in db.connection().exec_driver_sql(f"SELECT * FROM {table}")
        ]
    )
    assert rows and not re.search(rf"{cookie.value}|Firefox|Linux", repr(rows))


def test_preferences_are_kept_by_one_form(mia, owner, house):
    """What was chosen is on the page again, and holds; what was not offered changes nothing."""
    mia.get("/notices/settings")
    mia.post(
        "/notices/settings",
        follow=True,
        **{
            "how-unusual": "digest",
            "how-reminder": "off",
            "every": "weekly",
            "hour": "18",
            "discreet": "yes",
        },
    )
    assert 'value="18" selected' in mia.page and "checked" in mia.page
    kept = house.database.read(lambda db: notices.preferences_of(db, house.keys, consumer_id=owner(mia)))
    assert (kept.way("unusual"), kept.way("reminder"), kept.way("proposed")) == ("digest", "off", "digest")
    assert (kept.every, kept.hour, kept.discreet) == ("weekly", 18, True)
    for bad in (
        {"how-receipt": "off"},
        {"how-proposed": "loudly"},
        {"hour": "24"},
        {"hour": "x"},
        {"every": "never"},
    ):
        mia.post("/notices/settings", 400, **{"hour": "7", **bad})
    assert kept == house.database.read(
        lambda db: notices.preferences_of(db, house.keys, consumer_id=owner(mia))
    )


def test_a_changed_password_is_told_however_discreet(mia, post):
    """What concerns the account alone is written at once and plainly, and stands among the notices."""
    mia.post("/notices/settings", hour="7", discreet="yes")
    mia.post("/account/password", current_password=PASSWORD, new_password="nine quiet otters")
    (letter,) = letters_to(post)
    assert "password" in letter["Subject"]
    mia.get("/notices")
    assert "Your password was changed" in mia.page


@pytest.mark.parametrize("pages", [2])
def test_old_notices_are_on_the_next_page(mia, owner, house, pages):
    """Newest first, a page at a time; another person's place leads nowhere."""
    who = owner(mia)

    def tell(db):
        for number in range(31):
            notices.tell(
                db, house.keys, consumer_id=who, kind="password", about="account", period=str(number),
                values={"when": clock.now().isoformat()}, issuer="http://localhost:8000", now=clock.now(),
            )  # fmt: skip

    house.database.write(tell)
    mia.get("/account")
    room = re.compile(
        r'<li><a href="/notices">.*?<span class="n" aria-hidden="true">\d+</span>.*?\d+ new notices'
    )
    assert room.search(mia.page)
    mia.get("/home")
    assert re.search(r'href="/notices">\d+ new notices<', mia.page)
    mia.get("/notices")
    mia.get("/home")
    assert "new notice" not in mia.page
    mia.get("/notices")
    older = re.search(r'href="(/notices\?before=[0-9a-f]+)"', mia.page)
    assert older is not None
    mia.get(older[1])
    assert mia.page.count("Choose a new password") == pages // 2
    assert "Nothing older" in mia.get("/notices?before=00").text
    assert "Nothing older" in mia.get("/notices?before=x").text


def test_a_notice_of_what_is_over_offers_no_change(mia, owner, shop, house):
    """It leads to its consent, and says what it did until that ended."""
    who = owner(mia)
    consent_id = shop.granted(who, "name")
    until = (clock.now() + timedelta(days=1)).isoformat()
    said = {"company": "Hawthorn", "consent_id": consent_id, "labels": ["Full name"], "expires_at": until}
    house.database.write(
        lambda db: notices.tell(
            db, house.keys, consumer_id=who, kind="ending", about=consent_id, period="1",
            values=said, issuer="http://localhost:8000", now=clock.now(),
        )
    )  # fmt: skip
    for end, act in ((False, "Let it run longer, or stop it"), (True, "See what became of it")):
        if end:
            mia.post(f"/consents/{consent_id}/revoke")
        mia.get("/notices")
        assert re.findall(rf'href="/consents/{consent_id}">(.*?)<', mia.page) == [act]
