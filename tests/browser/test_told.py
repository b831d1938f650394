"""What happens without the person: it is told at home and by letter, in plain words, with one press to act on it."""

import re
import smtplib
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser import past
from tests.browser.clicks import Clicks
from tests.browser.conftest import Browse
from tests.browser.people import (
    NEEDED,
    Back,
    Resident,
    follow,
    heading,
    letter_in_mail,
    link_in_mail,
    move_in,
    open_shop,
    press,
    sign_in,
)
from tests.browser.post import Post
from tests.browser.windows import Shown, shows
from tests.support.actors import MARKETING, Company, World, needed
from vrm import clock, companies
from vrm.worker import run_once

STOP = r"http\S+/stop/\w+"


@shows(Shown.ONCE, Shown.WEEKLY, Shown.HOME, quick="desktop")
def test_done_at_once_and_read_too_soon(mia: Resident, shop: Company, city: World) -> None:
    """What was for once ends when it was read, what was for once a week is refused the second time; home tells both."""
    once = mia.decide(shop, needed("birthdate", any_of=["age_over_18"], frequency="once"))
    weekly = mia.decide(shop, needed("name", frequency="weekly"))
    for each in (once, weekly):
        past.read(mia, shop, each.consent_id, ago=timedelta(hours=1))
    assert shop.read(weekly.access_token).status_code == 429
    run_once(city.house)
    assert shop.read(once.access_token).status_code == 401

    page, main = mia.page, mia.page.get_by_role("main")
    told = page.get_by_role("region", name="What happened")
    for link, page_says in (
        ("Your consent to Nordlicht Versand ended: it was for once", "It was for once, and they read it."),
        ("refused.*as often as you allow", "Refused"),
        ("Nordlicht Versand read: .*Full name", "Delivering what you ordered"),
    ):
        clicks = Clicks(page)
        clicks.click(told.get_by_role("link", name=re.compile(link)))
        expect(main).to_contain_text(page_says)
        assert clicks.count == 1
    mia.open(f"/consents/{weekly.consent_id}")
    expect(main).to_contain_text("They may read it again from")


@shows(Shown.LINK, Shown.DISCREET, quick="phone")
def test_from_a_letter_to_the_end(
    mia: Resident, shop: Company, city: World, back: Back, mail: Path, browse: Browse
) -> None:
    """The link in the receipt pauses and stops without a password; then the page of notices tells what was written.

    Whoever shares the mailbox says so there, once, and letters name nobody from then on.
    """
    held = mia.decide(shop, needed("name"))
    link = link_in_mail(mail, mia.email, STOP)
    page = mia.page
    session = page.context.cookies()
    page.context.clear_cookies()
    page.goto(link)
    heading(page, "Stop a consent you gave?")
    expect(page.get_by_role("main")).not_to_contain_text("Nordlicht")
    press(page, "Pause the consent")
    heading(page, "This consent is paused")
    assert shop.read(held.access_token).status_code == 403
    press(page, "Stop the consent")
    heading(page, "This consent has ended")
    assert shop.read(held.access_token).status_code == 401

    page.context.add_cookies([each for each in session if each["name"] == "vrm"])  # type: ignore[misc]
    mia.open("/home")
    page.get_by_role("main").locator('a[href="/notices"]').click()
    heading(page, "What we told you")
    follow(page, "Choose what we write to you")
    page.get_by_label("Write discreetly").check()
    press(page, "Save")
    expect(page.get_by_label("Write discreetly")).to_be_checked()
    follow(page, "See the notices")
    page.get_by_role("link", name="See the receipt").last.click()
    expect(page.get_by_role("main")).to_contain_text("You allowed what is marked here, and nothing else.")

    other = open_shop(city, back, "Alder Travel")
    mia.decide(other, needed("name"))
    letter, _ = letter_in_mail(mail, mia.email, r"(?s)\A(?!.*Nordlicht).*http\S+")
    says_nothing(letter)


