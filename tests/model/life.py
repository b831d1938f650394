"""Random lives of consents, lived in a real house and in the model at once: see ``rules``."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition

from tests.model.drawing import DAY, JUMPS, KEYS, PURPOSES, deed, how_long, picks, some, wanted
from tests.model.rules import AGAIN, REPLY, Client, Held, Place, Rules
from tests.model.world import Asked, World
from tests.support import seeds
from vrm import clock, companies, consents
from vrm.consents import Amends, Choice, Line, Terms
from vrm.errors import Conflict, Invalid, NotFound
from vrm.web.asking.merging import merge


class Life(World):
    """Two people, two companies, three clients, and all that happens between them."""

    @initialize(asked=st.lists(wanted, min_size=1, max_size=3), chosen=picks)
    def begin(self, asked: list[Any], chosen: list[int]) -> None:
        """Who is there, and what was allowed to begin with."""
        shops = [seeds.shop(self.house, name) for name in ("Nordlicht", "Suedwind")]
        second = self.write(
            companies.new_client, company_id=shops[0].company.id, name="Till", redirect_uris=[seeds.REDIRECT],
            jwks={"keys": [shops[0].key.as_dict(private=False)]},
        )  # fmt: skip
        self.shops = {each.client.id: each for each in (*shops, replace(shops[0], client=second))}
        self.people = {
            each.consumer_id: each
            for each in (seeds.person(self.house), seeds.person(self.house, {"name": "Ben Ito"}))
        }
        has = [set(KEYS), {"name"}]
        self.model = Rules(
            clock.now(),
            {id: Client(shop.company.id) for id, shop in self.shops.items()},
            {shop.company.id: 1 for shop in shops},
            dict(zip(self.people, has, strict=True)),
        )
        for number, lines in enumerate(asked):
            self.ask(then=[], person=number, client=number, lines=lines, days=365, action="", which=0)
            self.decide(then=[], number=0, chosen=chosen, days=365)

    # What companies do

    @deed(
        person=some,
        client=some,
        lines=wanted,
        days=how_long,
        action=st.sampled_from(("", "", "merge", "replace")),
        which=some,
    )
    @precondition(lambda self: len(self.asks) < 8)
    def ask(self, person: int, client: int, lines: list[Any], days: int, action: str, which: int) -> None:
        """For something new, or to change what one of its consents allows."""
        asked = tuple(
            Line(options[0], purpose, required, any_of=options[1:], frequency=frequency)
            for options, purpose, required, frequency in lines
        )
        terms, changes, revision = Terms(asked, days), None, 0
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
        if company % 5 != 3:  # nothing is read until all is asked anew
            return
        id = list(self.model.notices)[company // 5 % 2]
        self.write(companies.change_notice, company_id=id, privacy_notice_url="https://a.example/new")
        self.model.notices[id] += 1

    @deed(number=some)
    @precondition(lambda self: self.ids)
    def suspend_a_client(self, number: int) -> None:
        """For a moment, in which it reads nothing."""
        id, held = self.one(number)
        self.write(companies.suspend_client, client_id=held.client)
        self.model.clients[held.client].suspended = True
        self.look(held.client, id, None, None, None)
        self.write(companies.resume_client, client_id=held.client)
        self.model.clients[held.client].suspended = False

    # What people do

    @deed(number=some, chosen=picks, days=how_long)
    @precondition(lambda self: self.asks)
    def decide(self, number: int, chosen: list[int], days: int) -> None:
        """Allow all that is needed, and of the rest what was picked; on an ask that changes something, or a new one."""
        ask = self.asks.pop(number % len(self.asks))
        terms, changes = ask.terms, ask.changes
        choices = [
            Choice(place, line.options[pick % len(line.options)])
            for place, (line, pick) in enumerate(zip(terms.lines, chosen, strict=False))
            if line.required or pick
        ]
        days = min(days, terms.duration_days)
        notice = self.model.notices[self.shops[ask.client].company.id]
        said = self.do(
            consents.grant if changes is None else consents.amend, consumer_id=ask.person, ask_id=ask.id, choices=choices,
            duration_days=days, versions=[], notice={}, notice_version=notice,
        )  # fmt: skip
        open_still = clock.now() < ask.at + 7 * DAY
        if changes is not None:
            held = self.model.held[changes]
            open_still &= self.model.stands(held) and held.revision == ask.revision
        if not open_still or not choices:
            assert said in (Conflict, Invalid)
            return
        assert isinstance(said, consents.Consent), said
        lines = {
            (each.key, terms.lines[each.line].purpose): terms.lines[each.line].frequency for each in choices
        }
        if changes is None:
            ends = clock.now() + days * DAY
            self.model.held[said.id] = Held(ask.person, ask.client, lines, ends, terms.duration_days, notice)
            self.ids.append(said.id)
        else:
            by_name = {(key, line.purpose) for line in ask.lines for key in line.options}
            self.model.change(held, lines, by_name, days, terms.duration_days)

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

    @deed(number=some)
    @precondition(lambda self: self.asks)
    def refuse(self, number: int) -> None:
        ask = self.asks.pop(number % len(self.asks))
        self.do(consents.refuse, consumer_id=ask.person, ask_id=ask.id)

    @deed(number=some, keep=st.integers(0, 31))
    @precondition(lambda self: self.ids)
    def narrow(self, number: int, keep: int) -> None:
        id, held = self.one(number)
        kept = [place for bit, place in enumerate(sorted(held.lines)) if keep >> bit & 1]
        said = self.do(consents.narrow, consumer_id=held.person, consent_id=id, keep=kept)
        if not self.model.runs(held):
            assert said is Conflict
        elif not kept:
            assert said is Invalid
        elif len(kept) < len(held.lines):
            held.lines = {place: held.lines[place] for place in kept}
            held.revision += 1

    @deed(number=some, days=how_long, longer=st.booleans())
    @precondition(lambda self: self.ids)
    def move_the_end(self, number: int, days: int, longer: bool) -> None:
        id, held = self.one(number)
        ends, notice = clock.now() + days * DAY, self.model.notice(held)
        facts = {"consumer_id": held.person, "consent_id": id, "days": days}
        if longer:
            said = self.do(consents.extend, notice_version=notice, **facts)
            may = self.model.stands(held) and days <= held.asked_days and ends > held.ends
        else:
            said = self.do(consents.shorten, **facts)
            may = self.model.runs(held) and ends < held.ends
        assert isinstance(said, consents.Consent) == may
        if may:
            held.ends = ends
            held.revision += 1

    @deed(number=some, verb=st.sampled_from(("resume", "pause", "resume", "revoke")))
    @precondition(lambda self: self.ids)
    def pause_resume_revoke(self, number: int, verb: str) -> None:
        id, held = self.one(number)
        runs = self.model.runs(held)
        said = self.do(getattr(consents, verb), consumer_id=held.person, consent_id=id)
        assert (said is not Conflict) == runs
        if runs and verb == "revoke":
            held.over = "revoked"
        elif runs:
            held.paused = "" if verb == "resume" else held.paused or "alone"

    @deed(person=some, pause=st.sampled_from((False, False, True)))
    def pause_or_resume_all(self, person: int, pause: bool) -> None:
        who = list(self.people)[person % 2]
        was, then = ("", "with all") if pause else ("with all", "")
        mine = [
            each for each in self.model.held.values()
            if each.person == who and self.model.runs(each) and each.paused == was
        ]  # fmt: skip
        assert self.do(consents.pause_all if pause else consents.resume_all, consumer_id=who) == len(mine)
        for held in mine:
            held.paused = then

    @deed(person=some, company=some)
    def block(self, person: int, company: int) -> None:
        """It keeps a company from asking by itself, and changes nothing of what stands."""
        who, which = list(self.people)[person % 2], list(self.model.notices)[company % 2]
        self.do(consents.block, consumer_id=who, company_id=which)

    @deed()
    def fill_in(self) -> None:
        """Ben, who had but a name, has an e-mail address."""
        who = list(self.people)[1]
        if "email" not in self.model.has[who]:
            seeds.put(self.house, who, "email", "ben@mail.example")
            self.model.has[who].add("email")

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

    def go_on(self, then: datetime) -> None:
        """Let it be then."""
        self.travel.stop()
        self.travel = time_machine.travel(then, tick=False)
        self.travel.start()
        self.model.now = clock.now()

    @deed()
    def sweep(self) -> None:
        """The worker writes down what has ended."""
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
        """By its client mostly."""
        if self.ids:
            id, held = self.one(number)
            by = held.client if client % 8 else list(self.shops)[client // 8 % 3]
            self.look(by, id, None if back is None else max(1, held.epoch - back), purpose, keys)

    @invariant()
    @precondition(lambda self: self.ids)
    def the_newest_is_as_it_should_be(self) -> None:
        """Whatever happened last, what is kept of one consent is what the model has."""
        id, held = self.one(-1)
        facts = {"consumer_id": held.person, "consent_id": id}
        consent, revision = self.house.database.read(
            lambda db: (consents.get_consent(db, **facts), consents.get_newest_revision(db, **facts))
        )
        lines: dict[Place, str] = {line.place: line.frequency for line in revision.lines}
        kept = (lines, consent.expires_at, consent.revision, consent.epoch, bool(consent.paused))
        assert kept == (held.lines, held.ends, held.revision, held.epoch, bool(held.paused))
        assert consent.is_active(clock.now()) == self.model.runs(held)
