"""The key store: each owner's data under the owner's own key, on both engines."""

import base64
import threading
import uuid

import pytest
from sqlalchemy import event, func, select

from keys import CACHE_SECONDS, Aad, AlreadyExists, CannotOpen, Exposed, KeyStore, NoKey, NotReady, StoreBusy
from keys.tables import deks, log_secrets

CANARY = b"CANARY-7f3a-plaintext"


def place(owner, **parts):
    return Aad(
        **({"kind": "value", "owner": owner, "object": "item", "field": "birthdate", "version": 1} | parts)
    )


@pytest.fixture
def other(store):
    """Another owner."""
    owner_id = str(uuid.uuid4())
    store.create(owner_id)
    return owner_id


def test_sealed_opens_for_its_owner_in_every_process(store, another, owner):
    """What one process seals, another opens."""
    sealed = store.seal(owner, b"1980-02-29", place(owner))
    assert store.open(owner, sealed, place(owner)) == b"1980-02-29"
    assert another().open(owner, sealed, place(owner)) == b"1980-02-29"


@pytest.mark.parametrize(
    "moved", [{"kind": "mail"}, {"object": "item2"}, {"field": "name"}, {"version": 2}, {"version": 0}]
)
def test_sealed_bytes_that_were_moved_do_not_open(store, owner, moved):
    """Swapping sealed bytes between kinds, objects, fields or versions is refused."""
    sealed = store.seal(owner, b"x", place(owner))
    with pytest.raises(CannotOpen):
        store.open(owner, sealed, place(owner, **moved))


def test_sealed_bytes_of_another_owner_do_not_open(store, owner, other):
    """Whichever owner and whichever aad is claimed, another's sealed bytes stay closed."""
    sealed = store.seal(owner, b"x", place(owner))
    for claimed, aad in [(other, place(other)), (other, place(owner)), (owner, place(other))]:
        with pytest.raises(CannotOpen):
            store.open(claimed, sealed, aad)


def test_a_wrapped_key_moved_to_another_owner_is_refused(store, another, owner, other, clock):
    """Who writes to the key database cannot lend one owner's key to another."""
    sealed = store.seal(owner, b"x", place(owner))
    with store._engine.begin() as connection:
        row = connection.execute(select(deks).where(deks.c.owner_id == owner)).one()
        connection.execute(deks.delete().where(deks.c.owner_id == owner))
        stolen = {"dek_id": row.dek_id, "wrapped": row.wrapped, "kek_id": row.kek_id}
        connection.execute(deks.update().where(deks.c.owner_id == other).values(stolen))
    with pytest.raises(Exception, match="damaged or belongs to another"):
        another().open(other, sealed, place(other))


def test_another_instance_opens_nothing(store, owner, database_url, directory):
    """Databases and keys copied under another instance id are of no use."""
    with pytest.raises(Exception, match="another place or instance"):
        KeyStore(database_url, directory, "other instance")


def test_the_aad_must_name_the_owner_whose_key_seals(store, owner, other):
    """A slip in a caller is refused when sealing, not discovered when opening."""
    with pytest.raises(ValueError):
        store.seal(owner, b"x", place(other))


def test_an_owner_without_a_key_is_told_apart_from_damage(store):
    """Sealing and log secrets need a key first; opening tells no more than that it cannot."""
    nobody = str(uuid.uuid4())
    with pytest.raises(NoKey):
        store.seal(nobody, b"x", place(nobody))
    with pytest.raises(NoKey):
        store.log_secret(nobody)
    with pytest.raises(CannotOpen):
        store.open(
            nobody, store.seal(KeyStore.INSTANCE_OWNER, b"x", place(KeyStore.INSTANCE_OWNER)), place(nobody)
        )


@pytest.mark.parametrize("damage", [b"", b"\x01", b"\x02" + b"x" * 60, b"\x01" + b"x" * 60])
def test_junk_does_not_open(store, owner, damage):
    """Whatever the database gives back, only CannotOpen comes of it."""
    with pytest.raises(CannotOpen):
        store.open(owner, damage, place(owner))


@pytest.mark.parametrize("spelling", [str.upper, lambda owner: owner.replace("-", ""), lambda _: "somebody"])
def test_an_owner_has_one_spelling(store, owner, spelling):
    """Two spellings of one owner would make two aads, so only the canonical one is taken."""
    wrong = spelling("aBcdef00-0000-4000-8000-0000000000aa")
    for call in (store.create, store.destroy, store.log_secret):
        with pytest.raises(ValueError):
            call(wrong)


