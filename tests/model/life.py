"""Random lives of consents, lived in a real house and in the model at once: see ``rules``."""

from collections.abc import Callable
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition

from tests.model.asking import Asking
from tests.model.deciding import Deciding
from tests.model.drawing import (
    JUMPS,
    KEYS,
    PURPOSES,
    STEP,
    Wanted,
    deed,
    how_long,
    mostly,
    picks,
    some,
    wanted,
)
from tests.model.ending import Ending
from tests.model.rules import AGAIN, REPLY, Client, Rules
from tests.support import seeds
from vrm import clock, consents


class Life(Asking, Deciding, Ending):
    """Two people, two companies, three clients, and all that happens between them."""

    @initialize(
        asked=st.lists(wanted, min_size=2, max_size=4),
        chosen=picks,
        days=st.permutations((90, 365, 365, 365)),
        refused=st.booleans(),
    )
    def begin(self, asked: list[Wanted], chosen: list[int], days: list[int], refused: bool) -> None:
        """Who is there, and what was allowed to begin with, or refused."""
        self.people = {
            each.consumer_id: each
            for each in (seeds.person(self.house), seeds.person(self.house, {"name": "Ben Ito"}))
        }
        has = [set(KEYS), {"name"}]
        clients = {id: Client(shop.company.id) for id, shop in self.shops.items()}
        self.model = Rules(clock.now(), clients, self.notices, dict(zip(self.people, has, strict=True)))
        for number, wants in enumerate(asked):
            self.ask(then=[], person=number, client=number, wants=wants, days=365, action="", which=0)
            self.decide(then=[], number=0, chosen=chosen, days=days[number])
        if refused:
            self.ask(then=[], person=0, client=0, wants=asked[0], days=365, action="", which=0)
            self.refuse(then=[], number=0)

    @deed(
        wants=wanted, days=how_long, action=st.sampled_from(("merge", "replace")), which=some, chosen=picks,
        redeemed=st.booleans(), read=mostly, again=mostly,
    )  # fmt: skip
    @precondition(lambda self: self.ids and len(self.asks) < 8)
    def change_at_once(
        self,
        wants: Wanted,
        days: int,
        action: str,
        which: int,
        chosen: list[int],
        redeemed: bool,
        read: bool,
        again: bool,
    ) -> None:
        """Of what was just read, perhaps: asked for, allowed, taken up perhaps, and read when that use is over.

        ``again``: no more is asked for than one of its lines.
        """
        id, held = self.one(which)
        if again and held.lines:
            key, purpose = sorted(held.lines)[which // 100 % len(held.lines)]
            wants = Wanted([((key,), purpose, True, held.lines[key, purpose])], wants.sign_in)
        if read:
            self.look_at_all(id)
        waiting = len(self.asks)
        self.ask(then=[], person=0, client=0, wants=wants, days=days, action=action, which=which)
        if len(self.asks) > waiting:
            self.decide(then=[], number=waiting, chosen=chosen, days=days)
            if redeemed:
                self.redeem(then=[], number=which, revision=0)
            self.go_on(self.model.now + REPLY)
            self.look_at_all(id)

    # What comes by itself

    @deed(jump=st.sampled_from(JUMPS))
    def later(self, jump: timedelta) -> None:
        self.go_on(self.model.now + jump)

    @deed(number=some, read=st.booleans(), which=st.sampled_from(("reply", "use", "use", "end")))
    @precondition(lambda self: self.ids)
    def at_the_very_moment(self, number: int, read: bool, which: str) -> None:
        """A step before a use is over, the next begins or a consent ends; then; and a step after."""
        id, held = self.one(number)
        if read:
            self.look_at_all(id)
        moments = [held.ends] if which == "end" else []
        for place, at in held.used.items():
            period = REPLY if which == "reply" else AGAIN.get(held.lines.get(place, ""))
            moments += [] if which == "end" or period is None else [at + period]
        self.go_to(moments, number, -1)
        self.look_at_all(id)
        for _ in range(2):
            self.go_on(self.model.now + STEP)
            self.look_at_all(id)

    @deed(number=some, read=st.booleans())
    def sweep(self, number: int, read: bool) -> None:
        """The worker writes down what has ended; of what was just read, perhaps."""
        if read and self.ids:
            self.look_at_all(self.one(number)[0])
        while self.do(consents.expire):
            pass
        self.do(consents.close_used)
        self.model.close()

    @deed(
        number=some, first=st.sampled_from(PURPOSES), minutes=st.sampled_from((9, 10)), narrowed=st.booleans()
    )
    @precondition(lambda self: self.ids)
    def use_up(self, number: int, first: str, minutes: int, narrowed: bool) -> None:
        """What is for one purpose; a while later the rest, unless it is taken out. The worker looks all the while."""
        id, held = self.one(number)
        self.look(held.client, id, None, first, None)
        self.go_on(self.model.now + timedelta(minutes=minutes))
        self.sweep(then=[], number=0, read=False)
        if narrowed:
            self.revise(id, [place for place in sorted(held.lines) if place in held.used])
        else:
            self.look_at_all(id)
        for minute in (0, 1):
            self.go_on(self.model.now + timedelta(minutes=minute))
            self.sweep(then=[], number=0, read=False)
            self.look_at_all(id)

    # Reads

    @deed(
        number=some,
        purpose=st.sampled_from(PURPOSES),
        what=st.sampled_from(("narrow", "narrow", "pause", "revoke", "end")),
    )
    @precondition(lambda self: self.ids)
    def read_meanwhile(self, number: int, purpose: str, what: str) -> None:
        """It was weighed and is not durable yet when its person takes a line out, pauses or revokes, or when it ends."""
        id, held = self.one(number)
        doing: dict[str, Callable[[], None]] = {
            "narrow": lambda: self.revise(id, sorted(held.lines)[1:]),
            "pause": lambda: self.pause_or_resume(then=[], number=number, verb="pause"),
            "revoke": lambda: self.revoke(then=[], number=3 * number),
            "end": lambda: self.go_to([held.ends], 0, 0),
        }
        self.look(held.client, id, None, purpose, None, doing[what])

    @deed(number=some)
    @precondition(lambda self: self.ids)
    def read_everything_again(self, number: int) -> None:
        """As one does whose reply was lost: nine minutes later, and a minute after that."""
        id, _ = self.one(number)
        for minutes in (0, 9, 1):
            self.go_on(self.model.now + timedelta(minutes=minutes))
            self.look_at_all(id)

    def read(
        self, number: int, client: int, back: int | None, purpose: str | None, keys: list[str] | None
    ) -> None:
        """Of what was touched mostly, by its client mostly."""
        if self.ids:
            id = (
                self.touched[number // 3 % len(self.touched)]
                if self.touched and number % 3
                else self.one(number // 3)[0]
            )
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
            assert (lines, newest.terms.sign_in) == (held.lines, held.sign_in)
            assert (consent.expires_at, newest.number) == (held.ends, held.revision)
            assert (consent.revision, consent.epoch, consent.latest_epoch) == (
                held.revision,
                held.epoch,
                held.decisions,
            )
            assert (consent.is_active(clock.now()), consent.paused or "") == (
                self.model.runs(held),
                held.paused,
            )
