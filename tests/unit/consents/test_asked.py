"""Which keys a company asked for is a fact that anybody may know; how many people, from twenty on."""

from tests.support.seeds import OTHER_PURPOSE, PURPOSE, shop, terms
from vrm import consents
from vrm.consents import Asked
from vrm.consents.quality import MIN_PEOPLE


def test_keys_by_purpose_and_no_figure_of_few(house, town, look):
    """A key asked of nineteen is named; from twenty different people on the figure stands first."""
    nordlicht, kavanagh = shop(house), shop(house, "Kavanagh")
    for number in range(MIN_PEOPLE):
        who, _ = town.asked(nordlicht, terms("email"))
        if number:
            town.asked(nordlicht, terms("birthdate"), consumer_id=who)
    town.asked(nordlicht, terms("name", purpose=OTHER_PURPOSE), consumer_id=who)
    town.asked(kavanagh, terms("phone_number"), consumer_id=who)
    assert look(consents.asked_of, company_id=nordlicht.company.id) == {
        PURPOSE: [Asked("email", MIN_PEOPLE), Asked("birthdate", None)],
        OTHER_PURPOSE: [Asked("name", None)],
    }
    assert set(look(consents.asked_of, company_id=nordlicht.company.id, newest=1)) == {OTHER_PURPOSE}
