"""Views of the log under a name."""

from tests.unit.web.portal.actors import found


def saved(desk, name, status=303, **filters):
    """Fill in the form that keeps these filters."""
    return desk.post("/audit/views", status, name=name, **filters)


def test_a_view_is_saved_found_and_deleted(desk, world):
    """From the narrowed log to a name, from the name to the same log, and away."""
    desk.get("/audit/log?outcome=refused")
    desk.get(found(r'href="(/audit/views\?[^"]+)"', desk.page))
    assert 'name="outcome" value="refused"' in desk.page
    answer = saved(desk, "Refusals", outcome="refused", client=world.shop.client.id)
    desk.get(answer.location)
    assert "Saved." in desk.page and "keys_not_permitted" in desk.page
    desk.get("/audit/log")
    link = found(r'href="([^"]+)"><bdi>Refusals</bdi>', desk.page)
    assert "<bdi>Nordlicht shop</bdi>" in desk.get(link).text
    desk.get("/audit/views")
    assert "Client: <bdi>Nordlicht shop</bdi>" in desk.page
    desk.post(found(r'action="(/audit/views/[^"]+/delete)"', desk.page), follow=True)
    assert "You have saved none." in desk.page


def test_a_view_is_ones_own(desk, colleague):
    """Nobody else sees it, and nobody else deletes it."""
    saved(desk, "Mine alone", outcome="refused")
    colleague.get("/audit/views")
    assert "Mine alone" not in colleague.page
    desk.get("/audit/views")
    colleague.post(found(r'action="(/audit/views/[^"]+/delete)"', desk.page), 404)


def test_what_is_wrong_is_said(desk):
    """A view needs a name, and filters that can be."""
    saved(desk, "", 400, outcome="refused")
    assert "Give the view a name." in desk.page
    saved(desk, "x" * 101, 400, outcome="refused")
    assert "at most 100 letters" in desk.page
    saved(desk, "Never", 400, since="whenever")
    assert "Write a time as" in desk.page


def test_there_are_fifty_at_most(desk):
    """The 51st is refused with what to do; a name that is there is taken over."""
    for number in range(50):
        saved(desk, f"View {number}", outcome="refused")
    saved(desk, "One more", 409, outcome="refused")
    assert "There are 50 views. Delete one first." in desk.page
    saved(desk, "View 3", outcome="answered")
