"""``vrm log search``: what auditors ask for, at the command line."""

import json
from importlib import import_module
from types import SimpleNamespace

import pytest

from tests.tamper.small_log import CLIENT, ORIGIN, fill, write
from vrm import oversight
from vrm.catalogue import Catalogue
from vrm.cli.edge import Root

commands = import_module("vrm.cli.log_search")


@pytest.fixture
def search(database, monkeypatch, capsys):
    """Runs ``vrm log search`` on a log of thirty events; gives exit code, standard output and standard error."""
    fill(database, 30)
    oversight.index(database)
    root = Root("vrm")
    root.add_command(commands.search)
    house = SimpleNamespace(
        database=database, settings=SimpleNamespace(log_origin=ORIGIN), catalogue=Catalogue.load()
    )
    monkeypatch.setattr(commands, "open_house", lambda: house)

    def run(*words):
        with pytest.raises(SystemExit) as end:
            root.main(["search", *map(str, words)])
        said = capsys.readouterr()
        return end.value.code, said.out, said.err

    return run


def found(search, *words):
    code, out, _ = search(*words, "--json")
    assert code == 0, out
    return json.loads(out)


def test_entries_are_found_and_paged(search):
    """By any of its members; newest leaf first; a page says how to go on."""
    assert [one["leaf"] for one in found(search)["entries"]] == list(range(29, -1, -1))
    refused = found(search, "--outcome", "refused", "--code", "consent_revoked", "--key", "email")
    assert [one["leaf"] for one in refused["entries"]] == [22, 8, 1]
    assert (refused["older"], refused["looked_back_to"]) == (None, None)
    first = found(search, "--type", "consent.granted", "--limit", 2)
    second = found(search, "--type", "consent.granted", "--limit", 9, "--before", first["older"])
    assert [one["leaf"] for one in first["entries"] + second["entries"]] == [25, 20, 15, 10, 5, 0]
    one = first["entries"][0]
    assert (one["time"], one["client"], one["keys"]) == (
        "2026-03-01T09:30:25.000Z",
        CLIENT,
        ["birthdate", "email"],
    )
    assert found(search, "--thread", one["thread"], "--type", "consent.granted")["entries"][0] == one
    span = ("--since", "2026-03-01T09:30:10Z", "--until", "2026-03-01T10:30:12+01:00")
    assert [one["leaf"] for one in found(search, *span)["entries"]] == [11, 10]


def test_people_get_a_table(search, database):
    """A row for each entry under headings; what goes on, and what is not indexed yet, is said beside it."""
    code, out, err = search("--limit", 1)
    assert (code, out.startswith("leaf  time")) == (0, True)
    assert "There are more. To go on: --before 29" in err
    assert search("--purpose", "dpv:Advertising")[1] == "Nothing like that is in the log.\n"
    write(database, [30])
    fill(database, 0)
    assert "The newest 1 entry is not indexed yet" in search()[2]


def test_it_says_how_many_there_are(search):
    """Beside what is shown stands how many there are in all, and of each whose it is and of which consent."""
    code, out, err = search("--type", "consent.granted", "--limit", 2)
    assert (code, "2 entries shown of 6." in err) == (0, True)
    assert "thread" in out.splitlines()[0]
    told = found(search, "--type", "consent.granted", "--limit", 2)
    assert (told["total"], told["counted_back_to"]) == (6, None)
    assert {"company_name", "client_name", "agent", "thread"} <= told["entries"][0].keys()


def test_counts(search):
    """Counted instead of listed, grouped by anything, under any conditions."""
    told = found(search, "--counts", "type")
    assert {"value": "consent.granted", "count": 6} in told["counts"]
    assert (told["by"], told["counted_back_to"]) == ("type", None)
    assert found(search, "--counts", "code", "--key", "email")["counts"] == [
        {"value": "consent_revoked", "count": 3}
    ]
    assert search("--counts", "key")[1].startswith("key          entries\nemail")


@pytest.mark.parametrize("words", [("--company", "nobody.example"), ("--client", CLIENT)])
def test_a_name_mistyped_is_no_empty_log(search, words):
    """A company or client that is not there is a fault, and not a log in which nothing happened."""
    code, out, _ = search(*words, "--json")
    assert (code, json.loads(out)["error"]["code"]) == (1, "not_found")


def test_a_time_is_written_as_times_are(search):
    """A bad one is a wrong command line."""
    assert search("--since", "soon")[0] == 2


def test_what_no_entry_can_have_is_told(search):
    """A slip is refused with the sentence an auditor reads on a page, and does not look like an empty log."""
    for words in (
        ("--thread", "abc"),
        ("--code", "Not a code"),
        ("--code", "revokd"),
        ("--key", "nonsense"),
        ("--purpose", "dpv:Nonsense"),
        ("--actor", "nobody"),
        ("--since", "2026-03-02", "--until", "2026-03-01"),
    ):
        code, out, err = search(*words)
        assert (code != 0, out) == (True, "")
    assert "The end must be later than the beginning." in err
