"""Somebody else's witness, the operator's log, and a restore that must not be signed."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.witness import answering
from tests.unit.cli.conftest import Operator
from vrm import accesslog
from vrm.accesslog import Pin, witnessing
from vrm.cli import keys, log_anew
from vrm.config import Instance, Settings
from vrm.house import House
from vrm.witness import Folder


@pytest.fixture
def witness(operator: Operator, tmp_path: Path):
    """A witness that knows the operator's log, and answers; the operator has a policy that needs it."""
    folder = str(tmp_path / "witness")
    operator.do("log", "sequence")
    vkey = operator.ask("log", "checkpoint")["vkey"]
    made = operator.ask("witness", "init", "witness.example/w1", "--folder", folder)
    operator.do("witness", "add-log", vkey, "--folder", folder)
    with answering(Folder.open(Path(folder))) as address:
        policy = tmp_path / "policy"
        policy.write_text(f"log {vkey}\nwitness w1 {made['vkey']} http://w1.test/\nquorum w1\n")
        operator.settings |= {"VRM_LOG_POLICY": str(policy), "VRM_FETCH_ALLOW": f"w1.test={address}"}
        yield folder


def act(operator: Operator, name: str) -> None:
    """Something that is logged."""
    operator.do("auditor", "grant", "--name", name, "--email", f"{name}@audit.example")


def test_a_witness_at_the_command_line(operator: Operator, witness: str, tmp_path: Path) -> None:
    """It shows what it cosigned; the public checkpoint meets the quorum, for anybody who holds the policy; keys come and go."""
    act(operator, "rosa")
    operator.do("worker", "--once")
    (log,) = operator.ask("witness", "status", "--folder", witness)["logs"]
    status = operator.ask("log", "status")
    assert log["size"] == status["size"] == status["public"] > 0
    assert (status["quorum_met"], status["refusal"], status["waiting"]) == (True, None, 0)
    assert [(one["cosigned"], one["trouble"]) for one in status["witnesses"]] == [(log["size"], None)]
    assert "quorum    met\n" in operator.do("log", "status").output
    policy, public = operator.settings["VRM_LOG_POLICY"], tmp_path / "public"
    newest = operator.ask("log", "checkpoint")["checkpoint"]
    public.write_text(newest)
    assert "quorum is NOT MET" in operator.run("log", "cosigned", str(public), "--policy", policy).output
    with House.open(Settings.load({"VRM_HOME": str(operator.home)})) as house:
        found = house.database.read(accesslog.public_checkpoint)
        assert found is not None
        public.write_text(found.note)
    stranger = Operator(tmp_path / "nowhere")
    said = stranger.ask("log", "cosigned", str(public), "--policy", policy)
    assert (said["good"], said["signed"], said["quorum_met"], said["size"]) == (True, True, True, log["size"])
    public.write_text(found.note.replace(f"\n{log['size']}\n", "\n999\n"))
    said = stranger.run("log", "cosigned", str(public), "--policy", policy)
    assert said.exit_code == 1 and "NOT SIGNED by a log" in said.output and "does not hold" in said.output
    assert operator.code("witness", "drop-key", log["vkeys"][0], "--folder", witness) == "last_key"
    operator.do("witness", "drop-key", log["vkeys"][0], "--folder", witness, "--yes")
    assert operator.code("witness", "drop-key", log["vkeys"][0], "--folder", witness) == "unknown_key"
    act(operator, "quinn")
    operator.do("worker", "--once")
    told = operator.do("log", "status").output
    assert f"quorum    met for {log['size']} leaves, not yet for" in told and "does not know this log" in told
    assert operator.code("witness", "init", "w", "--folder", witness) == "not_empty"
    assert operator.code("witness", "status", "--folder", "elsewhere") == "no_witness"


def test_a_restored_log_signs_nothing_that_was_seen_further(
    operator: Operator, witness: str, tmp_path: Path
) -> None:
    """After a restore the witness objects, the operator hears what to do, and nothing more is signed."""
    act(operator, "rosa")
    operator.do("worker", "--once")
    operator.do("backup", str(tmp_path / "backup"))
    act(operator, "omar")
    operator.do("worker", "--once")
    seen = operator.ask("log", "status")["size"]

    place = Operator(tmp_path / "elsewhere", dict(operator.settings))
    said = place.do("restore", str(tmp_path / "backup"), "--keys", str(operator.home / "keys"))
    assert "Nothing is signed until this is solved" in said.output
    assert f"cosigned {seen} leaves" in said.output and "docs/witness.md" in said.output
    place.do("worker", "--once")
    assert place.code("log", "sequence") == "log_rolled_back"
    status = place.run("log", "status", "--json")
    told = json.loads(status.stdout)
    assert status.exit_code == 1 and told["size"] < seen and told["witnesses"][0]["objection"] == "ahead"
    assert "NOTHING IS SIGNED" in place.run("log", "status").output

    assert place.code("log", "begin-anew", told["vkeys"][0].partition("+")[0], "--yes") == "origin_used"
    assert place.code("log", "begin-anew", "a name", "--yes") == "bad_origin"
    anew = place.ask("log", "begin-anew", "log.example/2", "--yes")
    operator.do("witness", "add-log", anew["vkey"], "--folder", witness)
    place.do("worker", "--once")
    status = place.ask("log", "status")
    assert (status["refusal"], status["quorum_met"], status["public"]) == (None, True, status["size"])
    assert place.ask("log", "checkpoint")["checkpoint"].startswith("log.example/2\n")
    assert "log.begun_anew" in [entry["type"] for entry in place.logged()]


