"""Filling in a profile, over HTTP: a group at once, help as one types, taking a change back, what our script hears."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from tests.unit.web.portal.test_profile import ADDRESS, changes, save
from vrm import profiles

SINGLE = profiles.SINGLE


def names(browser):
    """The inputs of an address in the order of the page."""
    return re.findall(r'name="value-([a-z_]+)"', browser.page)


def hidden(browser):
    """The versions that the blocks of a group were shown with."""
    return dict(re.findall(r'name="([^"]+\.version)" value="(\d+)"', browser.page))


def script(browser, path, **fields):
    """What our script sends, and what it hears."""
    sent = {"csrf": browser.csrf(), **fields}
    answer = browser.client.post(path, data=sent, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    return answer.get_json()


def versions(browser):
    """What is said to have been kept before, newest first."""
    return re.findall(r"<bdi>([^<]+)</bdi>", browser.page.split('id="before"')[1].split("</ol>")[0])


# A group on one page ---


def test_every_group_is_filled_in_on_one_page(mia, house):
    """Each field of a group has its inputs there, each under a name of its own."""
    for group in house.catalogue.groups.values():
        mia.get(f"/profile/in/{group.name}")
        for key in (house.catalogue.get(name) for name in group.keys):
            assert (f'data-save="/profile/{key.name}"' in mia.page) == (key.kind == "field")
        ids = re.findall(r' id="([^"]+)"', mia.page)
        assert len(ids) == len(set(ids))
    mia.get("/profile/in/nothing", 404)


def test_one_button_saves_what_fits_and_keeps_what_does_not(mia):
    """What fits is kept, what does not stands there still beside its reason, and what was left alone is not touched."""
    mia.get("/profile/in/identity")
    typed = {"given_name.new.value": "Mia", "birthdate.new.value": "1891-06-17", "nickname.new.value": ""}
    mia.post("/profile/in/identity", 400, do="save", **hidden(mia), **typed)
    assert 'id="birthdate.new.value-wrong"' in mia.page and 'value="1891-06-17"' in mia.page
    assert hidden(mia)[f"given_name.{SINGLE}.version"] == "1"
    typed = {f"given_name.{SINGLE}.value": "Mia", "birthdate.new.value": "1991-06-17"}
    answer = mia.post("/profile/in/identity", do="save", **hidden(mia), **typed)
    assert answer.location == "/profile?done=saved#g-identity"
    assert len(changes(mia)) == 2 and "17 June 1991" in mia.page


def test_a_group_saved_untouched_changes_nothing(mia):
    """An address that has only the country we guessed is none; emptying a line deletes nothing."""
    save(mia, "/profile/email", value="mia@post.example")
    mia.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en-IE"
    mia.get("/profile/in/contact")
    assert 'value="IE" selected' in mia.page
    kept = {f"email.{SINGLE}.value": "mia@post.example", "address.new.value-country": "IE"}
    mia.post("/profile/in/contact", do="save", **hidden(mia), **kept)
    assert len(changes(mia)) == 1
    mia.get("/profile/in/contact")
    mia.post("/profile/in/contact", 400, do="save", **hidden(mia), **{f"email.{SINGLE}.value": ""})
    assert "To delete it, choose Delete." in mia.page
    assert len(changes(mia)) == 1


def test_two_tabs_fill_in_one_group(mia):
    """What another tab changed is shown, not overwritten; what this one left alone stays as the other wrote it."""
    path = "/profile/in/identity"
    for field in ("nickname", "given_name"):
        save(mia, f"/profile/{field}", value="Mia")
    mia.get(path)
    seen = hidden(mia)
    for field in ("nickname", "given_name"):
        save(mia, f"/profile/{field}", value="Mimi")
    typed = {f"nickname.{SINGLE}.value": "Mi", f"given_name.{SINGLE}.value": "Mia"}
    mia.post(path, 400, do="save", **seen, **typed)
    assert (
        "There it says: Mimi. Save again to keep yours." in mia.page
        and mia.page.count("There it says: ") == 2
    )
    mia.post(path, do="save", **{**seen, **hidden(mia)}, **typed)
    mia.get("/profile/nickname")
    assert 'value="Mi"' in mia.page
    mia.get("/profile/given_name")
    assert 'value="Mimi"' in mia.page


# Help as one types ---


@pytest.mark.parametrize(
    ("country", "order", "label"),
    [
        ("DE", ["country", "street_address", "postal_code", "locality", "label"], "Postal code"),
        ("US", ["country", "street_address", "locality", "region", "postal_code", "label"], "ZIP code"),
        ("JP", ["country", "postal_code", "region", "street_address", "locality", "label"], "Prefecture"),
        ("AE", ["country", "street_address", "region", "locality", "label"], "Emirate"),
    ],
)
def test_an_address_has_the_parts_of_its_country(mia, country, order, label):
    """The country comes first, then its own parts in its own order and words; nothing is saved by choosing it."""
    mia.get("/profile/address")
    mia.post("/profile/address", 200, version="0", do="country", **{"value-country": country})
    assert names(mia) == order and label in mia.page
    assert changes(mia) == []


def test_a_part_that_a_country_lacks_is_not_lost(mia):
    """What was typed before the country was changed is shown, whatever that country has."""
    typed = {"value-country": "DE", "value-region": "Lower Saxony", "value-postal_code": "26133"}
    mia.post("/profile/address", 200, version="0", do="country", **typed)
    assert 'value="Lower Saxony"' in mia.page and 'value="26133"' in mia.page


def test_a_postal_code_is_one_of_its_country(mia):
    """A code that cannot be is refused with one that can; one in small letters is put right."""
    wrong = ADDRESS | {"value-postal_code": "26133"}
    mia.post("/profile/address", 400, version="0", do="save", **wrong)
    assert "A postal code there looks like EC1Y 8SY." in mia.page and 'value="26133"' in mia.page
    mia.post("/profile/address", version="0", do="save", **ADDRESS | {"value-postal_code": "ls1 4ap"})
    mia.get("/profile")
    assert "LS1 4AP" in mia.page


def test_a_phone_number_of_ones_own_country_needs_no_code(mia):
    """Without a country code a number is one where the person lives, and is shown back in full."""
    save(mia, "/profile/address", **ADDRESS)
    mia.get("/profile/phone_number")
    assert "take it as a number in <bdi>United Kingdom</bdi>" in mia.page
    save(mia, "/profile/phone_number", value="0113 496 0123")
    mia.get("/profile/phone_number")
    assert 'value="+44 113 496 0123"' in mia.page
    mia.post("/profile/phone_number", 400, version=mia.hidden("version"), do="save", value="0113 4")
    assert "too short" in mia.page


def test_a_browser_can_fill_in_what_it_knows(mia, house):
    """Each input about the person says what it is for (WCAG 1.3.5), and a second number which one it is."""
    wanted = {
        "given_name": "given-name", "birthdate": "bday", "email": "email", "phone_number": "tel",
        "mobile_number": "mobile tel", "work_email": "work email", "employer": "organization",
    }  # fmt: skip
    for field, token in wanted.items():
        mia.get(f"/profile/{field}")
        assert f'autocomplete="{token}"' in mia.page
    mia.get("/profile/address")
    for token in ("street-address", "postal-code", "address-level2", "country"):
        assert f'autocomplete="{token}"' in mia.page


def test_how_far_one_is_stands_in_one_sentence(mia):
    """The sentence counts what is asked for most, and names the two lines that help most; an empty page counts nothing."""
    save(mia, "/profile/name", value="Mia Tran")
    mia.get("/profile")
    text = " ".join(re.sub(r"<[^>]+>", "", mia.page.split('class="progress"')[1].split("</p>")[0]).split())
    assert "Of the 14 lines that forms ask for most, 1 is filled in." in text
    assert text.endswith("These two would spare you the most typing: E-mail address, Address")


# What it was before ---


def test_a_change_is_taken_back_where_it_was_made(mia):
    """Beside the line that was just saved stands a way back, and back again; a first value goes back to nothing."""
    save(mia, "/profile/nickname", value="Mia")
    answer = save(mia, "/profile/nickname", value="Mimi")
    path = f"/profile/nickname/{SINGLE}/restore"
    mia.get(answer.location)
    answer = mia.post(path, version=mia.hidden("version"), to=mia.hidden("to"))
    assert answer.location == "/profile?changed=nickname&done=restored#nickname"
    mia.get(answer.location)
    assert "<bdi>Mia</bdi>" in mia.page and "As before." in mia.page
    mia.post(path, version=mia.hidden("version"), to=mia.hidden("to"))
    mia.get("/profile/nickname")
    assert versions(mia) == ["Mimi", "Mia", "Mimi", "Mia"]
    answer = save(mia, "/profile/website", value="https://mia.example")
    mia.get(answer.location)
    mia.post(f"/profile/website/{SINGLE}/restore", version=mia.hidden("version"), to="0")
    assert len(changes(mia)) == 1


def test_an_earlier_version_is_used_again_or_deleted(mia):
    """Each version stands with when and by whom; one is used again with one button, and all earlier ones deleted."""
    for value in ("Mia", "Mimi", "Mi"):
        save(mia, "/profile/nickname", value=value)
    mia.get("/profile/nickname")
    assert versions(mia) == ["Mi", "Mimi", "Mia"] and mia.page.count("You wrote it") == 3
    path = f"/profile/nickname/{SINGLE}"
    mia.post(f"{path}/restore", 409, version="2", to="1")
    mia.post(f"{path}/restore", 404, version="3", to="9")
    mia.post(f"{path}/restore", 400, version="x", to="1")
    mia.post(f"{path}/restore", 400, version="3", to="9" * 30)
    mia.post(path, 400, version="3", since="9" * 30, do="save", value="Mim")
    assert "We could not read what was sent" in mia.page
    mia.post(f"{path}/restore", version="3", to="1")
    mia.post(f"{path}/forget")
    mia.get("/profile/nickname")
    assert 'id="before"' not in mia.page and 'value="Mia"' in mia.page
    mia.post(f"{path}/restore", 404, version="4", to="1")
    mia.get("/profile?changed=nickname")
    assert f"{path}/restore" not in mia.page, "nothing is offered that would delete the value"
    mia.post(f"{path}/restore", 404, version="4", to="0")
    assert script(mia, f"{path}/restore", version="4", to="0")["typed"] == {"value": "Mia"}
    mia.get(path)
    assert 'value="Mia"' in mia.page


def test_nobody_else_takes_a_version_back(mia, newcomer):
    """Another person's versions are neither restored nor deleted, whatever is sent."""
    for value in ("Mia", "Mimi"):
        save(mia, "/profile/nickname", value=value)
    eve = newcomer("eve@post.example")
    eve.post(f"/profile/nickname/{SINGLE}/restore", 409, version="2", to="1")
    eve.post(f"/profile/nickname/{SINGLE}/forget", 404)
    mia.get("/profile/nickname")
    assert versions(mia) == ["Mimi", "Mia"]


