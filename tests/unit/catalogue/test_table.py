"""The documentation says what the catalogue says."""

from pathlib import Path

from vrm.catalogue.table import TABLES, filled

DOCUMENT = Path(__file__).parents[3] / "docs" / "catalogue.md"


def test_the_tables_are_those_of_the_catalogue(catalogue):
    """docs/catalogue.md is up to date; ``python -m vrm.catalogue.table`` makes it so."""
    page = DOCUMENT.read_text("utf-8")
    assert filled(page, catalogue) == page


def test_every_table_and_every_key_is_there(catalogue):
    """No table has lost its mark, and each key has its row."""
    page = DOCUMENT.read_text("utf-8")
    for name in TABLES:
        assert page.count(f"<!-- table: {name} -->") == 1
    for key in catalogue.keys.values():
        assert f"| `{key.name}` | {key.label} | {key.kind} | {key.type} |" in page