def test_create_is_idempotent(store, another, owner):
    """A second creation, here or elsewhere, changes neither key nor log secret."""
    sealed, secret = store.seal(owner, b"x", place(owner)), store.log_secret(owner)
    store.create(owner)
    fresh = another()
    fresh.create(owner)
    assert fresh.open(owner, sealed, place(owner)) == b"x" and fresh.log_secret(owner) == secret


def test_many_get_their_keys_at_once(store, another, owner):
    """Each one of their own; who has a key already keeps it."""
    sealed, newcomers = store.seal(owner, b"x", place(owner)), [str(uuid.uuid4()) for _ in range(3)]
    store.create_all([owner, *newcomers, newcomers[0]])
    fresh = another()
    assert fresh.open(owner, sealed, place(owner)) == b"x"
    assert len({fresh.log_secret(each) for each in (owner, *newcomers)}) == 4
    for each in newcomers:
        assert fresh.open(each, store.seal(each, b"y", place(each)), place(each)) == b"y"


def test_concurrent_creations_make_one_key(store, another):
    """Threads and processes that create one owner at once end with one DEK and one log secret."""
    owner_id, stores = str(uuid.uuid4()), [store, another(), another(), another()]
    start = threading.Barrier(8)
    sealed = []

    def create(one):
        start.wait()
        one.create(owner_id)
        sealed.append(one.seal(owner_id, b"x", place(owner_id)))

    threads = [threading.Thread(target=create, args=(stores[n % 4],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store._engine.connect() as connection:
        for table in (deks, log_secrets):
            count = select(func.count()).select_from(table).where(table.c.owner_id == owner_id)
            assert connection.scalar(count) == 1
    assert [store.open(owner_id, each, place(owner_id)) for each in sealed] == [b"x"] * 8


def test_secrets_are_each_owners_own(store, owner, other):
    """Log secrets are 32 bytes and shared by nobody."""
    secrets = {store.log_secret(who) for who in (owner, other, KeyStore.INSTANCE_OWNER)}
    assert len(secrets) == 3 and {len(secret) for secret in secrets} == {32}


def test_blind_index_is_stable_and_apart_by_label(store, another):
    """The same in every process; another label or text gives another hash; any text is taken."""
    index = store.blind_index("login", "a@example.org")
    assert len(index) == 32 and another().blind_index("login", "a@example.org") == index
    assert store.blind_index("mail", "a@example.org") != index != store.blind_index("login", "b@example.org")
    assert len(store.blind_index("login", "\ud800")) == 32


def test_destroyed_is_gone_here_at_once(store, owner, other):
    """After destroy, nothing of the owner opens or seals in this process; another owner's does."""
    sealed, kept = store.seal(owner, b"x", place(owner)), store.seal(other, b"y", place(other))
    store.destroy(owner)
    store.destroy(owner)
    with pytest.raises(CannotOpen):
        store.open(owner, sealed, place(owner))
    with pytest.raises(NoKey):
        store.seal(owner, b"x", place(owner))
    with pytest.raises(NoKey):
        store.log_secret(owner)
    assert store.open(other, kept, place(other)) == b"y"


def test_what_was_destroyed_is_known_whatever_comes_back(store, another, owner, other, directory):
    """Every process says whose keys were destroyed, also of keys that are there again, and after a torn line."""
    assert store.were_destroyed([owner, other]) == []
    with (directory / "destroyed").open("ab") as file:
        file.write(b"\n8ad1")  # a crash in the middle of a line
    (directory / "destroyed").chmod(0o600)
    for _ in range(2):
        store.destroy(owner)
    store.create(owner)
    assert another().were_destroyed([owner, other]) == [owner]
    assert owner not in (directory / "destroyed").read_text()
    assert len((directory / "destroyed").read_text().split()) == 2


def test_destroyed_is_gone_elsewhere_within_the_bound(store, another, owner, clock):
    """A process that had the key in memory opens no more once CACHE_SECONDS have passed; a new one never."""
    sealed, elsewhere = store.seal(owner, b"x", place(owner)), another()
    assert elsewhere.open(owner, sealed, place(owner)) == b"x"
    store.destroy(owner)
    with pytest.raises(CannotOpen):
        another().open(owner, sealed, place(owner))
    clock.now += CACHE_SECONDS
    with pytest.raises(CannotOpen):
        elsewhere.open(owner, sealed, place(owner))


def test_a_key_created_again_does_not_open_the_past(store, another, owner):
    """An owner who returns gets a new key, which every process finds; what the old one sealed stays closed."""
    elsewhere = another()
    sealed, secret = elsewhere.seal(owner, b"x", place(owner)), store.log_secret(owner)
    store.destroy(owner)
    store.create(owner)
    assert elsewhere.open(owner, store.seal(owner, b"new", place(owner)), place(owner)) == b"new"
    with pytest.raises(CannotOpen):
        elsewhere.open(owner, sealed, place(owner))
    assert store.log_secret(owner) != secret


def test_no_plaintext_and_no_key_in_any_file(store, owner, tmp_path):
    """Nothing that was sealed or hashed, and no unwrapped key, is found in any file, in any usual spelling."""
    store.seal(owner, CANARY, place(owner))
    store.blind_index("login", CANARY.decode())
    store.rotate()
    store.rewrap()
    seeds = [store._instance_secret, store.log_signer._private.private_bytes_raw(), store.log_secret(owner)]
    spellings = [
        spelling
        for secret in [CANARY, CANARY.decode().encode("utf-16-le"), *seeds]
        for spelling in (secret, secret.hex().encode(), base64.b64encode(secret)[:-4])
    ]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 6
    for path in files:
        content = path.read_bytes()
        assert not [spelling for spelling in spellings if spelling in content], path.name


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_destroy_leaves_no_wrapped_bytes_in_the_file(store, owner, other, tmp_path):
    """Neither SQLite's pages nor its write-ahead log keep a destroyed key, wrapped as it was."""
    with store._engine.connect() as connection:
        wrapped = [
            connection.scalar(select(table.c.wrapped).where(table.c.owner_id == owner))
            for table in (deks, log_secrets)
        ]
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    assert any(wrapped[0] in path.read_bytes() for path in files)
    store.destroy(owner)
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    assert not any(secret in path.read_bytes() for path in files for secret in wrapped)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_destroy_says_when_traces_remain(store, another, owner):
    """A long read elsewhere keeps the write-ahead log; destroy says so, and clears it when called again."""
    event.listen(store._engine, "checkout", lambda dbapi, *_: dbapi.execute("PRAGMA busy_timeout=0"))
    with another()._engine.connect() as reader:
        reader.exec_driver_sql("BEGIN")
        reader.execute(select(deks)).all()
        with pytest.raises(StoreBusy):
            store.destroy(owner)
        with pytest.raises(NoKey):
            store.log_secret(owner)
    store.destroy(owner)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_database_is_private(store, another, owner, tmp_path, database_url, directory):
    """SQLite's files are 0600 from the start, and refused when they are not."""
    names = [path for path in tmp_path.iterdir() if path.is_file()]
    assert len(names) == 3 and {path.stat().st_mode & 0o777 for path in names} == {0o600}
    (tmp_path / "vrm.db").chmod(0o644)
    with pytest.raises(Exposed):
        KeyStore(database_url, directory, "inst")


def test_initialise_is_done_once(store, owner, database_url, directory, tmp_path):
    """A second initialise is refused, with the same directory or another, and harms nothing."""
    sealed = store.seal(owner, b"x", place(owner))
    for where in (directory, tmp_path / "elsewhere"):
        with pytest.raises(AlreadyExists):
            KeyStore.initialise(database_url, where, "inst")
    assert not (tmp_path / "elsewhere").exists()
    assert KeyStore(database_url, directory, "inst").open(owner, sealed, place(owner)) == b"x"


def test_a_key_store_that_was_not_initialised_is_refused(database_url, directory):
    """Opening makes nothing; it says what is missing."""
    with pytest.raises(NotReady):
        KeyStore(database_url, directory, "inst")
    assert not directory.exists()


@pytest.mark.parametrize("name", ["instance-secret", "log-signing-key", "current"])
def test_a_missing_or_exposed_file_is_refused_at_start(another, directory, name):
    """An operator hears of it at start, not at the first login."""
    (directory / name).chmod(0o644)
    with pytest.raises(Exposed):
        another()
    (directory / name).unlink()
    with pytest.raises(NotReady):
        another()


def test_nothing_shows_a_key(store, owner):
    """Neither the store nor what it caches shows key bytes when printed."""
    secret = store.log_secret(owner)
    shown = repr(store) + repr(store._keys(owner)) + repr(store._keyring) + repr(store.log_signer)
    assert secret.hex() not in shown and repr(secret)[2:-1] not in shown


def test_a_directory_that_is_taken_leaves_no_database(another, directory, tmp_path):
    """Where the directory holds anything, initialise is refused before it makes a database."""
    with pytest.raises(AlreadyExists):
        KeyStore.initialise(f"sqlite:///{tmp_path}/second.db", directory, "inst")
    assert not (tmp_path / "second.db").exists()
    another()
