"""Every route says who it is for."""

import pytest
from flask import Blueprint

from vrm.web import Site, audiences, create


def test_an_undeclared_route_stops_start_up():
    """An app with a route that nobody declared does not start, and says which."""
    forgotten = Blueprint("forgotten", __name__)
    forgotten.add_url_rule("/forgotten", view_func=lambda: "x")
    with pytest.raises(audiences.UndeclaredRoute, match="/forgotten"):
        create(Site("http://localhost", lambda token: None), [forgotten])


@pytest.mark.parametrize("names", [(), ("everyone",), ("public", "consumer"), ("consumer", "token")])
def test_an_audience_is_of_one_kind(names):
    """People and machines are protected differently, so a route takes one kind, and no invented one."""
    with pytest.raises(audiences.UndeclaredRoute):
        audiences.audience(*names)


def test_the_matrix_names_every_route(app):
    """Each rule of the app stands in the matrix with methods and audiences, static files too."""
    doors = {(door.rule, *sorted(door.methods)): door.audiences for door in audiences.matrix(app)}
    assert doors["/mine", "GET"] == doors["/mine", "POST"] == {"consumer"}
    assert doors["/static/<mark>/<name>", "GET"] == {"public"}
    assert len(doors) == len(list(app.url_map.iter_rules()))
