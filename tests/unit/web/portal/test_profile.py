"""Keeping a profile, over HTTP: add, correct, delete, many of a kind, two tabs at once."""

import re

import pytest

from vrm import clock, companies

ADDRESS = {
    "value-street_address": "12 Elm Row",
    "value-locality": "Leeds",
    "value-postal_code": "LS1 4AP",
    "value-country": "GB",
}


def changes(browser):
    """Where the items on the profile page are changed."""
    browser.get("/profile")
    return re.findall(r'class="act" href="(/profile/(?!in/)[^"]+/[^"]+)"', browser.page)


def save(browser, path, **fields):
    """Open a form and send it filled in."""
    browser.get(path)
    return browser.post(path, version=browser.hidden("version"), do="save", **fields)


def test_empty_profile_lists_every_field(mia, house):
    """Each field of the catalogue can be filled in from the page."""
    mia.get("/profile")
    for key in house.catalogue.fields():
        assert f'href="/profile/{key.name}"' in mia.page


def test_empty_profile_begins_with_the_usual(mia):
    """What companies ask for most comes first; the rest is folded by group, each line once, and nothing is counted."""
    mia.get("/profile")
    usual, folded = mia.page.split('id="h-rest"')
    for name in ("name", "email", "phone_number", "address", "birthdate"):
        assert f'href="/profile/{name}"' in usual and f'href="/profile/{name}"' not in folded
    assert 'href="/profile/food_allergy"' in folded and "specially protected" in folded
    assert not re.search(r"\d+ of \d+", mia.page)
    save(mia, "/profile/nickname", value="Mia")
    mia.get("/profile")
    assert 'id="h-usual"' not in mia.page and 'href="/profile/birthdate"' in mia.page


def test_every_form_opens(mia, house):
    """There is a form for each field, and none for answers or names that do not exist."""
    for key in house.catalogue.fields():
        mia.get(f"/profile/{key.name}")
    mia.get("/profile/age_over_18", 404)
    mia.get("/profile/no_such_key", 404)


def test_add_correct_delete(mia):
    """A value is added, shown in plain words, corrected and deleted; each leaves a notice."""
    answer = save(mia, "/profile/birthdate", value="1991-06-17")
    assert answer.location == "/profile?changed=birthdate&done=saved#birthdate"
    mia.get("/profile?done=saved")
    assert "17 June 1991" in mia.page and "Saved." in mia.page and "Over 18" in mia.page
    (path,) = changes(mia)
    save(mia, path, value="1991-07-17")
    mia.get("/profile")
    assert "17 July 1991" in mia.page and "17 June 1991" not in mia.page
    mia.get(path)
    answer = mia.post(path, version=mia.hidden("version"), do="delete")
    assert "done=deleted" in answer.location
    assert changes(mia) == []


def test_single_field_is_corrected_at_its_short_address_too(mia):
    """The address that adds a single value shows what is kept there, and corrects it."""
    save(mia, "/profile/nickname", value="Mia")
    mia.get("/profile/nickname")
    assert 'value="Mia"' in mia.page
    save(mia, "/profile/nickname", value="Mimi")
    mia.get("/profile")
    assert "Mimi" in mia.page
    mia.get("/home")
    assert "Mimi" in mia.page


def test_several_addresses(mia):
    """Where life is plural there are several items, each with an address and a form of its own."""
    save(mia, "/profile/address", **ADDRESS)
    save(
        mia,
        "/profile/address",
        **ADDRESS | {"value-street_address": "3 Quay Street", "value-locality": "Hull"},
    )
    first, second = changes(mia)
    assert "12 Elm Row" in mia.page and "3 Quay Street" in mia.page
    mia.get(first)
    assert "12 Elm Row" in mia.page and "3 Quay Street" not in mia.page
    mia.post(first, version=mia.hidden("version"), do="delete")
    assert changes(mia) == [second]


