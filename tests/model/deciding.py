"""What people do with what they are asked, and with what comes of it: all but to end it."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from tests.model.drawing import DAY, deed, how_long, mostly, picks, some
from tests.model.rules import Place
from tests.model.world import World
from tests.support import seeds
from vrm import clock, consents
from vrm.consents import Choice
from vrm.errors import Conflict, Invalid


class Deciding(World):
    """Two people."""

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
            self.touched.append(changes)
            open_still &= self.model.stands(held) and held.revision == ask.revision
        if not open_still or not (choices or terms.sign_in):
            assert said in (Conflict, Invalid)
            (self.decided if not open_still else self.asks).append(ask)
            return
        self.decided.append(ask)
        assert isinstance(said, consents.Consent), said
        lines = {
            (each.key, terms.lines[each.line].purpose): terms.lines[each.line].frequency for each in choices
        }
        if changes is None:
            self.model.grant(said.id, ask.person, ask.client, lines, days, terms.duration_days, terms.sign_in)
            self.ids.append(said.id)
            self.touched.append(said.id)
        else:
            by_name = {(key, line.purpose) for line in ask.lines for key in line.options}
            self.model.change(held, lines, by_name, days, terms.duration_days, terms.sign_in)

    @deed(number=some)
    @precondition(lambda self: self.asks)
    def refuse(self, number: int) -> None:
        ask = self.asks.pop(number % len(self.asks))
        self.decided.append(ask)
        said = self.do(consents.refuse, consumer_id=ask.person, ask_id=ask.id)
        assert (said is Conflict) == (clock.now() >= ask.at + 7 * DAY)

    @deed(number=some)
    @precondition(lambda self: self.decided)
    def change_their_mind(self, number: int) -> None:
        """What was refused, granted or let lie too long is not granted after all: the company must ask again."""
        ask = self.decided[number % len(self.decided)]
        every = [Choice(place, line.key) for place, line in enumerate(ask.terms.lines)]
        notice = self.model.notices[self.shops[ask.client].company.id]
        said = self.do(
            consents.grant if ask.changes is None else consents.amend, consumer_id=ask.person, ask_id=ask.id,
            choices=every, duration_days=1, versions=[], notice={}, notice_version=notice,
        )  # fmt: skip
        assert said in (Conflict, Invalid)

    @deed(
        number=some,
        keep=st.one_of(st.none(), st.integers(0, 31)),
        days=st.one_of(st.none(), how_long, st.sampled_from((0, -1))),
    )
    @precondition(lambda self: self.ids)
    def change(self, number: int, keep: int | None, days: int | None) -> None:
        """Lines are taken out, or the end is moved, or both at once; to what was asked for (0), or beyond (-1)."""
        id, held = self.one(number)
        places = sorted(held.lines)
        if days is not None and days <= 0:
            days = held.asked_days - days
        self.revise(
            id, None if keep is None else [place for bit, place in enumerate(places) if keep >> bit & 1], days
        )

    def revise(self, id: str, kept: list[Place] | None, days: int | None = None) -> None:
        """Only these lines are kept (None: all), and it ends in so many days (None: when it does)."""
        held = self.model.held[id]
        ends = None if days is None else clock.now() + days * DAY
        notice, revision = self.model.notice(held), held.revision
        said = self.do(
            consents.change, consumer_id=held.person, consent_id=id, keep=kept, ends=ends, notice_version=notice
        )  # fmt: skip
        later = ends is not None and ends > held.ends
        if not self.model.runs(held):
            assert said is Conflict
        elif kept == [] and not held.sign_in:
            assert said is Invalid
        elif later and held.notice != notice:
            assert said is Conflict
        elif later and days is not None and days > held.asked_days:
            assert said is Invalid
        else:
            assert isinstance(said, consents.Consent)
            self.model.narrow(held, held.lines if kept is None else kept)
            if ends not in (None, held.ends):
                held.ends, held.revision = ends or held.ends, revision + 1

    @deed(number=some, verb=st.sampled_from(("resume", "pause")))
    @precondition(lambda self: self.ids)
    def pause_or_resume(self, number: int, verb: str) -> None:
        id, held = self.one(number)
        runs = self.model.runs(held)
        said = self.do(getattr(consents, verb), consumer_id=held.person, consent_id=id)
        assert (said is not Conflict) == runs
        if runs:
            self.model.set_paused(held, "" if verb == "resume" else held.paused or "alone")

    @deed(number=some, alone=st.booleans(), resumed=mostly)
    @precondition(lambda self: self.ids)
    def pause_all(self, number: int, alone: bool, resumed: bool) -> None:
        """One by itself before, perhaps. What was paused with all is resumed with all, mostly."""
        id, held = self.one(number)
        who = held.person
        if alone:
            self.pause_or_resume(then=[], number=number, verb="pause")
        for verb, was, then in (
            (consents.pause_all, "", "with_all"),
            (consents.resume_all, "with_all", ""),
        )[: 1 + resumed]:
            mine = [
                held for held in self.all_of(who).values() if self.model.runs(held) and held.paused == was
            ]  # fmt: skip
            assert self.do(verb, consumer_id=who) == len(mine)
            for held in mine:
                self.model.set_paused(held, then)
            self.look_at_all(id)

    @deed(person=some, company=some, lift=st.booleans())
    def block(self, person: int, company: int, lift: bool) -> None:
        """It keeps a company from asking by itself, and changes nothing of what stands."""
        who, which = list(self.people)[person % 2], list(self.model.notices)[company % 2]
        self.do(consents.unblock if lift else consents.block, consumer_id=who, company_id=which)

    @deed()
    @precondition(lambda self: "email" not in self.model.has[list(self.people)[1]])
    def fill_in(self) -> None:
        """Ben, who had but a name, has an e-mail address."""
        who = list(self.people)[1]
        seeds.put(self.house, who, "email", "ben@mail.example")
        self.model.has[who].add("email")
