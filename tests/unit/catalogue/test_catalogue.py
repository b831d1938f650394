"""The shipped catalogue as a whole."""

import ast
import dataclasses
from pathlib import Path

import pytest

import vrm.catalogue
from vrm.catalogue import SPECIAL_CATEGORIES, InvalidValue, UnknownKey, UnknownPurpose
from vrm.errors import Invalid

# OpenID Connect Core 1.0, section 5.1, without what the service itself says: sub, updated_at, *_verified.
STANDARD_CLAIMS = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "address",
]
SOURCE = Path(vrm.catalogue.__file__).parent


def test_it_is_large_enough(catalogue):
    """At least sixty keys, and fifteen answers among them."""
    assert len(catalogue.keys) >= 75
    assert len(catalogue.answers()) >= 15
    assert len(catalogue.fields()) + len(catalogue.answers()) == len(catalogue.keys)


def test_the_standard_claims_are_fields(catalogue):
    """Each standard claim a person can state is a field; those that we state are not."""
    assert {catalogue.get(claim).kind for claim in STANDARD_CLAIMS} == {"field"}
    assert not {"sub", "updated_at", "email_verified", "phone_number_verified"} & set(catalogue.keys)
    address = catalogue.get("address")
    assert address.plural
    parts = {"street_address", "locality", "region", "postal_code", "country", "label"}
    assert {member.name for member in address.members} == parts


def test_every_key_can_be_read_by_a_person(catalogue):
    """Labels are there, short, and unlike each other; every group has keys and every key a group."""
    labels = [key.label for key in catalogue.keys.values()]
    assert all(0 < len(label) <= 48 for label in labels)
    assert len(set(labels)) == len(labels)
    grouped = [name for group in catalogue.groups.values() for name in group.keys]
    assert sorted(grouped) == sorted(catalogue.keys)
    assert all(group.keys and group.label for group in catalogue.groups.values())
    for key in catalogue.keys.values():
        assert all(0 < len(member.label) <= 48 for member in key.members)


def test_answers_declare_what_they_are_made_of(catalogue):
    """Each answer comes from fields that exist, and may replace only such as it comes from."""
    for key in catalogue.answers():
        assert key.answers_from
        assert all(catalogue.get(source).kind == "field" for source in key.answers_from)
        assert set(key.may_replace) <= set(key.answers_from)
        assert not key.plural
    for key in catalogue.fields():
        assert not key.answers_from
        assert not key.may_replace


def test_replacements_are_offered_for_the_raw_field(catalogue):
    """A date of birth can be answered by an age, an address by a region, and a name by nothing else."""
    offered = {key.name for key in catalogue.replacements("birthdate")}
    assert {"age_over_18", "age_band", "birth_year"} <= offered
    assert "country_region" in {key.name for key in catalogue.replacements("address")}
    assert catalogue.replacements("name") == ()
    with pytest.raises(UnknownKey):
        catalogue.replacements("shoe")


def test_special_categories_are_marked(catalogue):
    """Health and faith are special, with the category of the law; nothing else is."""
    special = {key.name: key.special_category for key in catalogue.keys.values() if key.special}
    assert special["food_allergy"] == special["accessibility_need"] == "health"
    assert special["religious_diet"] == "religious_or_philosophical_beliefs"
    assert set(special.values()) <= set(SPECIAL_CATEGORIES)
    for key in catalogue.answers():
        sources = [catalogue.get(source) for source in key.answers_from]
        assert key.special or not any(source.special for source in sources)


def test_unknown_names_are_refused(catalogue):
    """An unknown key or purpose is an Invalid with a code of its own."""
    ask = [catalogue.get, lambda name: catalogue.parse(name, "x"), lambda name: catalogue.show(name, "x")]
    for asked in [*ask, lambda name: catalogue.answer(name, {}, None)]:
        with pytest.raises(UnknownKey) as caught:
            asked("shoe")
        assert isinstance(caught.value, Invalid)
        assert caught.value.code == "unknown_key"
    with pytest.raises(UnknownPurpose):
        catalogue.get_purpose("dpv:World")


def test_answers_cannot_be_written(catalogue):
    """No one can store an answer: it would not follow its field."""
    with pytest.raises(InvalidValue, match="worked out"):
        catalogue.parse("age_over_18", "yes")


def test_it_cannot_be_changed(catalogue):
    """What every process shares, none can alter."""
    with pytest.raises(TypeError):
        catalogue.keys["shoe"] = catalogue.get("name")
    with pytest.raises(dataclasses.FrozenInstanceError):
        catalogue.get("name").label = "Nom"
    with pytest.raises(TypeError):
        catalogue.purposes["dpv:World"] = None


def test_every_word_can_be_translated(catalogue):
    """The messages hold each label, help, choice and purpose, once."""
    messages = list(catalogue.messages())
    assert len(messages) == len(set(messages))
    assert all(message.strip() for message in messages)
    wanted = {"Date of birth", "Only about what I bought or asked", "Town", "kWh", "Household", "June"}
    assert wanted | {"Delivering what you ordered", "This is marketing."} <= set(messages)


def test_every_refusal_is_marked_for_translation():
    """Whatever a refusal says stands in N_() at its source, so that extractors find it."""
    unmarked = []
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "InvalidValue":
                said = node.args[0]
                if isinstance(said, (ast.Constant, ast.JoinedStr, ast.BinOp)):
                    unmarked.append(f"{path.name}:{node.lineno}")
    assert unmarked == []
