"""The code with which a consent is stopped by who has a letter about it."""

import random

from tests.support import seeds
from vrm import consents
from vrm.consents.stopping import CODE_LENGTH
from vrm.ids import new_id


def find(house, code):
    return house.database.read(lambda db: consents.find_by_stop_code(db, house.keys, code=code))


def code_of(house, consent):
    return consents.stop_code(house.keys, consumer_id=consent.consumer_id, consent_id=consent.id)


def test_a_code_finds_its_consent_however_it_was_written(house, town):
    """The same for every letter, in either case: mail systems change that on the way."""
    consent = town.granted(seeds.shop(house), seeds.terms("name"))
    code = code_of(house, consent)
    assert code == code_of(house, consent)
    assert (len(code), code.lower()) == (CODE_LENGTH, code)
    assert find(house, code) == find(house, code.upper()) == (consent.consumer_id, consent.id)


def test_no_other_code_finds_it(house, town):
    """One sign changed anywhere, one more or less, another person or consent in it: nothing is found."""
    consent = town.granted(seeds.shop(house), seeds.terms("name"))
    code, draw = code_of(house, consent), random.Random(6)
    for at in range(CODE_LENGTH):
        others = "abcdefghijklmnopqrstuvwxyz234567".replace(code[at], "")
        assert find(house, code[:at] + draw.choice(others) + code[at + 1 :]) is None
    other = town.granted(seeds.shop(house), seeds.terms("name"))
    assert find(house, code[:26] + code_of(house, other)[26:]) is None
    for consumer_id, consent_id in [(other.consumer_id, consent.id), (consent.consumer_id, new_id())]:
        made = consents.stop_code(house.keys, consumer_id=consumer_id, consent_id=consent_id)
        assert find(house, made) is None
    for bad in (
        "",
        code[:-1],
        code + "a",
        code[:-1] + "1",
        code[:-1] + "=",
        code[:-1] + "\u0131",
        " " + code[1:],
    ):
        assert find(house, bad) is None


def test_a_code_outlives_new_keys_and_dies_with_its_consent(house, town):
    """Rotation changes no letter that is out; a consent that is forgotten has no code."""
    consent = town.granted(seeds.shop(house), seeds.terms("name"))
    code = code_of(house, consent)
    house.keys.rotate()
    house.keys.rewrap()
    assert find(house, code) == (consent.consumer_id, consent.id)
    house.database.write(lambda db: consents.forget(db, consumer_id=consent.consumer_id))
    assert find(house, code) is None