def copied(operator: Operator, to: Path, **settings: str) -> Operator:
    """The whole home put somewhere by file copy: database, keys and pin."""
    shutil.copytree(operator.home, to)
    return Operator(to, operator.settings | settings)


def test_every_process_hears_the_witnesses_first(operator: Operator, witness: str, tmp_path: Path) -> None:
    """No command signs below what a witness has cosigned, though no worker has asked since the files were put back."""
    act(operator, "rosa")
    operator.do("worker", "--once")
    places = [copied(operator, tmp_path / name) for name in ("one", "two", "three")]
    act(operator, "omar")
    operator.do("worker", "--once")
    sequence, status, worker = places
    for place in places:
        act(place, "ida")
    before = sequence.ask("log", "checkpoint")["size"]
    assert sequence.code("log", "sequence") == "log_rolled_back"
    assert status.run("log", "status").exit_code == 1
    worker.do("worker", "--once")
    assert [place.ask("log", "checkpoint")["size"] for place in places] == [before] * 3
    del sequence.settings["VRM_LOG_POLICY"]
    assert sequence.code("log", "sequence") == "log_rolled_back", "nor does one that was told of no witness"


def test_what_may_have_been_put_back_waits_for_witnesses(
    operator: Operator, witness: str, tmp_path: Path
) -> None:
    """Restored, or with no pin: while they are silent nothing is signed, unless the operator says so, and the log does."""
    act(operator, "rosa")
    operator.do("worker", "--once")
    operator.do("backup", str(tmp_path / "backup"))
    silent = {"VRM_FETCH_ALLOW": "other.test=127.0.0.1:9"}
    restored = Operator(tmp_path / "restored", operator.settings | silent)
    said = restored.do("restore", str(tmp_path / "backup"), "--keys", str(operator.home / "keys"))
    assert "Nothing is signed until this is solved" in said.output and "too few witnesses" in said.output
    moved = copied(operator, tmp_path / "moved", **silent)
    (moved.home / "log-checkpoint").unlink()
    started = copied(operator, tmp_path / "started", **silent)
    act(started, "omar")
    started.do("log", "sequence")  # it has its pin: an outage of all witnesses stops nothing
    for place in (restored, moved):
        act(place, "omar")
        place.do("worker", "--once")
        assert place.code("log", "sequence") == "log_inconsistent"
        told = json.loads(place.run("log", "status", "--json").stdout)
        assert (told["waiting"], told["witnesses"][0]["objection"]) == (0, "unheard")
        assert place.ask("log", "checkpoint")["size"] == operator.ask("log", "checkpoint")["size"]
    moved.do("log", "sequence", "--unheard")
    assert [one.get("code") for one in moved.logged() if one["type"] == "backup.restored"] == ["unheard"]
    moved.do("log", "sequence", "--unheard")
    assert [one["type"] for one in moved.logged()].count("backup.restored") == 1, "there was no need of it"
    restored.settings |= {"VRM_FETCH_ALLOW": operator.settings["VRM_FETCH_ALLOW"]}
    restored.do("log", "sequence")
    assert restored.ask("log", "status")["refusal"] is None, "the witness has seen no more than this"