def test_part_that_is_wrong_is_said_beside_it(mia):
    """What is missing is said beside its input, what was typed stays, and nothing is kept."""
    mia.get("/profile/address")
    typed = ADDRESS | {"value-locality": "", "value-street_address": "12 <Elm> Row"}
    mia.post("/profile/address", 400, version="0", do="save", **typed)
    assert 'id="value-locality-wrong"' in mia.page
    assert "12 <Elm> Row" in mia.page and 'value="LS1 4AP"' in mia.page
    assert 'value="GB" selected' in mia.page
    assert changes(mia) == []


def test_value_that_is_wrong_stays_in_its_input(mia):
    """A wrong value is refused with a reason beside it, and the old one still stands."""
    save(mia, "/profile/mobile_number", value="+49 151 23456789")
    mia.get("/profile/mobile_number")
    version = mia.hidden("version")
    mia.post("/profile/mobile_number", 400, version=version, do="save", value="+49 1")
    assert 'value="+49 1"' in mia.page and 'id="value-wrong"' in mia.page
    assert mia.hidden("version") == version
    mia.get("/profile/mobile_number")
    assert 'value="+49 1512 3456789"' in mia.page


def test_two_tabs_lose_nothing(mia):
    """The slower tab is shown both values and writes neither; then the person's choice stands."""
    save(mia, "/profile/nickname", value="Mia")
    mia.get("/profile/nickname")
    seen = mia.hidden("version")
    mia.post("/profile/nickname", version=seen, do="save", value="First")
    mia.post("/profile/nickname", 409, version=seen, do="save", value="Second")
    assert "First" in mia.page and "Second" in mia.page
    newest = mia.hidden("version")
    assert newest != seen
    mia.post("/profile/nickname", version=newest, do="save", keep="theirs", value="Second")
    mia.get("/profile/nickname")
    assert 'value="First"' in mia.page
    mia.post("/profile/nickname", version=newest, do="save", keep="mine", value="Second")
    mia.get("/profile/nickname")
    assert 'value="Second"' in mia.page


def test_two_tabs_that_agree(mia):
    """Two tabs that wrote the same have no conflict."""
    save(mia, "/profile/nickname", value="Mia")
    mia.post("/profile/nickname", version="0", do="save", value=" Mia ")


def test_two_tabs_add_the_first_value(mia):
    """A first value in two tabs is a conflict like any other."""
    mia.post("/profile/nickname", version="0", do="save", value="First")
    mia.post("/profile/nickname", 409, version="0", do="save", value="Second")
    assert "First" in mia.page and "Second" in mia.page


def test_correcting_what_another_tab_deleted(mia):
    """What was written is not lost with what was deleted: saving again keeps it."""
    save(mia, "/profile/address", **ADDRESS)
    (path,) = changes(mia)
    mia.get(path)
    seen = mia.hidden("version")
    mia.post(path, version=seen, do="delete")
    mia.post(path, version=seen, do="delete")  # gone already, as wished
    mia.post(path, 409, version=seen, do="save", **ADDRESS | {"value-locality": "York"})
    assert 'value="York"' in mia.page and mia.hidden("version") == "0"
    mia.post(path, version="0", do="save", **ADDRESS | {"value-locality": "York"})
    assert len(changes(mia)) == 1 and "York" in mia.page


def test_deleting_what_another_tab_changed(mia):
    """A value nobody looked at is not deleted."""
    save(mia, "/profile/nickname", value="Mia")
    save(mia, "/profile/nickname", value="Mimi")
    mia.post("/profile/nickname", 409, version="1", do="delete")
    assert 'value="Mimi"' in mia.page
    assert len(changes(mia)) == 1


def test_back_to_the_request(mia):
    """A person who came from a request goes back to it; an address elsewhere is not followed."""
    back = "/asks/00000000-0000-4000-8000-000000000009"
    mia.get(f"/profile/nickname?next={back}")
    assert mia.hidden("next") == back and "Back to the request" in mia.page
    answer = mia.post("/profile/nickname", version="0", do="save", value="Mia", next=back)
    assert answer.location == back + "?done=saved"
    answer = mia.post("/profile/nickname", version="1", do="save", value="Mimi", next="//evil.example")
    assert answer.location.startswith("/profile?")


