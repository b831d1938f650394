"""A receipt says what was decided, to both sides alike; the log holds its hash; and no byte of it can change unseen."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.support import seeds
from tests.unit.receipts.conftest import ITEM, Desk
from vrm import clock, consents, receipts
from vrm.consents import recording
from vrm.errors import NotFound
from vrm.receipts.document import sign

DPV = "https://w3id.org/dpv#"


def test_a_record_in_the_shape_of_the_standard(desk: Desk):
    """Every mandatory field is there, one entry for each purpose asked, with what was given of it and what was not."""
    record = desk.receipt(desk.grant()).record
    given, left_out = record["pii_processing"]
    assert given["purpose"] == f"{DPV}DeliveryOfGoods" and given["given"] is True
    assert given["retention_period"] == "P30D" and given["recipient_third_parties"] == ["Parcel carrier"]
    (address,) = given["pii_information"]
    assert address["pii_type"] == "https://w3id.org/dpv/pd#PhysicalAddress"
    assert (address["pii_attribute_id"], address["pii_optional"]) == ("address", False)
    assert left_out["given"] is False and left_out["pii_information"][0]["pii_attribute_id"] == "email"
    (party,) = record["party_identification"]
    assert (
        party["party_name"] == desk.shop.company.legal_name
        and party["party_contact"] == "data@nordlicht.example"
    )
    (event,) = record["event"]
    assert (event["event_state"], event["validity_duration"]) == (f"{DPV}ConsentGiven", "P30D")
    assert record["notice"]["purposes"] == {seeds.PURPOSE: "We send you parcels."}


def test_nobody_is_named_and_no_value_copied(desk: Desk):
    """The person is whom the company knows; the item they chose opens for them alone."""
    consent = desk.grant()
    mine, theirs = receipts.dump(desk.receipt(consent)), receipts.dump(desk.companys(consent))
    for raw in (mine, theirs):
        assert desk.person.consumer_id.encode() not in raw and desk.person.email.encode() not in raw
        assert json.loads(raw)["receipt"]["record"]["pii_principal_id"] == consent.subject
    assert ITEM.encode() in mine and ITEM.encode() not in theirs


def test_both_sides_have_the_same_record_always(desk: Desk):
    """Asked twice, years apart, by either side: the same bytes, whatever happened since."""
    consent = desk.grant()
    first = recording.digest(dict(desk.receipt(consent).record))
    seeds.revoke(desk.house, consent)
    assert recording.digest(dict(desk.receipt(consent).record)) == first
    assert recording.digest(dict(desk.companys(consent).record)) == first


def test_the_log_holds_the_hash_of_the_record(desk: Desk):
    """With the proofs in it a receipt shows when it was written; before they are there it says so."""
    consent = desk.grant()
    early = desk.check(receipts.dump(desk.receipt(consent)))
    assert (early.faults, early.logged, early.pending) == ((), "not_in_it", ("granted",))
    seeds.revoke(desk.house, consent)
    seeds.catch_up(desk.house)
    for receipt in (desk.receipt(consent), desk.companys(consent)):
        found = desk.check(receipts.dump(receipt))
        assert (found.faults, found.logged, found.committed, found.pending) == ((), "in_the_log", True, ())
        assert [event["change"] for event in receipt.body["events"]] == ["granted", "revoked"]
        assert receipt.body["events"][1]["event_state"] == f"{DPV}ConsentWithdrawn"


def test_what_a_verifier_without_keys_is_told(desk: Desk):
    """Without keys the parts belong together, and nobody is said to have signed."""
    consent = desk.grant()
    seeds.catch_up(desk.house)
    found = receipts.verify(receipts.dump(desk.receipt(consent)))
    assert (found.faults, found.signed_by, found.logged) == ((), None, "in_a_log")


def test_each_revision_has_a_receipt_of_its_own(desk: Desk):
    """What a person changes by themselves is a decision too; a pause is an event of the revision it fell into."""
    consent, keys, who = desk.grant(), desk.house.keys, desk.person.consumer_id
    write = desk.house.database.write
    write(lambda db: consents.pause(db, keys, consumer_id=who, consent_id=consent.id, now=clock.now()))
    desk.move_end(consent, days=3)
    seeds.catch_up(desk.house)
    first, second = desk.receipt(consent, 1), desk.receipt(consent, 2)
    assert [event["change"] for event in first.body["events"]] == ["granted", "paused", "shortened"]
    assert first.body["events"][2]["validity_duration"] == "P3D"
    assert [event["change"] for event in second.body["events"]] == ["shortened"]
    assert second.record["event"][0]["validity_duration"] == "P3D"
    assert first.record["record_id"] != second.record["record_id"]
    assert all(desk.check(receipts.dump(one)).committed for one in (first, second))
    assert "paused" not in receipts.dump(desk.companys(consent)).decode()
    assert (desk.check(receipts.dump(first)).replaced, desk.check(receipts.dump(second)).replaced) == (
        "shortened", None
    )  # fmt: skip


def test_an_older_revision_does_not_hide_the_end(desk: Desk):
    """A receipt made later says that another revision took its place, and that the consent is over, to both sides."""
    consent = desk.grant()
    desk.move_end(consent, days=3)
    desk.move_end(consent, days=2)
    seeds.revoke(desk.house, consent)
    seeds.catch_up(desk.house)
    for issue in (desk.receipt, desk.companys):
        found = desk.check(receipts.dump(issue(consent, number=1)))
        assert found.receipt is not None
        assert [event["change"] for event in found.receipt.body["events"]] == [
            "granted", "shortened", "revoked"
        ]  # fmt: skip
        assert (found.faults, found.pending, found.replaced, found.ended) == ((), (), "shortened", "revoked")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_revision_among_very_many_keeps_its_proof(desk: Desk):
    """However many decisions came later, each revision's own is in its receipt."""
    consent = desk.grant()
    for _ in range(60):
        desk.move_end(consent, days=3)
        desk.move_end(consent, days=9)
    seeds.catch_up(desk.house)
    for number in (1, 2, 3, 121):
        found = desk.check(receipts.dump(desk.receipt(consent, number)))
        assert (found.faults, found.logged, found.committed) == ((), "in_the_log", True)


