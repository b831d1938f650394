"""A client's keys over time: add one, let the old one go on for a while, or end it at once; or publish them.

A new key and an old one overlap, so that nothing stands still while the client changes over. Reading a published
set waits for the company's server, so it stands outside any transaction.
"""

from datetime import UTC, date, datetime, time

from flask import Blueprint
from marshmallow import Schema
from werkzeug.wrappers import Response as BaseResponse

from vrm import clock, companies
from vrm.errors import Conflict, Invalid, VrmError
from vrm.web import problems
from vrm.web.audiences import audience
from vrm.web.company import key_sets
from vrm.web.company.clients import DEVELOPS, PAGE, by, client_page, own_client
from vrm.web.forms import Form, filled
from vrm.web.language import gettext, told
from vrm.web.onward import onward
from vrm.web.rooms import house
from vrm.web.site import site
from vrm.web.typed import N_, REFUSED, needed


class _Key(Schema):
    jwk = needed(N_("Paste the public key."))


class _Old(Schema):
    """Which key, and until when: as typed; the room knows what there is."""


class _Address(Schema):
    jwks_uri = needed(N_("Give the address where the client publishes its keys."))


def add_routes(blueprint: Blueprint) -> None:
    """``/company/clients/<id>/keys``, ``/keys/retire``, ``/keys/remove``, ``/keys/address``, ``/keys/fetch``."""
    blueprint.post("/clients/<uuid:client_id>/keys")(add)
    blueprint.post("/clients/<uuid:client_id>/keys/retire")(retire)
    blueprint.post("/clients/<uuid:client_id>/keys/remove")(remove)
    blueprint.post("/clients/<uuid:client_id>/keys/address")(publish)
    blueprint.post("/clients/<uuid:client_id>/keys/fetch")(fetch)


@audience("company", roles=DEVELOPS)
def add(client_id: object) -> BaseResponse:
    """Take one more key; those there are stay good. A client that published its keys gives them to us from now on."""
    client, form = own_client(client_id), filled(_Key())
    if form.errors:
        return client_page(client.id, form, REFUSED)
    try:
        pasted = key_sets.parse_pasted(form.data["jwk"])
    except key_sets.NotKeys as fault:
        return client_page(client.id, Form(form.values, {}, {"jwk": str(fault)}), REFUSED)
    listed = pasted["keys"]
    try:
        if client.jwks_uri is not None:
            house().database.write(
                lambda db: companies.change_client(db, client_id=client.id, jwks=pasted, **by())
            )
        elif isinstance(listed, list) and len(listed) == 1 and isinstance(listed[0], dict):
            house().database.write(
                lambda db: companies.add_client_key(db, client_id=client.id, jwk=listed[0], **by())
            )
        else:
            raise Invalid(gettext("Add one key at a time."))
    except (Conflict, Invalid) as fault:
        return _refused(client.id, form, "jwk", fault)
    return onward(f"{PAGE}/{client.id}#keys", "key-added")


@audience("company", roles=DEVELOPS)
def retire(client_id: object) -> BaseResponse:
    """Let a key go on until the end of a day (UTC), at most 30 days from now."""
    client, form = own_client(client_id), filled(_Old())
    try:
        until = _end_of(form.values.get("until", ""))
    except ValueError:
        wrong = {"until": gettext("Choose a day within the next 30 days.")}
        return client_page(client.id, Form(form.values, {}, wrong), REFUSED)
    try:
        house().database.write(
            lambda db: companies.retire_client_key(
                db, client_id=client.id, kid=form.values.get("kid", ""), until=until, **by()
            )
        )
    except (Conflict, Invalid) as fault:
        return _refused(client.id, form, "until", fault)
    return onward(f"{PAGE}/{client.id}#keys", "key-retired")


@audience("company", roles=DEVELOPS)
def remove(client_id: object) -> BaseResponse:
    """End a key at once."""
    client, form = own_client(client_id), filled(_Old())
    try:
        house().database.write(
            lambda db: companies.remove_client_key(
                db, client_id=client.id, kid=form.values.get("kid", ""), **by()
            )
        )
    except Conflict as fault:
        return _refused(client.id, form, "until", fault)
    return onward(f"{PAGE}/{client.id}#keys", "key-removed")


@audience("company", roles=DEVELOPS)
def publish(client_id: object) -> BaseResponse:
    """Read the keys at an address from now on, the first time at once."""
    here, client, form = house(), own_client(client_id), filled(_Address())
    if form.errors:
        return client_page(client.id, form, REFUSED)
    try:
        here.database.write(
            lambda db: companies.change_client(
                db, client_id=client.id, jwks_uri=form.data["jwks_uri"], loopback=site().sandbox, **by()
            )
        )
    except Invalid as fault:
        return _refused(client.id, form, "jwks_uri", fault)
    companies.refresh_jwks(here.database, here.fetcher, client_id=client.id, now=clock.now())
    return onward(f"{PAGE}/{client.id}#keys", "saved")


@audience("company", roles=DEVELOPS)
def fetch(client_id: object) -> BaseResponse:
    """Read the published keys now, unless that was done within the last minute."""
    here, client, now = house(), own_client(client_id), clock.now()
    if not here.database.read(lambda db: companies.is_jwks_due(db, client_id=client.id, now=now)):
        sentence = gettext("Its keys were read less than a minute ago. Wait a little, then fetch again.")
        return client_page(client.id, Form({}, {}, {"": sentence}), 429)
    done = companies.refresh_jwks(here.database, here.fetcher, client_id=client.id, now=now)
    return onward(f"{PAGE}/{client.id}#keys", "" if done.jwks_failure else "keys-fetched")


def _end_of(day: str) -> datetime:
    """The end of a day (UTC); of the last one that is offered, what still is within the longest overlap."""
    chosen, longest = date.fromisoformat(day), clock.now() + companies.MOST_OVERLAP
    return longest if chosen == longest.date() else datetime.combine(chosen, time(23, 59, 59), UTC)


def _refused(client_id: str, form: Form, field: str, fault: VrmError) -> BaseResponse:
    wrong = Form(form.values, {}, {field: told(fault)})
    return client_page(client_id, wrong, problems.row(fault).status)
