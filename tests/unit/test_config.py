"""Settings are read once, checked together, and described where operators look."""

import json
import os
from pathlib import Path

import pytest

from vrm.config import SETTINGS, Argon2, ConfigError, Instance, Settings, make_private

ISSUER = "https://vrm.example"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    make_private(folder / "keys")
    make_private(folder)
    Instance.new(ISSUER, sandbox=False).write(folder)
    return folder


def load(home: Path, **variables: str) -> Settings:
    return Settings.load({"VRM_HOME": str(home), **variables})


def faults(home: Path, **variables: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(home, **variables)
    return caught.value.faults


def test_defaults_need_nothing_but_a_home(home: Path) -> None:
    """With only a home, everything has a safe place inside it."""
    settings = load(home)
    assert settings.database_url == f"sqlite:///{home}/vrm.db"
    assert settings.keystore_url == f"sqlite:///{home}/keystore.db"
    assert settings.keys_dir == home / "keys"
    assert (settings.issuer, settings.log_origin) == (ISSUER, "vrm.example/log")
    assert settings.mail_from == "vrm@vrm.example"
    assert (settings.trusted_proxies, settings.worker, settings.sandbox) == (0, True, False)
    assert settings.argon2 == Argon2(65536, 3, 4)


def test_all_faults_are_told_at_once(home: Path) -> None:
    """An operator mends everything in one go."""
    found = faults(
        home,
        VRM_DATABASE_URL="mysql://x/y",
        VRM_SMTP_URL="http://mail",
        VRM_FETCH_ALLOW="a.example",
        VRM_TRUSTED_PROXIES="-1",
        VRM_WORKER="maybe",
        VRM_LOG_LEVEL="loud",
        VRM_ARGON2="m=8,t=1,p=1",
        VRM_MAIL_FROM="nobody",
        VRM_CATALOGUE="/no/such/file.yaml",
        VRM_DATABSE_URL="",
    )
    assert len(found) == 10
    for name in ("DATABASE_URL", "SMTP_URL", "FETCH_ALLOW", "TRUSTED_PROXIES", "WORKER", "DATABSE_URL"):
        assert any(fault.startswith(f"VRM_{name}:") for fault in found)


def test_a_misspelt_setting_is_a_fault(home: Path) -> None:
    """A typing error must not be a silent default."""
    assert faults(home, VRM_TRUSTED_PROXY="1") == (
        "VRM_TRUSTED_PROXY: there is no such setting; see: vrm settings",
    )


def test_answers_have_an_address_and_a_place(home: Path) -> None:
    """Who takes answers says where they are sent to; an address leaves room for a code (RFC 5321: 64 octets)."""
    settings = load(home, VRM_REPLY_ADDRESS="Stop@vrm.example", VRM_SMTP_LISTEN="[::1]:2525")
    assert (settings.reply_address, settings.smtp_listen) == ("stop@vrm.example", ("::1", 2525))
    assert faults(home, VRM_SMTP_LISTEN="127.0.0.1:2525")[0].startswith("VRM_SMTP_LISTEN:")
    for bad in (
        "stop+a@vrm.example",
        "sixteen-letters-@vrm.example",
        "stop",
        "a b@c.example",
        "a@b\nc.example",
    ):
        assert faults(home, VRM_REPLY_ADDRESS=bad)[0].startswith("VRM_REPLY_ADDRESS:")
    for bad in ("2525", "localhost", "localhost:0", "a b:1", "127.0.0.1:65536"):
        found = faults(home, VRM_REPLY_ADDRESS="stop@vrm.example", VRM_SMTP_LISTEN=bad)
        assert found[0].startswith("VRM_SMTP_LISTEN:")


@pytest.mark.parametrize(
    "target", ["a.example=10.0.0.1:80", "a.example=127.0.0.1", "a.example=127.0.0.1:0", "a b=127.0.0.1:80"]
)
def test_fetches_are_redirected_to_this_machine_only(home: Path, target: str) -> None:
    """The development exception never leads into the operator's network."""
    assert faults(home, VRM_FETCH_ALLOW=target)[0].startswith("VRM_FETCH_ALLOW:")


def test_lists_are_parsed(home: Path, tmp_path: Path) -> None:
    """Several hosts and several catalogue files can be named."""
    (tmp_path / "one.yaml").touch()
    (tmp_path / "two.yaml").touch()
    settings = load(
        home,
        VRM_FETCH_ALLOW="A.example=127.0.0.1:81, b.example=[::1]:82",
        VRM_CATALOGUE=f"{tmp_path}/one.yaml:{tmp_path}/two.yaml",
    )
    assert settings.fetch_allow == {"a.example": "127.0.0.1:81", "b.example": "[::1]:82"}
    assert settings.catalogue == (tmp_path / "one.yaml", tmp_path / "two.yaml")


def test_a_policy_is_read_at_the_start(home: Path, tmp_path: Path) -> None:
    """A policy that means nothing, or is not there, and a pin that cannot be written are told with their line or place."""
    assert load(home).log_policy is None and load(home).log_pin == home / "log-checkpoint"
    policy = tmp_path / "policy"
    policy.write_text("# nobody\nquorum all\n")
    assert "line 2: all is no witness" in faults(home, VRM_LOG_POLICY=str(policy))[0]
    assert "cannot read" in faults(home, VRM_LOG_POLICY="/no/such/file")[0]
    assert faults(home, VRM_LOG_PIN="/no/such/pin") == ("VRM_LOG_PIN: there is no folder /no/such",)
    policy.write_text("quorum none\n")
    found = load(home, VRM_LOG_POLICY=str(policy)).log_policy
    assert found is not None and found.met_by(())


def test_both_databases_may_not_be_one(home: Path) -> None:
    """Backups of keys and of rows must be able to live for different times."""
    assert faults(home, VRM_KEYSTORE_URL=f"sqlite:///{home}/vrm.db") == (
        "VRM_KEYSTORE_URL: must be another database than VRM_DATABASE_URL",
    )


def test_cheap_password_hashing_needs_a_sandbox(tmp_path: Path, home: Path) -> None:
    """Only a place with invented people may hash passwords cheaply."""
    assert "sandbox" in faults(home, VRM_ARGON2="m=64,t=1,p=1")[0]
    other = tmp_path / "sandbox"
    make_private(other)
    Instance.new("http://localhost:8000", sandbox=True).write(other)
    assert load(other, VRM_ARGON2="m=64,t=1,p=1").argon2 == Argon2(64, 1, 1)


def test_open_files_are_refused_with_the_command_that_closes_them(home: Path) -> None:
    """Nothing starts while another account could read the home or the keys."""
    key = home / "keys" / "k e y"
    key.write_bytes(b"x")
    key.chmod(0o640)
    home.chmod(0o755)
    found = faults(home)
    assert found[0] == f"{home} is open to other accounts (755); run: chmod 700 {home}"
    assert found[1].endswith(f"run: chmod 600 '{key}'")


def test_a_home_without_an_instance_says_what_to_run(tmp_path: Path) -> None:
    """A forgotten init is told as such."""
    assert faults(tmp_path / "none") == (f"there is no instance in {tmp_path}/none; run: vrm init",)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"instance_id": 1}', None])