# What our script hears ---


def test_the_script_hears_what_became_of_it(mia):
    """Saved, with where and as it is written now; wrong, with the reason; nothing is half kept."""
    told = script(mia, "/profile/phone_number", version="0", since="0", value="+4411349601 23")
    assert (told["state"], told["version"], told["typed"]) == ("saved", 1, {"value": "+44 113 496 0123"})
    assert told["onward"] == "/profile?changed=phone_number&done=saved#phone_number"
    told = script(mia, told["path"], version="1", since="1", value="+44 113")
    assert told["state"] == "wrong" and "too short" in told["errors"]["value"]
    told = script(mia, "/profile/address", version="0", since="0", **ADDRESS | {"value-locality": ""})
    assert told == {"state": "wrong", "errors": {"value-locality": "Fill this in."}}
    assert len(changes(mia)) == 1


def test_the_script_takes_one_sitting_back_at_once(mia):
    """What was saved while typing is one step: undoing it leads to what stood before."""
    save(mia, "/profile/nickname", value="Mia")
    path = "/profile/nickname"
    for seen, value in ((1, "Mim"), (2, "Mimi")):
        assert script(mia, path, version=seen, since=1, value=value)["version"] == seen + 1
    told = script(mia, f"{path}/{SINGLE}/restore", version="3", to="1")
    assert (told["state"], told["version"], told["typed"]) == ("saved", 4, {"value": "Mia"})
    mia.get(path)
    assert versions(mia) == ["Mia", "Mimi", "Mia"]
    assert (
        script(mia, "/profile/website", version="0", since="0", value="https://mia.example")["version"] == 1
    )
    told = script(mia, "/profile/website", version="1", since="0", value="https://mia.example/me")
    assert (told["version"], told["new"]) == (2, True)
    assert script(mia, f"/profile/website/{SINGLE}/restore", version="2", to="0") == {"state": "gone"}


