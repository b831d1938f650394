"""Companies: nobody is asked before the domain is proved and the operator approves; suspending works at once."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.databases import statements
from vrm import companies
from vrm.companies import NotApprovable, Stated
from vrm.errors import Conflict, Invalid, NotFound, Stale
from vrm.ids import new_id

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
KNOWN = {"dpv:ServiceProvision", "dpv:DirectMarketing", "dpv:FraudPreventionAndDetection"}


def test_a_company_starts_pending_and_reads_back(office):
    """What was registered comes back as a frozen copy, with a token to publish."""
    company = office.register(domain="B\u00fccher.example", owner="Oak Holding plc")
    assert office.database.read(lambda s: companies.get_company(s, company_id=company.id)) == company
    assert (company.state, company.domain, company.domain_proved_at) == (
        "pending",
        "xn--bcher-kva.example",
        None,
    )
    assert company.purposes == {"dpv:ServiceProvision": Stated("To deliver what you order.", 30)}
    assert (company.notice_version, company.owner) == (1, "Oak Holding plc")
    assert company.domain_token.startswith("vrm-domain-")
    assert office.register().domain_token != company.domain_token


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("legal_name", " "),
        ("legal_name", "x" * 201),
        ("legal_name", "two\nlines"),
        ("address", ""),
        ("address", "a\0b"),
        ("contact", "nobody"),
        ("domain", "https://acorn.example:8443/shop"),
        ("privacy_notice_url", "http://acorn.example/privacy"),
        ("owner", "a\x1bb"),
        ("purposes", {"dpv:WorldDomination": Stated()}),
        ("purposes", {"dpv:ServiceProvision": Stated("x" * 301)}),
        ("retention_days", {"dpv:ServiceProvision": Stated(None, -1)}),
        ("retention_days", {"dpv:ServiceProvision": Stated(None, 3651)}),
        ("retention_days", {"dpv:ServiceProvision": Stated(None, True)}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(office, field, value):
    """The fault names the field; neither company nor event is left."""
    with pytest.raises(Invalid) as refusal:
        office.register(**{"purposes" if field == "retention_days" else field: value})
    assert refusal.value.field == field
    assert office.database.read(companies.list_companies) == []
    assert office.events() == []


def test_not_approvable_before_all_is_there(office):
    """Everything that is missing is said at once, and each step takes one item off."""
    company = office.register(privacy_notice_url=None, purposes={})

    def missing():
        with pytest.raises(NotApprovable) as refusal:
            office.do(companies.approve, company_id=company.id, now=NOW)
        return refusal.value.missing

    assert missing() == ("domain", "purpose", "notice")
    office.do(
        companies.change_notice,
        company_id=company.id,
        privacy_notice_url="https://acorn.example/privacy",
        now=NOW,
    )
    assert missing() == ("domain", "purpose")
    office.do(
        companies.set_purposes,
        company_id=company.id,
        purposes={"dpv:DirectMarketing": Stated()},
        known_purposes=KNOWN,
        now=NOW,
    )
    assert missing() == ("domain",)
    office.prove(company)
    assert office.do(companies.approve, company_id=company.id, now=NOW).state == "approved"


def test_a_proof_is_for_the_domain_and_token_that_were_checked(office):
    """A check that was overtaken, or of someone else's token, proves nothing."""
    company, other = office.register(), office.register()
    for domain, token in (
        ("other.example", company.domain_token),
        (company.domain, other.domain_token),
        (company.domain, ""),
    ):
        with pytest.raises(Stale):
            office.do(companies.prove_domain, company_id=company.id, domain=domain, token=token, now=NOW)
    assert office.prove(company).domain_proved_at == NOW


def test_a_domain_belongs_to_one_company(office):
    """The second company to prove a domain is stopped; proving twice keeps the first moment."""
    first, second = office.register(), office.register()
    office.prove(first)
    with pytest.raises(Conflict) as refusal:
        office.prove(second)
    assert refusal.value.code == "domain_taken"
    again = office.do(
        companies.prove_domain,
        company_id=first.id,
        domain=first.domain,
        token=first.domain_token,
        now=NOW + timedelta(days=1),
    )
    assert again.domain_proved_at == NOW


def test_suspending_and_resuming(office):
    """Back to what it was: approved, or pending where it never was approved. Suspended is not approvable."""
    approved = office.approved()
    pending = office.register(domain="other.example")
    for company, afterwards in ((approved, "approved"), (pending, "pending")):
        for _ in range(2):
            assert office.do(companies.suspend_company, company_id=company.id, now=NOW).state == "suspended"
        with pytest.raises(Conflict):
            office.do(companies.approve, company_id=company.id, now=NOW)
        assert office.do(companies.resume_company, company_id=company.id, now=NOW).state == afterwards
        with pytest.raises(Conflict):
            office.do(companies.resume_company, company_id=company.id, now=NOW)


