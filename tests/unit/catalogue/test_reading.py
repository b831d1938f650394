"""Operators' files: what they add, and what is wrong with them."""

import re
from pathlib import Path

import pytest

from vrm.catalogue import Catalogue, CatalogueFault

DOCUMENT = Path(__file__).parents[3] / "docs" / "catalogue.md"

FIELD = '[fields.sail]\nlabel = "Sail"\ngroup = "tastes"\n'
ANSWER = '[answers.older]\nlabel = "Older"\ngroup = "identity"\ntype = "yes_no"\nfrom = ["birthdate"]\n'
PLACE = ANSWER.replace("yes_no", "country").replace("birthdate", "address") + 'rule = "parts_of"\n'
BAND = ANSWER.replace("yes_no", "choice") + 'choices = { young = "Young" }\nrule = "age_band"\n'
PARTS = FIELD + 'type = "structured"\n[fields.sail.members.mast]\nlabel = "Mast"\n'


@pytest.fixture
def load(tmp_path):
    def load(*texts):
        paths = [tmp_path / f"extra{number}.toml" for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, "utf-8")
        return Catalogue.load(extra=paths)

    return load


def test_the_documented_example_works(load, catalogue):
    """The example in the documentation loads, and adds exactly what it shows."""
    (example,) = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    extended = load(example)
    assert set(extended.keys) - set(catalogue.keys) == {"sailing_licence", "age_over_25"}
    assert list(extended.groups)[-1] == "club"
    assert extended.groups["club"].keys == ("sailing_licence", "age_over_25")
    value = extended.parse("sailing_licence", {"kind": "inland", "number": "7"})
    assert extended.show("sailing_licence", value) == "Inland waters, 7"
    assert "Inland waters" in list(extended.messages())
    assert Catalogue.load().keys == catalogue.keys


def test_files_may_build_on_each_other(load):
    """Groups and lists of one file serve the fields of another, in whichever order they are given."""
    first = '[fields.sail]\nlabel = "Sail"\ngroup = "club"\ntype = "choice"\nchoices = "rigs"\n'
    second = '[groups.club]\nlabel = "Club"\n[lists.rigs]\nsloop = "Sloop"\n'
    assert load(first, second).get("sail").shape.choices == (("sloop", "Sloop"),)