@pytest.mark.parametrize("kept", [True, False])
def test_a_refusal_has_a_receipt(desk: Desk, kept: bool):
    """One for each purpose, with the notice that was shown; the company is given none."""
    ask_id = desk.refuse(kept=kept)
    seeds.catch_up(desk.house)
    receipt = desk.refusal(ask_id)
    assert [one["given"] for one in receipt.record["pii_processing"]] == [False]
    assert receipt.record["event"][0]["event_state"] == f"{DPV}ConsentRefused"
    assert bool(receipt.record["notice"]) is kept
    found = desk.check(receipts.dump(receipt))
    assert (found.faults, found.committed, found.logged) == ((), True, "in_the_log")
    assert recording.digest(dict(desk.refusal(ask_id).record)) == recording.digest(dict(receipt.record))


def test_nobody_elses_receipt_is_to_be_had(desk: Desk):
    """Another person, another client, a revision that never was, an ask that waits: there is no such receipt."""
    consent, stranger = desk.grant(), seeds.person(desk.house, {})
    other = seeds.shop(desk.house, "Kavanagh")
    waits = seeds.ask(desk.house, desk.person, desk.shop, seeds.terms("name"))
    with pytest.raises(NotFound):
        desk.companys(consent, other.client.id)
    for number in (0, 2, 3_000_000_000, 10**25):
        with pytest.raises(NotFound):
            desk.receipt(consent, number)
    with pytest.raises(NotFound):
        desk.refusal(waits)
    desk.person = stranger
    with pytest.raises(NotFound):
        desk.receipt(consent)


def test_a_receipt_outlives_the_key_it_was_signed_with(desk: Desk):
    """After a rotation the old key is published with its time: what it signed then verifies, and nothing later."""
    consent, keys = desk.grant(), desk.house.keys.receipt_keys
    old = keys.signer(clock.now())
    raw = receipts.dump(desk.receipt(consent))
    begun = clock.now() + timedelta(seconds=5)
    assert keys.rotate(begun).kid != old.kid == desk.check(raw).signed_by
    late = dict(desk.receipt(consent).body, issued_at=clock.rfc3339(begun + timedelta(seconds=9)))
    assert desk.check(receipts.dump(sign(late, old))).faults == (
        "it is dated to a time in which its key did not sign",
    )


def _record(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], None]:
    def lie(body: dict[str, Any]) -> None:
        change(body["record"])

    return lie


SIGNED_LIES = {
    "another end": _record(lambda record: record["event"][0].update(validity_duration="P365D")),
    "more was given": _record(lambda record: record["pii_processing"][1].update(given=True)),
    "other words": _record(lambda record: record["notice"].update(company="Somebody else")),
    "another person": _record(lambda record: record.update(pii_principal_id=ITEM)),
    "a field left out": _record(lambda record: record["pii_processing"][0].pop("jurisdiction")),
    "other versions": lambda body: body["values"]["versions"][0].update(version=4),
    "an earlier moment": lambda body: body["events"][0].update(event_time="2020-01-01T00:00:00.000Z"),
    "another event": lambda body: body["events"][0].update(event_id=ITEM),
    "an end that never was": lambda body: body["events"].append(
        {**body["events"][0], "change": "revoked", "event_state": f"{DPV}ConsentWithdrawn"}
    ),
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("lie", SIGNED_LIES.values(), ids=SIGNED_LIES)
def test_what_the_issuer_itself_could_lie_about(desk: Desk, lie: Callable[[dict[str, Any]], None]):
    """Whoever has the signing key cannot make a receipt that the log does not bear out."""
    consent = desk.grant()
    seeds.catch_up(desk.house)
    body = json.loads(receipts.dump(desk.receipt(consent)))["receipt"]
    lie(body)
    raw = receipts.dump(sign(body, desk.house.keys.receipt_keys.signer(clock.now())))
    assert desk.check(raw).faults


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_byte_can_change_unseen(desk: Desk):
    """Each byte of the file, changed by one bit, and a byte more or less, is refused by whoever has the key."""
    raw = receipts.dump(desk.receipt(desk.grant()))
    keys = desk.keys
    assert receipts.verify(raw, keys=keys).faults == ()
    for place in range(len(raw)):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        assert receipts.verify(changed, keys=keys).faults, (place, raw[place - 20 : place + 20])
    for changed in (
        raw + b"\n",
        raw[:-1],
        raw.replace(b": 1,", b": 1.0,"),
        raw.replace(b"\n", b"\r\n"),
        b"",
        b"[]",
    ):
        assert receipts.verify(changed, keys=keys).faults


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b'{"keys":[]}',
        b'{"keys":[{"kty":"EC"}]}',
        b"[1",
        b'{"keys":[{"kty":"EC","kid":"a","exp":"b"}]}',
    ],
)
def test_what_is_no_set_of_keys(raw: bytes):
    """A file of keys that holds none is said to be none."""
    with pytest.raises(receipts.BadReceipt):
        receipts.read_keys(raw)
