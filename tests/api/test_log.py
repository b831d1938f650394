"""``/log/…``: the newest signed statement of the log, its hashes for everybody, its entries for auditors' programs."""

import base64
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert, text
from time_machine import travel

from tests.api.test_audit import Program
from tests.support import seeds
from tests.support.actors import World
from vrm import accesslog, clock, oversight
from vrm.accesslog.models import LogGathering
from vrm.app import create_app
from vrm.tlog import Verifier, checkpoint, merkle, resources, tiles


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


def test_the_keys_of_the_log(world: World) -> None:
    """Everybody can read the key that signs, and while it changes the next one too; each signs the checkpoint."""
    house = world.house
    world.company()
    assert world.http().get("/log/vkeys").text == f"{house.log_verifiers()[0].vkey}\n"
    house.keys.log_keys.rotate(house.keys.log_keys.draft(clock.now()))
    accesslog.sequence(house.database)
    signed = house.publish_log().note.encode()
    told = world.http().get("/log/vkeys").text.splitlines()
    assert len(told) == 2
    for vkey in told:
        checkpoint.verify(signed, Verifier.parse(vkey))


def test_an_address_of_the_log_that_is_none(world: World) -> None:
    """What is not there is told to machines as a problem, not as a page."""
    assert world.http().get("/log/nothing").json()["code"] == "not_found"
    assert world.http().post("/log/checkpoint").json()["code"] == "method_not_allowed"


def filled(world: World, count: int) -> bytes:
    """A log of exactly so many leaves, all but the last signed for; gives the hashes of all of them, side by side."""
    house, now = world.house, clock.now()
    # Waiting events of the world itself come first.
    while accesslog.sequence(house.database):
        pass
    head = house.database.read(lambda db: db.connection().execute(text("SELECT size FROM log_tree")).scalar())
    missing = count - int(head or 0)
    made = [accesslog.prepare(accesslog.Event("keys.rotated", now, "operator")) for _ in range(missing)]
    house.database.write(lambda db: accesslog.append(db.connection(), made[:-1]))
    accesslog.sequence(house.database)
    accesslog.publish(house.database, house.keys.log_signer, house.settings.log_origin)
    house.database.write(lambda db: accesslog.append(db.connection(), made[-1:]))
    accesslog.sequence(house.database)
    entries = house.database.read(lambda db: accesslog.entries(db.connection(), 0, count))
    return b"".join(merkle.leaf_hash(entry) for _, _, entry in entries)


def test_tiles_up_to_what_is_signed(world: World) -> None:
    """Everybody gets every width that the newest checkpoint covers, to keep for ever, and nothing above it."""
    world.company()
    hashes, http = filled(world, 261), world.http()
    root = merkle.root_of(tiles.hashes_of(hashes[: 256 * 32]))
    for path, body in {
        "0/000": hashes[: 256 * 32],
        "0/000.p/255": hashes[: 255 * 32],
        "0/001.p/1": hashes[256 * 32 : 257 * 32],
        "0/001.p/4": hashes[256 * 32 : 260 * 32],
        "1/000.p/1": root,
    }.items():
        answer = http.get(f"/log/tile/{path}")
        assert (answer.status_code, answer.content) == (200, body), path
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    for path in ("0/001.p/5", "0/001", "0/002.p/1", "1/000", "1/000.p/2", "2/000.p/1", "63/000.p/1"):
        answer = http.get(f"/log/tile/{path}")
        assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store"), path


def test_a_log_begun_anew_has_a_place_of_its_own(world: World) -> None:
    """Tiles may be kept for ever, so the address of one never comes to stand for a tile of the log that follows."""
    world.company()
    hashes, settings = filled(world, 10), world.house.settings
    instance = settings.instance.with_origin("log.example/2")
    anew = replace(world.house, settings=replace(settings, instance=instance))
    later = create_app(anew).test_client()
    for path in ("checkpoint", "tile/0/000.p/3"):
        assert world.http().get(f"/log/{path}").status_code == 200
        assert later.get(f"/log/{path}").status_code == 404
        assert later.get(f"/log/2/{path}").status_code == 200
    assert later.get("/log/2/tile/0/000.p/3").data == hashes[:96]


