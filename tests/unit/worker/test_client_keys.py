"""The worker reads key sets at addresses again before they are old."""

import json
from datetime import timedelta

from joserfc.jwk import ECKey
from sqlalchemy import update

from tests.support import seeds
from tests.support.http import answer, serving
from vrm import clock, companies
from vrm.companies.models import ClientRow
from vrm.house import House
from vrm.worker import tasks


def test_key_sets_are_read_again_after_an_hour(house: House) -> None:
    """Once an hour each, whether that went well or not; a client that gave its keys is never asked."""
    shop = seeds.shop(house)
    seeds.shop(house)
    key = ECKey.generate_key("P-256", {"kid": "new"})
    body = json.dumps({"keys": [key.as_dict(private=False)]}).encode()
    with serving({"/jwks": answer(body)}) as server:
        house.fetcher._allowed[shop.company.domain] = ("127.0.0.1", server.port)
        uri = f"https://{shop.company.domain}/jwks"
        house.database.write(
            lambda session: companies.change_client(
                session, client_id=shop.client.id, jwks_uri=uri, now=clock.now()
            )
        )
        assert [tasks.read_client_keys(house) for _ in range(2)] == [1, 0]
        found = house.database.read(lambda session: companies.get_client(session, client_id=shop.client.id))
        assert [key.kid for key in found.good_keys(clock.now())] == ["new"]
        an_hour_ago = clock.now() - timedelta(hours=1)
        house.database.write(
            lambda session: session.execute(
                update(ClientRow)
                .where(ClientRow.id == shop.client.id)
                .values(jwks_tried_at=an_hour_ago, jwks_fetched_at=an_hour_ago)
            )
        )
        assert [tasks.read_client_keys(house) for _ in range(2)] == [1, 0]
    assert len(server.seen) == 2
    assert tasks.sweep_companies(house) == 0
