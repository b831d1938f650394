"""``GET /log/checkpoint``: the newest signed statement of the log."""

import base64

from tests.support.actors import World
from vrm import accesslog


def test_there_is_none_yet(world: World) -> None:
    """Before anything was published there is no checkpoint, and the answer is a problem."""
    response = world.http().get("/log/checkpoint")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_the_checkpoint_as_signed(world: World) -> None:
    """Everybody gets the published note byte for byte, for this log's origin, never from a cache."""
    house = world.house
    world.company()
    accesslog.sequence(house.database)
    published = accesslog.publish(house.database, house.keys.log_signer, house.settings.log_origin)
    assert published is not None
    response = world.http().get("/log/checkpoint")
    assert response.text == published.note
    assert response.headers["cache-control"] == "no-cache"
    origin, size, root = response.text.split("\n")[:3]
    assert (origin, int(size)) == (house.settings.log_origin, published.size)
    assert len(base64.b64decode(root)) == 32


def test_an_address_of_the_log_that_is_none(world: World) -> None:
    """What is not there is told to machines as a problem, not as a page."""
    assert world.http().get("/log/nothing").json()["code"] == "not_found"
    assert world.http().post("/log/checkpoint").json()["code"] == "method_not_allowed"