def test_every_change_is_in_the_log_once(office):
    """Each event once, in order, with who did it; what changed nothing is not told."""
    company = office.register(actor="company")
    office.prove(company)
    office.prove(company)
    for number in range(2):
        office.do(companies.approve, company_id=company.id, now=NOW + timedelta(seconds=1 + number))
    for number in range(2):
        office.do(companies.suspend_company, company_id=company.id, now=NOW + timedelta(seconds=3 + number))
    office.do(companies.resume_company, company_id=company.id, now=NOW + timedelta(seconds=5))
    client = office.new_client(company, now=NOW + timedelta(seconds=6))
    later = NOW + timedelta(seconds=7)
    office.do(companies.suspend_client, client_id=client.id, now=later)
    office.do(companies.suspend_client, client_id=client.id, now=later)
    office.do(companies.resume_client, client_id=client.id, now=later + timedelta(seconds=1))
    office.do(companies.change_client, client_id=client.id, name="New", now=later + timedelta(seconds=2))
    events = office.events()
    assert set(events[:2]) == {
        ("company.registered", "company", company.id, None),
        ("company.domain_proved", "operator", company.id, None),
    }
    assert events[2:] == [
        ("company.approved", "operator", company.id, None),
        ("company.suspended", "operator", company.id, None),
        ("company.resumed", "operator", company.id, None),
        ("client.registered", "operator", company.id, client.id),
        ("client.suspended", "operator", company.id, client.id),
        ("client.resumed", "operator", company.id, client.id),
        ("client.changed", "operator", company.id, client.id),
    ]


def test_a_new_notice_or_owner_raises_the_version(office):
    """Each changed notice counts, even at the same address; the same owner again does not."""
    company = office.register()

    def version(verb, **more):
        return office.do(verb, company_id=company.id, now=NOW, **more).notice_version

    assert version(companies.change_notice, privacy_notice_url="https://acorn.example/privacy") == 2
    assert version(companies.change_owner, owner="Oak Holding plc") == 3
    assert version(companies.change_owner, owner="Oak Holding plc") == 3
    assert version(companies.change_owner, owner=None) == 4
    assert office.changes(company) == ["notice", "owner", "owner"]


def test_purposes_are_replaced(office):
    """Kept ones keep, new ones come, others go; an approved company keeps at least one."""
    company = office.approved()
    wanted = {"dpv:DirectMarketing": Stated("News by mail.", 0), "dpv:ServiceProvision": Stated()}

    def put(purposes):
        return office.do(
            companies.set_purposes,
            company_id=company.id,
            purposes=purposes,
            known_purposes=KNOWN,
            now=NOW,
        ).purposes

    assert put(wanted) == wanted
    assert put(wanted) == wanted
    only = {"dpv:DirectMarketing": Stated(None, 90)}
    assert put(only) == only
    with pytest.raises(Conflict):
        put({})
    with pytest.raises(Invalid):
        put({"dpv:Unknown": Stated()})
    read = office.database.read(lambda s: companies.get_company(s, company_id=company.id))
    assert read.purposes == only
    assert (read.retention_for("dpv:DirectMarketing"), read.retention_for("dpv:ServiceProvision")) == (
        90,
        None,
    )
    assert office.changes(company) == ["purposes", "purposes"]  # what changed nothing is no event


def test_many_are_found_at_once(office):
    """By id, in as many statements for ten as for one; one that is missing is a fault."""
    made = [office.register() for _ in range(10)]
    clients = [office.new_client(company) for company in made]

    def found(count):
        with statements(office.database) as run:
            companies_, clients_ = office.database.read(
                lambda s: (
                    companies.get_companies(s, (each.id for each in made[:count])),
                    companies.get_clients(s, [each.id for each in clients[:count]]),
                )
            )
        assert companies_ == {each.id: each for each in made[:count]}
        assert clients_ == {each.id: each for each in clients[:count]}
        return len(run)

    assert found(1) == found(10)
    assert found(0) <= 1
    for unknown in (new_id(), "", "x\0"):
        for verb in (companies.get_companies, companies.get_clients):
            with pytest.raises(NotFound):
                office.database.read(lambda s, v=verb, u=unknown: v(s, [made[0].id, clients[0].id, u]))


def test_companies_are_listed_by_name_and_state(office):
    """All of them, or those in one state."""
    beech, acorn = office.register(legal_name="Beech"), office.approved(legal_name="Acorn")

    def listed(**more):
        return [each.id for each in office.database.read(lambda s: companies.list_companies(s, **more))]

    assert listed() == [acorn.id, beech.id]
    assert listed(state="pending") == [beech.id]


@pytest.mark.parametrize("company_id", [pytest.param(new_id(), id="unknown"), "", "x", "' OR 1=1"])
def test_an_unknown_company_is_not_found(office, company_id):
    """Whatever the id looks like, on both engines."""
    with pytest.raises(NotFound):
        office.do(companies.approve, company_id=company_id, now=NOW)
