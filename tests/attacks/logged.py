"""At the files of the log: entries without an auditor's token, and leaves that no checkpoint signs yet."""

import httpx2

from tests.attacks.stage import Row, Scene, Stage, nothing
from tests.support import seeds
from vrm import accesslog, clock
from vrm.tlog import Resource


def _signed(stage: Stage) -> Scene:
    """A log with a checkpoint."""
    seeds.catch_up(stage.house)
    return nothing(stage)


def _client(stage: Stage) -> Scene:
    """A client with a good token of its own."""
    _signed(stage)
    return Scene(stage, stage.simple, stage.mia, more={"token": stage.simple.own_token()})


def _unsigned(stage: Stage) -> Scene:
    """One leaf more than the newest checkpoint signs."""
    scene = _signed(stage)
    made = accesslog.prepare(accesslog.Event("keys.rotated", clock.now(), "operator"))
    stage.house.database.write(lambda db: accesslog.append(db.connection(), [made]))
    accesslog.sequence(stage.house.database)
    return scene


def _entries(scene: Scene) -> httpx2.Response:
    return scene.company.http.get("/log/tile/entries/000.p/1")


def _entries_of_a_client(scene: Scene) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {scene.more['token']}"}
    return scene.company.http.get("/log/tile/entries/000.p/1", headers=headers)


def _last_leaf(scene: Scene) -> httpx2.Response:
    """The tile that holds the leaf after the last signed one, as wide as it takes."""
    published = scene.stage.house.database.read(accesslog.latest_checkpoint)
    assert published is not None
    index, width = divmod(published.size, 256)
    return scene.company.http.get(f"/log/{Resource(0, index, width + 1).path}")


ROWS = [
    Row("entries of the log for nobody", "entries for auditors alone", _signed, _entries, 401, "token_required"),
    Row("entries of the log for a client", "entries for auditors alone", _client, _entries_of_a_client, 403, "insufficient_scope"),
    Row("a leaf that is not signed yet", "nothing unsigned", _unsigned, _last_leaf, 404, "no_such_tile"),
]  # fmt: skip