@pytest.mark.parametrize("cut", ["record", "sequence", "begin_log", "begun", "enrol", "write", "keep"])
def test_beginning_anew_may_be_cut_off(
    operator: Operator, witness: str, tmp_path: Path, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it ends, the old log is signed no more, and the same command goes on from there."""
    act(operator, "rosa")
    operator.do("worker", "--once")
    place = copied(operator, tmp_path / "back")
    act(operator, "omar")
    operator.do("worker", "--once")
    old = operator.ask("log", "checkpoint")["checkpoint"].partition("\n")[0]
    assert place.code("log", "sequence") == "log_rolled_back"

    begin_log = House.begin_log
    with monkeypatch.context() as broken:
        place_of = {
            "record": (log_anew, "record"), "sequence": (accesslog, "sequence"),
            "begin_log": (House, "begin_log"), "begun": (House, "begin_log"),
            "enrol": (witnessing, "enrol"), "write": (Instance, "write"), "keep": (Pin, "keep"),
        }  # fmt: skip

        def stop(*given: object, **named: object) -> None:
            if cut == "begun":
                begin_log(*given)  # type: ignore[arg-type]
            raise KeyboardInterrupt

        broken.setattr(*place_of[cut], stop)
        assert place.run("log", "begin-anew", "log.example/2", "--yes").exit_code != 0

    def noted() -> str:
        return str(place.ask("log", "checkpoint")["checkpoint"])

    if cut == "keep":  # all is done but the file, which is of a log that was
        place.do("log", "sequence")
    else:
        act(place, "ida")
        kept = noted()
        assert place.code("log", "sequence") in ("log_rolled_back", "log_inconsistent")
        assert place.run("log", "status").exit_code == 1
        place.do("worker", "--once")
        assert noted() == kept, "nothing was signed"
        if cut in ("begun", "enrol", "write"):
            assert place.code("log", "begin-anew", "log.example/3", "--yes") == "begun_already"
        place.do("log", "begin-anew", "log.example/2", "--yes")
    act(place, "ivo")
    place.do("log", "sequence")
    assert noted().startswith("log.example/2\n")
    assert Instance.read(place.home).former_origins == (old,)


def test_a_pinned_checkpoint_alone_does_it_too(operator: Operator, tmp_path: Path) -> None:
    """With no witness, the newest checkpoint put beside the restored instance stops the signing."""
    act(operator, "rosa")
    operator.do("worker", "--once")
    operator.do("backup", str(tmp_path / "backup"))
    act(operator, "omar")
    act(operator, "ida")
    operator.do("log", "sequence")
    place = Operator(tmp_path / "elsewhere")
    place.home.mkdir()
    (place.home / "log-checkpoint").write_text(operator.ask("log", "checkpoint")["checkpoint"])
    said = place.do("restore", str(tmp_path / "backup"), "--keys", str(operator.home / "keys"))
    assert "Nothing is signed until this is solved" in said.output
    assert place.code("log", "sequence") == "log_rolled_back"
    for name in ("a", "b", "c", "d"):
        act(place, name)
    assert place.code("log", "sequence") == "log_inconsistent", "past it, and still not a continuation of it"


def _cut_off(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_the_logs_key_is_changed(operator: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both sign until the change is ended; exports before and after verify, and so does a checkpoint from before."""
    act(operator, "rosa")
    operator.do("log", "sequence")
    old = operator.ask("log", "checkpoint")
    before, after, kept = str(tmp_path / "before"), str(tmp_path / "after"), tmp_path / "kept"
    operator.do("log", "export", before)
    kept.write_text(old["checkpoint"])

    assert operator.code("keys", "rotate-log", "--finish", "--yes") == "key_changing"
    with monkeypatch.context() as cut:
        cut.setattr(keys, "record", _cut_off)
        assert operator.run("keys", "rotate-log").exit_code == 130
    assert len(operator.ask("keys", "status")["log"]) == 1, "nothing was done that the log does not tell"
    new = operator.ask("keys", "rotate-log")["vkey"]
    assert operator.code("keys", "rotate-log") == "key_changing"
    assert operator.code("keys", "rotate-log", "--finish", "--yes") == "not_signed_by_both"
    operator.do("log", "sequence")
    between = operator.ask("log", "checkpoint")
    assert (between["vkey"], between["vkeys"]) == (old["vkey"], [old["vkey"], new])
    assert len(between["checkpoint"].split("\n\n")[1].splitlines()) == 2
    assert [one["vkey"] for one in operator.ask("keys", "status")["log"]] == [old["vkey"], new]
    operator.do("backup", str(tmp_path / "backup"))
    with monkeypatch.context() as cut:
        cut.setattr(keys, "record", _cut_off)
        assert operator.run("keys", "rotate-log", "--finish", "--yes").exit_code == 130
    assert len(operator.ask("keys", "status")["log"]) == 2
    operator.do("keys", "rotate-log", "--finish", "--yes")
    operator.do("log", "sequence")
    operator.do("log", "export", after)

    operator.do("log", "verify", before, "--vkey", old["vkey"])
    operator.do("log", "verify", after, "--vkey", new)
    operator.fail("log", "verify", after, "--vkey", old["vkey"])
    operator.do("log", "verify", after, "--vkey", old["vkey"], "--vkey", new, "--checkpoint", str(kept))
    codes = [entry["code"] for entry in operator.logged() if entry["type"] == "keys.log_rotated"]
    assert codes == ["begun", "finished"]

    shutil.copytree(operator.home / "keys", tmp_path / "keys")
    place = Operator(tmp_path / "elsewhere")
    place.do("restore", str(tmp_path / "backup"), "--keys", str(tmp_path / "keys"))
