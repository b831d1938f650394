"""How people take back what they allowed: one consent, a part of all, what was never read, by letter, by leaving."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from tests.model.drawing import DAY, KEYS, PURPOSES, deed, some
from tests.model.rules import WEEK, Held, Place
from tests.model.world import World
from tests.support import seeds
from vrm import clock, consents, journeys
from vrm.consents import Part
from vrm.errors import Conflict, Invalid, NotFound, Stale
from vrm.web.portal import unread

WAYS = ("key", "key and purpose", "purpose", "company and key", "company and purpose", "company", "nothing")


class Ending(World):
    """The same two people; in place of who leaves somebody new comes."""

    @deed(number=some)
    @precondition(lambda self: self.ids)
    def revoke(self, number: int) -> None:
        if number % 3:  # what has ended is not read any more
            return
        id, held = self.one(number // 3)
        runs = self.model.runs(held)
        assert (self.do(consents.revoke, consumer_id=held.person, consent_id=id) is not Conflict) == runs
        held.over = "revoked" if runs else held.over

    @deed(
        number=some,
        by=st.sampled_from(WAYS),
        ticked=st.sampled_from((15, 15, 5, 10, 0)),
        changed=st.sampled_from((False, False, False, True)),
    )
    @precondition(lambda self: self.ids)
    def take_back(self, number: int, by: str, ticked: int, changed: bool) -> None:
        """Of what runs, by the company, purpose or key of a line, what is ticked; nothing where one changed meanwhile."""
        _, like = self.one(number)
        who, places = like.person, sorted(like.lines) or [(KEYS[0], PURPOSES[0])]
        place = places[number // 100 % len(places)]
        whose = self.model.clients[like.client].company if "company" in by else None
        key, purpose = place[0] if "key" in by else None, place[1] if "purpose" in by else None
        part, whole = Part(whose, purpose, key), key is purpose is None
        would: dict[str, tuple[Held, set[Place]]] = {}
        for id, held in self.all_of(who).items():
            kept = {
                each for each in held.lines if purpose not in (None, each[1]) or key not in (None, each[0])
            }
            if self.model.runs(held) and whose in (None, self.model.clients[held.client].company):
                would |= {id: (held, kept)} if len(kept) < len(held.lines) or whole else {}
        listed = self.house.database.read(
            lambda db: consents.list_withdrawals(db, consumer_id=who, part=part, now=clock.now())
        )
        told = {each.consent.id: (each.ends, {line.place for line in each.kept}) for each in listed}
        assert told == {id: (whole or not (kept or held.sign_in), kept) for id, (held, kept) in would.items()}
        chosen = {
            id: held.revision for bit, (id, (held, _)) in enumerate(would.items()) if ticked >> bit % 4 & 1
        }
        if changed and chosen:
            chosen[list(chosen)[-1]] -= 1
        said = self.do(consents.withdraw, consumer_id=who, part=part, chosen=chosen)
        if changed or not chosen:
            assert said is (Stale if chosen else Invalid)
            return
        assert said == len(chosen)
        for held, kept in map(would.__getitem__, chosen):
            if (kept or held.sign_in) and not whole:
                self.model.narrow(held, kept)
            else:
                held.over = "revoked"

    @deed(number=some, days=st.sampled_from(unread.SPANS), late=st.sampled_from((None, -1, 0, 0, 1)))
    @precondition(lambda self: self.ids)
    def trim(self, number: int, days: int, late: int | None) -> None:
        """Take out what was not read for long: perhaps at the very moment at which that is so, or a step beside it."""
        id, held = self.one(number)
        if late is not None:
            moments = [max(since, held.resumed) + WEEK for since in held.since.values()]
            moments += [at + days * DAY for place, at in held.last.items() if days and place in held.lines]
            self.go_to([moment for moment in moments if moment < held.ends], number, late)
        if not self.model.runs(held):
            return
        facts = {"consumer_id": held.person, "consent_id": id}
        found = self.house.database.read(
            lambda db: unread.find(
                db, consents.get_consent(db, **facts), consents.list_revisions(db, **facts), days=days, now=clock.now()
            )
        )  # fmt: skip
        kept = {line.place for line in found.read}
        never = self.model.unread(held, days or None)
        assert ({line.place for line in found.never}, kept) == (never, set(held.lines) - never)
        said = self.do(consents.change, keep=kept, notice_version=self.model.notice(held), **facts)
        assert (said is Invalid) == (not kept and not held.sign_in)
        if said is not Invalid:
            self.model.narrow(held, kept)

    @deed(
        number=some,
        act=st.sampled_from(("pause", "pause", "pause", "stop")),
        wrong=st.sampled_from((False, False, True)),
    )
    @precondition(lambda self: self.ids)
    def stop_by_letter(self, number: int, act: str, wrong: bool) -> None:
        """Who has the code of a consent stops or pauses it; who has another code does not."""
        id, held = self.one(number)
        code = consents.stop_code(self.house.keys, consumer_id=held.person, consent_id=id)
        code = code[:-1] + ("b" if code[-1] == "a" else "a") if wrong else code
        said = self.do(
            journeys.stop_by_code, catalogue=self.house.catalogue, code=code, channel="link", act=act,
            issuer=self.house.settings.issuer,
        )  # fmt: skip
        if wrong:
            assert said is None
        elif not self.model.runs(held) or (act == "pause" and held.paused):
            assert not said.changed
        elif act == "pause":
            held.paused = "alone"
        else:
            held.over = "revoked"

    @deed(person=some)
    @precondition(lambda self: self.ids)
    def leave(self, person: int) -> None:
        """All that somebody allowed is gone for good, as if it had never been; of others' nothing is."""
        if person % 4 != 3:
            return
        people = list(self.people)
        gone = people[person // 4 % 2]
        theirs = self.all_of(gone)
        self.do(journeys.close_account, consumer_id=gone)
        newcomer = seeds.person(self.house, {"name": "Kim Sato"})
        self.people = {
            each.consumer_id: each
            for each in (newcomer if id == gone else kept for id, kept in self.people.items())
        }
        self.model.has[newcomer.consumer_id] = {"name"}
        self.ids = [id for id in self.ids if id not in theirs]
        self.asks = [ask for ask in self.asks if ask.person != gone]
        self.decided = [ask for ask in self.decided if ask.person != gone]
        self.touched.clear()
        for id, held in theirs.items():
            got, _ = self.reading(held.client, (gone, id), None, None, None)
            assert got == "not_found"
            assert self.do(consents.resume, consumer_id=gone, consent_id=id) is NotFound