FAULTS = [
    ("[fields.sail", "", "not TOML"),
    ("[shoes]\nx = 1\n", "", "Remove `shoes`"),
    ("fields = 7\n", "", "Make `fields` a table"),
    ("[fields]\nsail = 7\n", "sail", "a table"),
    ("[fields.Sail]\n", "Sail", "name fit"),
    ('[groups.identity]\nlabel = "Me"\n', "identity", "exists already"),
    ('[lists.months]\n1 = "One"\n', "months", "exists already"),
    ("[groups.club]\n", "club", "Add `label`"),
    (FIELD.replace("sail", "email") + 'type = "text"\n', "email", "exists already"),
    (FIELD.replace("sail", "age_over_18") + 'type = "text"\n', "age_over_18", "exists already"),
    (FIELD, "sail", "Add `type`"),
    (FIELD + 'type = "blob"\n', "sail", "Make `type` one of"),
    (FIELD + 'type = "text"\nlength = 3\n', "sail", "Remove `length`"),
    (FIELD + 'type = "text"\nlongest = "3"\n', "sail", "Make `longest` a whole number"),
    (FIELD + 'type = "text"\nlongest = true\n', "sail", "Make `longest` a whole number"),
    (FIELD + 'type = "text"\nplural = "yes"\n', "sail", "Make `plural` true or false"),
    (FIELD + 'type = "text"\nsensitivity = "secret"\n', "sail", "Make `sensitivity` one of"),
    (FIELD + 'type = "text"\nsensitivity = "special"\n', "sail", "go together"),
    (FIELD + 'type = "text"\nspecial_category = "health"\n', "sail", "go together"),
    (FIELD + 'type = "text"\nautocomplete = "boat"\n', "sail", "HTML standard"),
    (FIELD + 'type = "text"\ncategory = "Boat"\n', "sail", "pd:BirthDate"),
    (FIELD.replace("tastes", "club") + 'type = "text"\n', "sail", "Make `group` one of"),
    (FIELD.replace("Sail", "S" * 49) + 'type = "text"\n', "sail", "1 to 48 characters"),
    (FIELD.replace("Sail", "") + 'type = "text"\n', "sail", "1 to 48 characters"),
    (FIELD + 'type = "integer"\nleast = 2\nmost = 1\n', "sail", "no more than"),
    (FIELD + 'type = "choice"\nchoices = {}\n', "sail", "at least one"),
    (FIELD + 'type = "choice"\nchoices = "rigs"\n', "sail", "Make `choices` one of"),
    (FIELD + 'type = "choice"\nchoices = { A = "a" }\n', "sail", "Make the choice `A` fit"),
    (FIELD + 'type = "choice"\nchoices = { a = 1 }\n', "sail", "label of at most 80"),
    (FIELD + 'type = "structured"\n', "sail", "at least one part"),
    (PARTS + 'type = "structured"\n', "sail.mast", "cannot have parts"),
    (PARTS + 'type = "text"\nmust = true\n', "sail.mast", "Remove `must`"),
    (PARTS.replace("[fields.sail.m", 'layouts = [{ line = "x" }]\n[fields.sail.m') + 'type = "text"\n', "sail", "every member"),
    (ANSWER, "older", "Add `rule`"),
    (ANSWER + 'rule = "guess"\n', "older", "Make `rule` one of"),
    (ANSWER + 'rule = "age_over"\n', "older", "Add `years`"),
    (ANSWER + 'rule = "age_over"\nyears = "18"\n', "older", "whole number"),
    (ANSWER + 'rule = "has_any"\n', "older", "takes `from` of: integer, any type"),
    (ANSWER + 'rule = "year_of"\n', "older", "cannot give"),
    (ANSWER + 'rule = "age_over"\nyears = 9\nmay_replace = ["email"]\n', "older", "can only name"),
    (ANSWER.replace("birthdate", "email") + 'rule = "age_over"\nyears = 9\n', "older", "of: date"),
    (ANSWER.replace("birthdate", "employment_status") + 'rule = "one_of"\nvalues = ["employd"]\n', "older", "some of the choices"),
    (ANSWER.replace("birthdate", "employment_status") + 'rule = "one_of"\nvalues = []\n', "older", "some of the choices"),
    (ANSWER.replace("birthdate", "employment_status") + 'rule = "one_of"\nvalues = [["a"]]\n', "older", "entry of `values` text"),
    (PLACE + 'parts = []\n', "older", "Make `parts` members"),
    (PLACE + 'parts = ["planet"]\n', "older", "Make `parts` members"),
    (PLACE + 'parts = ["country", "region"]\n', "older", "Make `parts` members"),
    (BAND + "bands = {}\n", "older", "lowest number"),
    (BAND + 'bands = { young = "0" }\n', "older", "lowest number"),
    (ANSWER.replace("birthdate", "blood_type") + 'rule = "one_of"\nvalues = ["o_neg"]\n', "older", "`sensitivity` special"),
    (ANSWER.replace("birthdate", "shoe") + 'rule = "age_over"\nyears = 9\n', "older", "`from` a field"),
    (ANSWER.replace("birthdate", "age_band") + 'rule = "age_over"\nyears = 9\n', "older", "`from` a field"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key", "words"), FAULTS)
def test_a_wrong_file_is_told_where_and_what(load, text, key, words):
    """The fault names the file, the key in it, and what to do."""
    with pytest.raises(CatalogueFault) as caught:
        load(text)
    found = [fault for fault in caught.value.faults if fault.key == key and words in fault.message]
    assert found, caught.value.message
    assert found[0].file == "extra0.toml"
    assert f"extra0.toml: {key}: " in caught.value.message or not key


def test_all_faults_of_all_files_come_at_once(load, tmp_path):
    """Whoever edits the files sees everything in one round."""
    with pytest.raises(CatalogueFault) as caught:
        load(
            FIELD + 'type = "blob"\ncolour = 1\n',
            "[groups.club]\n",
            FIELD.replace("Sail", "") + 'type = "text"\n',
        )
    places = [(fault.file, fault.key) for fault in caught.value.faults]
    assert places.count(("extra0.toml", "sail")) == 2
    assert ("extra1.toml", "club") in places
    # The second file with `sail` is told both of its own faults: no label, and the name taken.
    assert places.count(("extra2.toml", "sail")) == 2


def test_a_missing_file_is_a_fault(tmp_path):
    """A path that leads nowhere, or to no text, is told like any other fault."""
    (tmp_path / "latin.toml").write_bytes(b'x = "\xe9"')
    with pytest.raises(CatalogueFault) as caught:
        Catalogue.load(extra=[tmp_path / "none.toml", tmp_path / "latin.toml"])
    assert [fault.file for fault in caught.value.faults] == ["none.toml", "latin.toml"]