def test_what_a_company_got_while_one_typed_stays_in_the_history(mia, owner, shop):
    """A read between two saves of one sitting keeps the version that it may have got."""
    consent_id = shop.granted(owner(mia), "nickname")
    path = "/profile/nickname"
    assert script(mia, path, version="0", since="0", value="Mi")["new"]
    assert shop.read(consent_id).profile == {"nickname": "Mi"}
    told = script(mia, path, version="1", since="0", value="Mimi")
    assert not told["new"], "so there is no way back to nothing"
    mia.get(path)
    assert versions(mia) == ["Mimi", "Mi"]


def test_what_is_saved_while_a_read_commits_waits_for_it(mia, owner, shop, house, monkeypatch):
    """The value was opened and its event is written, not yet durable: whoever replaces it then keeps what it was."""
    consent_id = shop.granted(owner(mia), "nickname")
    path, saving = "/profile/nickname", []
    script(mia, path, version="0", since="0", value="Mi")

    dialect = house.database.engine.dialect
    commit = dialect.do_commit

    def save_meanwhile(connection) -> None:
        monkeypatch.setattr(dialect, "do_commit", commit)
        saving.append(pool.submit(script, mia, path, version="1", since="0", value="Mimi"))
        while not (house.database.sqlite or saving[0].done() or waits_for_a_lock(house)):
            time.sleep(0.01)
        commit(connection)

    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(dialect, "do_commit", save_meanwhile)
        assert shop.read(consent_id).profile == {"nickname": "Mi"}
        assert saving[0].result(30)["version"] == 2
    mia.get(path)
    assert versions(mia) == ["Mimi", "Mi"]


def waits_for_a_lock(house):
    """Whether a transaction on this database is kept waiting by another. Elsewhere than on PostgreSQL there is one writer."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return house.database.read(lambda db: db.execute(text(waiting)).scalar_one()) > 0


def test_the_script_overwrites_no_other_tab(mia):
    """It hears what stands there, or that it was deleted; the person decides."""
    save(mia, "/profile/nickname", value="Mia")
    save(mia, "/profile/nickname", value="Mimi")
    told = script(mia, "/profile/nickname", version="1", since="1", value="Mi")
    assert (told["state"], told["version"], told["texts"]) == ("changed", 2, ["Mimi"])
    assert script(mia, "/profile/nickname", version="1", since="1", value="Mimi")["state"] == "saved"
    told = script(mia, f"/profile/nickname/{SINGLE}/restore", version="1", to="1")
    assert told["state"] == "changed"
    mia.post("/profile/nickname", version="2", do="delete")
    assert script(mia, "/profile/nickname", version="2", since="2", value="Mi") == {"state": "gone"}
