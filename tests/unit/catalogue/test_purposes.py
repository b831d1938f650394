"""Purposes: DPV's concepts, our words."""

import csv
import tomllib
from importlib.resources import files

import pytest

DATA = files("vrm.catalogue") / "data"


def test_all_of_dpv_is_there(catalogue):
    """Every purpose of the vocabulary but its root is known, with its definition and its parents."""
    rows = list(csv.DictReader((DATA / "dpv" / "purposes.csv").read_text("utf-8").splitlines(keepends=True)))
    named = {f"dpv:{row['term']}" for row in rows if row["type"] == "class"}
    assert set(catalogue.purposes) == named - {"dpv:Purpose", "dpv:Sector"}
    for purpose in catalogue.purposes.values():
        assert purpose.label
        assert purpose.plain
        assert purpose.definition
        assert set(purpose.broader) <= set(catalogue.purposes)


def test_the_usual_ones_are_said_plainly(catalogue):
    """At least 25 purposes have words of ours; the others keep DPV's label, written as ours are."""
    every = catalogue.purposes.values()
    plain = [each for each in every if each.plain.casefold() != each.label.casefold()]
    assert len(plain) >= 25
    assert catalogue.get_purpose("dpv:DeliveryOfGoods").plain == "Delivering what you ordered"
    assert catalogue.get_purpose("dpv:VendorPayment").plain == "Vendor payment"
    crm = catalogue.get_purpose("dpv:ImproveInternalCRMProcesses")
    assert crm.plain == "Improve internal CRM processes"
    words = [purpose.plain for purpose in catalogue.purposes.values()]
    assert len(set(words)) == len(words)


def test_our_words_name_purposes_that_exist(catalogue):
    """A misspelt id in our file would silently warn of nothing."""
    ours = tomllib.loads((DATA / "purposes.toml").read_text("utf-8"))
    assert set(ours["plain"]) | set(ours["cautions"]) <= set(catalogue.purposes)


@pytest.mark.parametrize(
    "term",
    [
        "Marketing",
        "DirectMarketing",
        "TargetedAdvertising",
        "PoliticalCampaign",
        "Personalisation",
        "ProvideProductRecommendations",
        "SellDataToThirdParties",
        "SellInsightsFromData",
        "CustomerSolvencyMonitoring",
    ],
)
def test_marketing_profiling_and_sale_are_warned_of(catalogue, term):
    """A warning reaches every narrower purpose, along every line of descent."""
    assert catalogue.get_purpose(f"dpv:{term}").caution


@pytest.mark.parametrize(
    "term",
    [
        "ServiceProvision",
        "DeliveryOfGoods",
        "CustomerCare",
        "PaymentManagement",
        "LegalCompliance",
        "IdentityVerification",
        "SellProductsToDataSubject",
        "AcademicResearch",
    ],
)
def test_ordinary_business_is_not_warned_of(catalogue, term):
    """A warning everywhere would be a warning nowhere."""
    assert not catalogue.get_purpose(f"dpv:{term}").caution


def test_licence_and_notice_lie_beside_the_data():
    """DPV's licence asks for its text and for a notice wherever the data goes."""
    assert "W3C Software and Document license" in (DATA / "dpv" / "LICENSE.txt").read_text("utf-8")
    notice = (DATA / "dpv" / "NOTICE.txt").read_text("utf-8")
    assert "includes material copied from or derived from" in notice
    assert "https://www.w3.org/copyright/software-license-2023/" in notice
