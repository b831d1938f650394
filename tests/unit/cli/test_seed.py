"""``vrm seed``: for a sandbox alone."""

import json


def test_a_sandbox_is_filled_and_verifies(operator):
    """So many people in the end, however often it runs."""
    words = ("seed", "--consumers", "4", "--consents-each", "2", "--companies", "3")
    told = operator.do(*words, "--json")
    first = json.loads(told.stdout)
    assert "people: 4/4" in told.stderr and "a second" in told.stderr
    assert (first["consumers"], first["consents"], first["reads"], first["verified"]) == (4, 8, 4, True)
    assert operator.ask(*words) | {"log_size": 0} == {
        "consumers": 0, "known": 4, "consents": 0, "reads": 0, "log_size": 0, "verified": True
    }  # fmt: skip
    assert operator.run("seed", "--consumers", "4", "--companies", "3").exit_code == 2


def test_nobody_invented_gets_into_an_instance_of_real_people(operator):
    """It is refused, and nothing is written."""
    identity = operator.home / "instance.json"
    identity.write_text(json.dumps(json.loads(identity.read_text()) | {"sandbox": False}))
    assert operator.code("seed", "--consumers", "1") == "no_sandbox"
    assert operator.logged() == []
