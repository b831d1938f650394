"""Rotation, mandates and the worker, from the command line."""

from pathlib import Path

from vrm.config import Instance


def test_rotation_moves_everything_and_retires_the_old(operator, company: str) -> None:
    """After a rotation one KEK wraps all; the old one goes only when told, and never the current."""
    old = operator.ask("keys", "status")["keks"][0]
    done = operator.ask("keys", "rotate")
    assert done["rewrapped"] == old["wraps"]
    assert done["old"] == [old["kek_id"]]
    states = {kek["kek_id"]: kek["wraps"] for kek in operator.ask("keys", "status")["keks"]}
    assert states == {done["kek_id"]: old["wraps"], old["kek_id"]: 0}
    assert operator.code("keys", "retire", done["kek_id"], "--yes") == "kek_in_use"
    assert operator.code("keys", "retire", "nosuch") == "kek_missing"  # and nothing was asked
    assert operator.run("keys", "retire", old["kek_id"], given="n\n").exit_code == 130
    operator.do("keys", "retire", old["kek_id"], "--yes")
    assert [kek["kek_id"] for kek in operator.ask("keys", "status")["keks"]] == [done["kek_id"]]


def test_resuming_makes_no_new_key(operator) -> None:
    """--resume goes on with what is left under the current KEK."""
    first = operator.ask("keys", "rotate")["kek_id"]
    again = operator.ask("keys", "rotate", "--resume")
    assert (again["kek_id"], again["rewrapped"]) == (first, 0)


def test_status_shows_the_keys_that_sign_receipts(operator) -> None:
    """The one that signs, and those before it with the time in which they signed."""
    (before,) = operator.ask("keys", "status")["receipts"]
    made = operator.ask("keys", "rotate-receipts")
    new, old = operator.ask("keys", "status")["receipts"]
    assert (new["kid"], new["state"], new["signs_until"]) == (made["kid"], "signing", None)
    assert (old["kid"], old["state"]) == (before["kid"], "former") and old["signs_until"]


def test_a_new_signing_key_is_published_before_it_signs(operator) -> None:
    """The old one signs on; the rotation is in the log, by kid and time alone, and status shows both."""
    (before,) = operator.ask("keys", "status")["signing"]
    made = operator.ask("keys", "rotate-signing")
    states = {key["kid"]: key["state"] for key in operator.ask("keys", "status")["signing"]}
    assert states == {made["kid"]: "coming", before["kid"]: "signing"}
    assert made["signs_from"] > before["signs_from"]
    assert [entry["type"] for entry in operator.logged()] == ["keys.signing_rotated"]


def test_a_signing_key_in_other_hands_is_ended_at_once(operator) -> None:
    """With --now the new key alone is published and signs; the log says so in clear."""
    (before,) = operator.ask("keys", "status")["signing"]
    operator.do("keys", "rotate-signing")
    made = operator.ask("keys", "rotate-signing", "--now")
    (key,) = operator.ask("keys", "status")["signing"]
    assert (key["kid"], key["state"]) == (made["kid"], "signing")
    assert key["kid"] != before["kid"]
    assert operator.logged()[-1]["code"] == "at_once"


def test_a_missing_key_is_a_sentence(operator) -> None:
    """A lost key folder is told as such."""
    for path in (operator.home / "keys").glob("*.kek"):
        path.unlink()
    assert operator.fail("keys", "status").stderr.startswith("vrm: ")


def test_auditors_have_mandates_that_end(operator) -> None:
    """A mandate is given until a day, listed by name, and ended at once."""
    made = operator.ask(
        "auditor", "grant", "--name", "R. Okafor", "--email", "rosa@audit.example", "--until", "2999-12-31"
    )
    assert (made["until"], made["last_day"]) == ("3000-01-01T00:00:00.000Z", "2999-12-31")
    assert "2999-12-31" in operator.do("auditor", "list").stdout
    operator.do("auditor", "end", made["auditor_id"])
    listed = operator.ask("auditor", "list")["auditors"]
    assert [(one["name"], one["state"]) for one in listed] == [("R. Okafor", "ended")]
    assert listed[0]["last_day"] == listed[0]["ended_at"][:10]
    assert "2999-12-31" not in operator.do("auditor", "list").stdout
    database = b"".join(one.read_bytes() for one in operator.home.glob("vrm.db*"))
    assert b"Okafor" not in database
    assert (
        operator.code(
            "auditor",
            "grant",
            "--name",
            "R. Okafor",
            "--email",
            "rosa@audit.example",
            "--until",
            "2001-01-01",
        )
        == "invalid"
    )


def test_an_auditor_is_mailed_a_link_and_let_in_for_longer(operator) -> None:
    """The link goes out with the next pass of the worker; the mandate can be moved, and one lost letter replaced."""
    made = operator.ask("auditor", "grant", "--name", "R. Okafor", "--email", "rosa@audit.example")[
        "auditor_id"
    ]
    operator.do("auditor", "resend", made, "--email", "rosa@audit.example")
    operator.do("worker", "--once")
    letters = [path.read_text() for path in (Path(operator.home) / "mail").glob("*.eml")]
    assert len(letters) == 2
    assert all(
        "/audit/choose-password?token=3Dvrm-link-" in text or "token=vrm-link-" in text for text in letters
    )
    operator.do("auditor", "end", made)
    operator.do("auditor", "extend", made, "--until", "2999-12-31")
    assert [one["state"] for one in operator.ask("auditor", "list")["auditors"]] == ["active"]
    operator.do("auditor", "reset-second-factor", made)
    assert operator.code("auditor", "extend", made, "--until", "2001-01-01") == "invalid"
    assert operator.code("auditor", "extend", "unknown") == "not_found"


def test_one_pass_of_the_worker_signs_the_log(operator, company: str) -> None:
    """What was done at the command line is in the log after the next pass."""
    assert operator.ask("worker", "--once")["done"] >= 1
    checkpoint = operator.ask("log", "checkpoint")
    assert checkpoint["size"] == 1
    assert checkpoint["checkpoint"].startswith(Instance.read(Path(operator.home)).log_origin + "\n")


def test_what_the_operator_does_is_in_the_log(operator, tmp_path: Path) -> None:
    """Exports, rotations, backups and mandates leave an entry each; an export never holds its own."""
    made = operator.ask("auditor", "grant", "--name", "R. Okafor", "--email", "rosa@audit.example")[
        "auditor_id"
    ]
    operator.do("auditor", "end", made)
    operator.do("auditor", "end", made)  # over already: nothing happened
    operator.do("keys", "rotate")
    operator.do("log", "sequence")
    operator.do("log", "export", str(tmp_path / "all.ndjson"))
    operator.do("log", "export", str(tmp_path / "some.ndjson"), "--type", "keys.rotated")
    operator.do("backup", str(tmp_path / "backup"))
    assert "log.exported" not in (tmp_path / "all.ndjson").read_text()
    found = operator.logged()
    assert sorted((entry["type"], entry.get("code")) for entry in found) == [
        ("auditor.ended", None),
        ("auditor.granted", None),
        ("backup.made", None),
        ("keys.rotated", None),
        ("log.exported", "all"),
        ("log.exported", "selection"),
    ]
    assert {entry["actor"] for entry in found} == {"operator"}
    assert "Okafor" not in str(found)
