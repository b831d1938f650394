"""Random lives of consents, lived in a real house and in the model at once: see ``rules``."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition

from tests.model.asking import Asking
from tests.model.deciding import Deciding
from tests.model.drawing import JUMPS, KEYS, PURPOSES, deed, how_long, picks, some, wanted
from tests.model.ending import Ending
from tests.model.rules import AGAIN, REPLY, Client, Rules
from tests.support import seeds
from vrm import clock, consents


class Life(Asking, Deciding, Ending):
    """Two people, two companies, three clients, and all that happens between them."""

    @initialize(asked=st.lists(wanted, min_size=1, max_size=3), chosen=picks)
    def begin(self, asked: list[Any], chosen: list[int]) -> None:
        """Who is there, and what was allowed to begin with."""
        self.people = {
            each.consumer_id: each
            for each in (seeds.person(self.house), seeds.person(self.house, {"name": "Ben Ito"}))
        }
        has = [set(KEYS), {"name"}]
        clients = {id: Client(shop.company.id) for id, shop in self.shops.items()}
        self.model = Rules(clock.now(), clients, self.notices, dict(zip(self.people, has, strict=True)))
        for number, lines in enumerate(asked):
            self.ask(then=[], person=number, client=number, lines=lines, days=365, action="", which=0)
            self.decide(then=[], number=0, chosen=chosen, days=365)

    @deed(
        lines=wanted, days=how_long, action=st.sampled_from(("merge", "replace")), which=some, chosen=picks,
        redeemed=st.booleans(), read=st.booleans(),
    )  # fmt: skip
    @precondition(lambda self: self.ids and len(self.asks) < 8)
    def change_at_once(
        self,
        lines: list[Any],
        days: int,
        action: str,
        which: int,
        chosen: list[int],
        redeemed: bool,
        read: bool,
    ) -> None:
        """Of what was just read, perhaps: asked for, allowed, taken up perhaps, and read when that use is over."""
        id, held = self.one(which)
        for purpose in PURPOSES if read else ():
            self.look(held.client, id, None, purpose, None)
        waiting = len(self.asks)
        self.ask(then=[], person=0, client=0, lines=lines, days=days, action=action, which=which)
        if len(self.asks) > waiting:
            self.decide(then=[], number=waiting, chosen=chosen, days=days)
            if redeemed:
                self.redeem(then=[], number=which, revision=0)
            self.go_on(self.model.now + REPLY)
            for purpose in PURPOSES:
                self.look(held.client, id, None, purpose, None)

    # What comes by itself

    @deed(jump=st.sampled_from(JUMPS))
    def later(self, jump: timedelta) -> None:
        self.go_on(self.model.now + jump)

    @deed(number=some, early=st.booleans(), which=st.sampled_from(("reply", "use", "use", "end")))
    @precondition(lambda self: self.ids)
    def at_the_very_moment(self, number: int, early: bool, which: str) -> None:
        """When a use is over, when the next begins, when a consent ends; or a millisecond before."""
        _, held = self.one(number)
        moments = [held.ends] if which == "end" else []
        for place, at in held.used.items():
            period = REPLY if which == "reply" else AGAIN.get(held.lines.get(place, ""))
            moments += [] if which == "end" or period is None else [at + period]
        ahead = [moment for moment in moments if moment - timedelta(milliseconds=early) > self.model.now]
        if ahead:
            self.go_on(ahead[number % len(ahead)] - timedelta(milliseconds=early))

    @deed(number=some, read=st.booleans())
    def sweep(self, number: int, read: bool) -> None:
        """The worker writes down what has ended; of what was just read, perhaps."""
        if read and self.ids:
            id, held = self.one(number)
            for purpose in PURPOSES:
                self.look(held.client, id, None, purpose, None)
        while self.do(consents.expire):
            pass
        self.do(consents.close_used)
        self.model.close()

    # Reads

    @deed(number=some)
    @precondition(lambda self: self.ids)
    def read_everything_again(self, number: int) -> None:
        """As one does whose reply was lost: nine minutes later, and a minute after that."""
        id, held = self.one(number)
        for minutes in (0, 9, 1):
            self.go_on(self.model.now + timedelta(minutes=minutes))
            for purpose in PURPOSES:
                self.look(held.client, id, None, purpose, None)

    def read(
        self, number: int, client: int, back: int | None, purpose: str | None, keys: list[str] | None
    ) -> None:
        """Of what was touched mostly, by its client mostly."""
        among = self.touched if self.touched and number % 3 else self.ids
        if among:
            id = among[number // 3 % len(among)]
            held = self.model.held[id]
            by = held.client if client % 8 else list(self.shops)[client // 8 % 3]
            self.look(by, id, None if back is None else max(1, held.epoch - back), purpose, keys)

    @invariant()
    def all_is_as_it_should_be(self) -> None:
        """Whatever happened, what is kept of each consent is what the model has."""
        kept = self.house.database.read(
            lambda db: {
                consent.id: (
                    consent, consents.get_newest_revision(db, consumer_id=who, consent_id=consent.id)
                )
                for who in self.people
                for consent in consents.list_consents(db, consumer_id=who)
            }
        )  # fmt: skip
        assert set(kept) == set(self.ids)
        for id, (consent, newest) in kept.items():
            held = self.model.held[id]
            lines = {line.place: line.frequency for line in newest.lines}
            assert (lines, consent.expires_at, newest.number) == (held.lines, held.ends, held.revision)
            assert (consent.revision, consent.epoch, consent.latest_epoch) == (
                held.revision,
                held.epoch,
                held.decisions,
            )
            assert (consent.is_active(clock.now()), consent.paused or "") == (
                self.model.runs(held),
                held.paused,
            )
