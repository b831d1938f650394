"""What a restore looks at before it calls an instance whole."""

import pytest
from sqlalchemy import delete

from keys.tables import deks, log_secrets, open_database
from tests.support.seeds import person
from vrm.cli.examine import examine
from vrm.errors import Conflict
from vrm.house import House


def test_a_person_without_a_key_is_noticed(house):
    """An account whose key is not in the key store makes the instance not whole."""
    mia = person(house)
    assert examine(house, None).rows
    store = open_database(house.settings.keystore_url)
    with store.begin() as connection:
        for table in (deks, log_secrets):
            connection.execute(delete(table).where(table.c.owner_id == mia.consumer_id))
    store.dispose()
    with House.open(house.settings) as again, pytest.raises(Conflict) as fault:
        examine(again, None)
    assert fault.value.code == "key_unusable"


def test_a_kek_of_other_bytes_is_noticed(house):
    """A key file that is there but is not the right one does not pass for the key."""
    person(house)
    old = house.keys.status()[0].kek_id
    house.keys.rotate()  # whatever is wrapped so far waits for its rewrap, as in a backup made meanwhile
    (file,) = [path for path in house.settings.keys_dir.iterdir() if old in path.name]
    file.write_bytes(bytes(len(file.read_bytes())))
    with pytest.raises(Exception) as fault, House.open(house.settings) as again:
        examine(again, None)
    assert getattr(fault.value, "code", "")