def test_what_no_quorum_has_seen_is_not_kept(world: World) -> None:
    """Above the public checkpoint tiles can be had, for proofs lead there, and may not be kept."""
    house = world.house
    world.company()
    accesslog.sequence(house.database)
    first = accesslog.publish(house.database, house.keys.log_signer, house.settings.log_origin).size
    filled(world, 10)
    asked = {"id": 1, "target": 9, "since": clock.now(), "public": first, "met": True}
    house.database.write(lambda db: db.execute(insert(LogGathering).values(asked)))
    assert 0 < first < 9
    for width in range(1, 10):
        answer = world.http().get(f"/log/tile/0/000.p/{width}")
        assert ("immutable" in answer.headers["cache-control"]) == (width <= first)
        assert ("no-store" in answer.headers["cache-control"]) == (width > first)


def test_a_tile_has_one_name(world: World) -> None:
    """No second spelling of a tile's name is an address."""
    world.company()
    filled(world, 10)
    for path in ("00/000.p/1", "0/x000/000.p/1", "0/000.p/01", "0/000.p/0", "0/000.p/1/", "0/000.P/1"):
        assert world.http().get(f"/log/tile/{path}").status_code == 404, path


def test_bundles_for_auditors(world: World) -> None:
    """Entries, each after its length, hash to the tile beside them; a look is logged for the hour and not for each."""
    world.company()
    program = Program.of(world)
    hashes = filled(world, 261)
    got = []
    for path, width in (("000", 256), ("001.p/4", 4)):
        answer = program.http.get(f"/log/tile/entries/{path}")
        assert (answer.status_code, answer.headers["cache-control"]) == (
            200,
            "private, max-age=31536000, immutable",
        )
        got += resources.unpack(answer.content, width)
    assert b"".join(map(merkle.leaf_hash, got)) == hashes[: 260 * 32]
    seeds.catch_up(world.house)
    found = world.house.database.read(lambda db: oversight.list_looks(db, world.house.keys, limit=9)).looks
    looked = [(look.what, look.query) for look in found if look.auditor_id == program.auditor.auditor_id]
    assert looked == [("log_bundles", {"leaf_index": "0"})]
    with travel(clock.now() + timedelta(hours=1), tick=False):
        assert program.http.get("/log/tile/entries/000").status_code == 200
    seeds.catch_up(world.house)
    found = world.house.database.read(lambda db: oversight.list_looks(db, world.house.keys, limit=9)).looks
    assert [look.what for look in found] == ["log_bundles"] * 2
    assert program.http.get("/log/tile/entries/x000/000").json()["code"] == "no_such_tile"
    assert world.http().get("/log/tile/entries/000").json()["code"] == "token_required"


def test_what_cannot_be_recorded_is_not_given_out(world: World) -> None:
    """Where the look cannot be written down, no entry leaves, now or at the next try."""
    world.company()
    program = Program.of(world)
    filled(world, 10)
    with world.house.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE log_pending RENAME TO log_pending_away"))
    for _ in range(2):
        assert program.http.get("/log/tile/entries/000.p/1").status_code == 500
    assert world.http().get("/log/tile/0/000.p/1").status_code == 200


def test_what_was_altered_is_not_given_out(world: World) -> None:
    """An entry that is not what the tree holds is refused rather than given to be kept for ever."""
    world.company()
    program = Program.of(world)
    filled(world, 10)
    with world.house.database.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE log_events SET entry = leaf_hash WHERE id = (SELECT event_id FROM log_leaves WHERE leaf_index = 3)"
            )
        )
    assert program.http.get("/log/tile/entries/000.p/3").status_code == 200
    assert program.http.get("/log/tile/entries/000.p/4").json()["code"] == "log_inconsistent"


def test_a_hash_that_was_altered_is_not_given_out(world: World) -> None:
    """A stored hash that does not lead to the signed root, at the edge or in a full tile, is refused as well."""
    world.company()
    hashes, http = filled(world, 300), world.http()
    for index, good in ((0, "0/001.p/2"), (1, None)):
        part = hashes[index * 8192 : (index + 1) * 8192]
        with world.house.database.engine.begin() as connection:
            connection.execute(
                text("UPDATE log_tiles SET hashes = :bent WHERE level = 0 AND tile_index = :index"),
                {"bent": bytes([part[0] ^ 1]) + part[1:], "index": index},
            )
        answer = http.get(f"/log/tile/0/00{index}.p/2")
        assert (answer.status_code, answer.json()["code"]) == (409, "log_inconsistent")
        assert answer.headers["cache-control"] == "no-store"
        assert good is None or http.get(f"/log/tile/{good}").status_code == 200