def test_a_damaged_instance_file_is_one_plain_fault(home: Path, content: str | None) -> None:
    """Whatever is in the file, only our own fault comes out."""
    path = home / "instance.json"
    if content is None:
        content = json.dumps(json.loads(path.read_text()) | {"sandbox": "no"})
    path.write_text(content)
    assert "is damaged" in faults(home)[0]


@pytest.mark.parametrize(
    "issuer",
    ["http://vrm.example", "https://", "https://vrm.example/path", "https://u@vrm.example", "ftp://localhost",
     "https://vrm.example?x", "https://vrm.example:99999", "vrm.example"],
)  # fmt: skip
def test_only_safe_issuers_are_accepted(issuer: str) -> None:
    """An issuer is https, or http on this machine, and nothing more than an origin."""
    with pytest.raises(ConfigError):
        Instance.new(issuer, sandbox=False)


def test_the_instance_file_is_private_and_whole(home: Path) -> None:
    """It is put in place at once, for this account alone, and leaves nothing beside it."""
    assert os.stat(home / "instance.json").st_mode & 0o777 == 0o600
    assert sorted(path.name for path in home.iterdir()) == ["instance.json", "keys"]
    assert Instance.read(home).issuer == ISSUER


def test_passwords_in_urls_are_never_shown(home: Path) -> None:
    """A settings object that ends up in a message tells no password."""
    settings = load(
        home,
        VRM_DATABASE_URL="postgresql://vrm:hunter2@db/vrm",
        VRM_KEYSTORE_URL="postgresql+psycopg://vrm:hunter2@db/keys",
        VRM_SMTP_URL="smtps://vrm:hunter2@mail.example",
    )
    assert settings.database_url == "postgresql+psycopg://vrm:hunter2@db/vrm"
    assert "hunter2" not in repr(settings)


def test_every_setting_in_the_table_is_read(home: Path) -> None:
    """The table and the settings are the same list."""
    fields = {name for name in Settings.__dataclass_fields__ if name != "instance"}
    assert {setting.attribute for setting in SETTINGS} == fields | {"issuer"}


def test_the_issuer_is_fixed(home: Path) -> None:
    """After init, another issuer in the environment stops everything rather than being ignored."""
    assert load(home, VRM_ISSUER=ISSUER + "/").issuer == ISSUER
    assert faults(home, VRM_ISSUER="https://other.example")[0].startswith("VRM_ISSUER:")
