"""The same way over real HTTP, to several processes, held to the same contract."""

from dataclasses import replace

from tests.support.actors import line, needed, served
from tests.support.server import RunningServer


def test_from_the_ask_to_the_revoke(server: RunningServer):
    """Ask, grant, read, list, revoke: every answer of a served instance is as described, in every process."""
    with served(server) as world:
        company, mia = world.company(), world.consumer()
        asked = company.ask(needed("birthdate", any_of=["age_over_18"]), line("email"))
        held = company.take_back(asked, mia.grant(asked))
        assert company.read(held.access_token).json()["profile"] == {"age_over_18": True}
        assert held.consent_id in company.read_many([held.consent_id]).text
        mia.revoke(held.consent_id)
        for _ in range(8):
            reply = replace(company, http=world.http()).read(held.access_token)
            assert reply.json()["code"] == "consent_ended"
        assert company.introspect(held.access_token).json() == {"active": False}
        assert world.http().get("/health/ready").status_code == 200
