"""A whole house with an organisation in it, and the browsers of its people."""

import pytest

from tests.support.houses import build_house
from tests.unit.web.company.people import Desk, Site, account, employ, organisation, signed_in
from tests.unit.web.portal.actors import Post
from vrm.app import create_app


@pytest.fixture
def nordlicht_site():
    """The web site at nordlicht.example."""
    site = Site()
    yield site
    site.close()


@pytest.fixture
def house(tmp_path, database, nordlicht_site):
    """A house that finds nordlicht.example on this machine."""
    with build_house(tmp_path / "home", database, allow={"nordlicht.example": nordlicht_site.at}) as built:
        yield built


@pytest.fixture
def app(house):
    """The whole application; the tests of the foundation around us have a small one."""
    return create_app(house)


@pytest.fixture
def post(house):
    return Post(house)


@pytest.fixture
def stranger(app):
    """A browser in which nobody is signed in."""
    return Desk(app)


@pytest.fixture
def jana(house):
    """The account of whoever owns the organisation."""
    found, _ = account(house, "Jana Weiss", "jana@nordlicht.example")
    return found


@pytest.fixture
def company(house, jana):
    """Nordlicht, registered and not proved."""
    return organisation(house, jana.id)


@pytest.fixture
def owner(app, house, jana, company):
    """The owner's browser."""
    return signed_in(app, house, jana.id)


@pytest.fixture
def colleague(app, house, jana, company):
    """``colleague(role)``: the browser and the account of somebody else who works there."""

    def come(role, name="Piet Klaasen"):
        found, _ = account(house, name)
        employ(house, company.id, found.id, role, jana.id)
        return signed_in(app, house, found.id), found

    return come


@pytest.fixture
def newcomer(app, house):
    """The browser of somebody who belongs to no organisation yet."""
    found, _ = account(house, "Ida Brandt")
    return signed_in(app, house, found.id)
