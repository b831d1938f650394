"""What companies do: they ask, take up what was decided, give back, change their notice, are suspended."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from tests.model.drawing import Wanted, deed, how_long, some, wanted
from tests.model.world import Asked, World
from vrm import clock, companies, consents
from vrm.consents import Amends, Line, Terms
from vrm.errors import NotFound
from vrm.web.asking.merging import merge


class Asking(World):
    """Three clients of two companies."""

    @deed(
        person=some,
        client=some,
        wants=wanted,
        days=how_long,
        action=st.sampled_from(("", "", "merge", "replace")),
        which=some,
    )
    @precondition(lambda self: len(self.asks) < 8)
    def ask(self, person: int, client: int, wants: Wanted, days: int, action: str, which: int) -> None:
        """For something new, or to change what one of its consents allows."""
        asked = tuple(
            Line(options[0], purpose, required, any_of=options[1:], frequency=frequency)
            for options, purpose, required, frequency in wants.lines
        )
        terms, changes, revision = Terms(asked, days, sign_in=wants.sign_in), None, 0
        who, asker = list(self.people)[person % 2], list(self.shops)[client % 3]
        if action and self.ids:
            changes, held = self.one(which)
            who, asker, revision = held.person, held.client, held.revision
            if not self.model.stands(held):
                return
            if action == "merge":
                newest = self.house.database.read(
                    lambda db: consents.get_newest_revision(db, consumer_id=who, consent_id=changes)
                )
                terms = merge(terms, newest)
                named = {(key, line.purpose) for line in asked for key in line.options}
                kept, stays = terms.lines[: terms.kept], self.model.stays(held, named)
                offered = {(key, line.purpose): line.frequency for line in kept for key in line.options}
                assert (len(kept), terms.lines[terms.kept :]) == (len(stays), asked)
                assert stays.items() <= offered.items()
                assert terms.sign_in == (wants.sign_in or held.sign_in)
        ask_id = self.write(
            consents.open_ask, consumer_id=who, client_id=asker, company_id=self.shops[asker].company.id,
            terms=terms, request={"n": self.tried["asks"]},
            amends=None if changes is None else Amends(changes, revision),
        )  # fmt: skip
        self.tried["asks"] += 1
        self.asks.append(Asked(ask_id, who, asker, asked, terms, changes, revision, clock.now()))

    @deed(number=some, revision=st.integers(0, 2))
    @precondition(lambda self: self.ids)
    def redeem(self, number: int, revision: int) -> None:
        """A code of the newest decision, or of one before."""
        id, held = self.one(number)
        decision = max(1, held.decisions - revision)
        notice = self.model.notice(held)
        expected = self.model.redeem(held, decision)
        facts = {"consumer_id": held.person, "consent_id": id, "epoch": decision, "notice_version": notice}
        assert (self.write(consents.redeem, **facts) is not None) == expected

    @deed(number=some)
    @precondition(lambda self: self.ids)
    def give_back(self, number: int) -> None:
        if number % 5 != 3:  # what has ended is not read any more
            return
        id, held = self.one(number // 5)
        runs = self.model.runs(held)
        assert (self.do(consents.give_back, client_id=held.client, consent_id=id) is not NotFound) == runs
        held.over = "returned" if runs else held.over

    @deed(company=some)
    def change_notice(self, company: int) -> None:
        if company % 4 != 3:  # nothing is read until all is asked anew
            return
        id = list(self.model.notices)[company // 4 % 2]
        self.write(companies.change_notice, company_id=id, privacy_notice_url="https://a.example/new")
        self.model.notices[id] += 1
        self.touched += [
            each for each in self.ids if self.model.clients[self.model.held[each].client].company == id
        ]

    @deed(number=some)
    @precondition(lambda self: self.ids)
    def suspend_a_client(self, number: int) -> None:
        """For a moment, in which it reads nothing."""
        id, held = self.one(number)
        client = self.model.clients[held.client]
        self.write(companies.suspend_client, client_id=held.client)
        client.suspended = True
        try:
            self.look(held.client, id, None, None, None)
        finally:  # the next life has the same clients
            self.write(companies.resume_client, client_id=held.client)
            client.suspended = False