def says_nothing(letter: EmailMessage) -> None:
    """A letter of which who reads along learns that there is news, and no more."""
    assert letter["Subject"].endswith(": There is news for you") and not list(letter.iter_attachments())
    told = letter.get_content()
    assert not re.search("Alder|name|deliver|consent|ends|/stop/", told, re.IGNORECASE), told


@shows(Shown.PREFERENCES, Shown.DISCREET, quick="desktop, no script")
def test_what_was_put_off_comes_in_a_digest(mia: Resident, city: World, back: Back, post: Post) -> None:
    """What she wants in the digest comes with the next one and in no letter before; written discreetly it names nobody."""
    page, day = mia.open("/notices/settings"), timedelta(days=1)
    for kind in ("What ends soon", "Receipts"):
        page.get_by_label(kind, exact=True).select_option("In one letter")
    page.get_by_label("How often").select_option("Every day")
    page.get_by_label("At about").select_option(str((clock.now() + day / 2).hour))  # not while the story runs
    press(page, "Save")
    expect(page.get_by_label("What ends soon")).to_have_value("digest")

    ending(mia, city, back, "Alder Travel")
    assert post.letters(city.house, mia.email, at=clock.now()) == []
    (digest,) = post.letters(city.house, mia.email, at=clock.now() + day)
    assert digest["Subject"].endswith(": What happened since our last letter")
    told = digest.get_content()
    assert re.search(
        r"What you allow Alder Travel ends on .*\s+From then on they can no longer read: Full name", told
    )

    mia.open("/notices/settings")
    page.get_by_label("Write discreetly").check()
    press(page, "Save")
    expect(page.get_by_label("Write discreetly")).to_be_checked()
    ending(mia, city, back, "Alder Books")
    _, news = post.letters(city.house, mia.email, at=clock.now() + day)
    says_nothing(news)


def ending(mia: Resident, city: World, back: Back, company: str) -> None:
    """What she allowed a company ends soon, and that stands on her page of notices."""
    soon = past.given(mia, open_shop(city, back, company), "name", ago=25, days=28)
    title = re.compile(f"What you allow {company} ends on")
    tell(mia, soon, until=mia.open("/notices").get_by_role("heading", name=title))


def tell(mia: Resident, *consents: str, until: Locator, count: int = 1) -> None:
    """The worker tells what is due of consents given long ago, as if it had run all the time."""
    while until.count() < count:
        run_once(mia.city.house)
        for each in consents:
            past.followed(mia, each)
        run_once(mia.city.house)
        mia.page.reload()


@shows(Shown.MAIL, quick="desktop")
def test_an_answer_to_a_letter(mia: Resident, shop: Company, mail: Path, letterbox: int) -> None:
    """She answers the receipt with no more than a greeting; it has ended, and home says that she ended it."""
    held = mia.decide(shop, *NEEDED)
    receipt, _ = letter_in_mail(mail, mia.email, STOP)
    assert [each.get_content_type() for each in receipt.iter_attachments()] == ["application/json"]
    answer = EmailMessage()
    answer["From"], answer["To"], answer["Subject"] = (
        mia.email,
        receipt["Reply-To"],
        f"Re: {receipt['Subject']}",
    )
    answer.set_content("Hello. Please stop this.\n")
    with smtplib.SMTP("127.0.0.1", letterbox, timeout=20) as post:
        post.send_message(answer)
    assert shop.read(held.access_token).status_code == 401
    page = mia.open("/home")
    told = page.get_by_role("region", name="What happened")
    told.get_by_role("link", name="You stopped Nordlicht Versand by answering a letter").click()
    expect(page.get_by_role("main")).to_contain_text("They can read nothing now.")