@pytest.mark.parametrize("item", ["no-id", "00000000-0000-4000-8000-000000000009"])
def test_unknown_item_is_not_found(mia, item):
    """An address that names no item of this person shows nothing."""
    mia.get(f"/profile/address/{item}", 404)
    mia.get(f"/profile/nickname/{item}", 404)


def test_another_persons_item_is_not_found(mia, newcomer):
    """Somebody else's item looks like none, and cannot be deleted or overwritten."""
    save(mia, "/profile/address", **ADDRESS)
    (path,) = changes(mia)
    eve = newcomer("eve@post.example")
    eve.get(path, 404)
    eve.post(path, version="1", do="delete")
    eve.post(path, 409, version="1", do="save", **ADDRESS)
    assert changes(mia) == [path]
    assert changes(eve) == []


def test_item_ids_are_ours_alone(mia):
    """Nobody chooses the id of a new item, so the limit on items cannot be walked around."""
    path = "/profile/address/00000000-0000-4000-8000-000000000009"
    mia.post(path, version="0", do="save", **ADDRESS)
    assert changes(mia) != [path]


def test_form_that_is_no_form_of_ours(mia):
    """Hidden fields that were tampered with change nothing."""
    mia.post("/profile/nickname", 400, version="many", do="save", value="Mia")
    mia.post("/profile/nickname", 400, version="0", do="burn", value="Mia")
    mia.post("/profile/nickname", 403, csrf="", version="0", do="save", value="Mia")
    assert changes(mia) == []


def test_yes_no_and_choices_keep_what_was_chosen(mia, house):
    """Opening a form and saving it unchanged changes no value, whatever the shape."""
    for key in house.catalogue.fields():
        if key.type in ("choice", "yes_no", "country", "language", "zone"):
            mia.get(f"/profile/{key.name}")
            chosen = re.findall(r'value="([^"]+)"[^>]*>(?!<span>Which)', mia.page.split('name="next"')[1])
            value = next(each for each in chosen if each not in ("save", "delete", ""))
            save(mia, f"/profile/{key.name}", value=value)
    for path in changes(mia):
        mia.get(path)
        kept = re.findall(r'value="([^"]+)" (?:selected|checked)', mia.page)
        save(mia, path, value=kept[0])


def test_who_can_read_a_line(mia, shop, owner):
    """Beside each line stands who can read it now, and apart from them who learns only an answer that it gives."""
    save(mia, "/profile/birthdate", value="1991-06-17")
    shop.granted(owner(mia), "age_over_18")
    mia.get("/profile")
    lines = {part.split('"')[0]: part for part in mia.page.split('class="line" id="')[1:]}
    assert "Hawthorn Books" in lines["age_over_18"]
    assert 'href="/consents/revoke?key=age_over_18"' in lines["age_over_18"]
    whole, answer = lines["birthdate"].split("Learns only an answer")
    assert "Nobody can read it" in whole and "Hawthorn Books" not in whole and "revoke" not in whole
    assert "Hawthorn Books" in answer and "“Over 18”, until" in answer
    mia.get("/profile/birthdate")
    assert 'href="/reads?days=365&key=birthdate"' in mia.page
    assert "Nobody can read it" in mia.page and "“Over 18”, until" in mia.page


def test_suspended_company_reads_nothing(mia, shop, owner, house):
    """A company that was suspended does not stand beside the lines it could read before."""
    save(mia, "/profile/nickname", value="Mia")
    shop.granted(owner(mia), "nickname")
    mia.get("/profile")
    assert "Hawthorn Books" in mia.page
    house.database.write(
        lambda db: companies.suspend_company(db, company_id=shop.company_id, now=clock.now())
    )
    mia.get("/profile")
    assert "Hawthorn Books" not in mia.page