@shows(Shown.REMINDER, Shown.ENDING, Shown.UNUSUAL, Shown.DEVICE, quick="phone, no script")
def test_notices(mia: Resident, shop: Company, city: World, back: Back, browse: Browse) -> None:
    """What is of long ago, ends soon, looks unusual, or came from a new browser is told.

    Each notice has one link to what can be done about it.
    """
    long_ago = past.given(mia, shop, "name", ago=100)
    ends_soon = past.given(mia, open_shop(city, back, "Alder Travel"), "name", ago=25, days=28)
    rude = open_shop(city, back, "Rude Books")
    held = mia.decide(rude, needed("name"))
    assert {rude.read(held.access_token, MARKETING).status_code for _ in range(5)} == {403}
    for elsewhere in (browse("desktop"), browse("phone")):  # the first of all is nothing new
        elsewhere.goto("/sign-in")
        sign_in(elsewhere, mia.email)
        expect(elsewhere).to_have_url(re.compile("/home"))
    page = mia.open("/notices")
    due = page.get_by_role("link", name=re.compile("^(Change it|Let it run longer)"))
    tell(mia, long_ago, ends_soon, until=due, count=2)
    for title, act, leads in (
        ("You still let Nordlicht Versand read", "Change it, pause it or stop it", "Nordlicht Versand"),
        ("What you allow Alder Travel ends on", "Let it run longer, or stop it", "Alder Travel"),
        ("Rude Books tried to read, and was refused", "See what they read", "Rude Books"),
        ("new browser", "", "Your account"),
    ):
        act_on(mia, title, act)
        heading(page, leads)
        mia.open("/notices")


def act_on(mia: Resident, title: str, act: str) -> None:
    """Follow the one link of a notice."""
    page = mia.page
    told = page.locator("section").filter(has=page.get_by_role("heading", name=re.compile(title)))
    told.get_by_role("link", name=re.compile(f"^{act}")).click()


@shows(Shown.CHANGED, quick="desktop")
def test_a_company_changes(mia: Resident, city: World, back: Back) -> None:
    """Of a new privacy notice and of a new owner she is told; until they ask anew they read nothing, and she can stop it."""
    tea, cider = open_shop(city, back, "Hawthorn Tea"), open_shop(city, back, "Ketch Cider")
    tokens = [mia.decide(each, needed("name")).access_token for each in (tea, cider)]
    now, write = clock.now(), city.house.database.write
    new = "https://tea.example/new"
    write(lambda db: companies.change_notice(db, company_id=tea.company_id, privacy_notice_url=new, now=now))
    write(lambda db: companies.change_owner(db, company_id=cider.company_id, owner="Ketch Holding", now=now))
    assert {each.read(token).status_code for each, token in zip((tea, cider), tokens, strict=True)} == {401}
    page = mia.open("/notices")
    tell(mia, until=page.get_by_role("link", name="See it, or stop it"), count=2)
    act_on(mia, "Hawthorn Tea changed what it promises", "See it")
    heading(page, "Hawthorn Tea")
    mia.open("/notices")
    expect(page.get_by_role("main")).to_contain_text("It belongs to Ketch Holding now.")
    act_on(mia, "Ketch Cider has a new owner", "See it")
    heading(page, "Ketch Cider")
    main = page.get_by_role("main")
    expect(main).to_contain_text("They must ask again")
    follow(page, "Who they are, and what they need data for")
    expect(main).to_contain_text("Ketch Holding")
    page.go_back()
    follow(page, "Revoke")
    press(page, "Revoke")
    expect(page.get_by_role("status")).to_contain_text("Revoked.")


def test_times_are_those_of_where_she_is(browse: Browse, city: World, back: Back) -> None:
    """A browser in Kathmandu is told the time of there from the next page on, and one without script that of Greenwich."""
    shop = open_shop(city, back)
    for settings, zone in (
        ({"timezone_id": "Asia/Kathmandu"}, "UTC+05:45"),
        ({"timezone_id": "Asia/Kathmandu", "java_script_enabled": False}, "UTC"),
    ):
        mia = move_in(city, browse("phone", **settings))
        held = past.given(mia, shop, "name", ago=3)
        past.read(mia, shop, held, ago=timedelta(days=2))
        mia.open("/sign-in")
        page = mia.open(f"/consents/{held}")
        expect(
            page.locator("time").filter(has_text=re.compile(rf"\d\s[ap]m {re.escape(zone)}$")).first
        ).to_be_visible()
