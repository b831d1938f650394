"""Addresses: one reading only, or refused."""

import pytest

from vrm.companies import BadRedirectUri, parse_domain, parse_notice_url, parse_redirect_uri
from vrm.companies.addresses import origin, same_redirect
from vrm.errors import Invalid


@pytest.mark.parametrize(
    "uri",
    [
        "https://shop.example/callback",
        "https://shop.example",
        "https://shop.example/",
        "https://shop.example:8443/a/b-c_d~e.f/(g)?x=1&y=%2Fz",
        "https://xn--bcher-kva.example/cb",
        "https://a.b.c.shop.example/cb",
        "http://localhost:8000/callback",
        "http://127.0.0.1/callback",
        "http://[::1]:9/callback",
        "https://localhost/cb",
    ],
)
def test_a_good_redirect_uri_is_kept_as_it_is(uri):
    """Not one character is changed, since it is compared character by character."""
    assert parse_redirect_uri(uri) == uri


BAD = {
    "fragment": "https://shop.example/cb#x",
    "empty fragment": "https://shop.example/cb#",
    "userinfo": "https://shop.example@evil.example/cb",
    "userinfo with password": "https://a:b@shop.example/cb",
    "empty userinfo": "https://@shop.example/cb",
    "wildcard host": "https://*.shop.example/cb",
    "wildcard path": "https://shop.example/*",
    "http in public": "http://shop.example/cb",
    "http that looks like loopback": "http://localhost.evil.example/cb",
    "http on another loopback spelling": "http://127.1/cb",
    "http on decimal loopback": "http://2130706433/cb",
    "http on 0.0.0.0": "http://0.0.0.0/cb",
    "https on an address": "https://192.0.2.1/cb",
    "https on an IPv6 address": "https://[2001:db8::1]/cb",
    "https on hex address": "https://0x7f.1/cb",
    "javascript": "javascript:alert(1)//https://shop.example/",
    "data": "data:text/html,x",
    "custom scheme": "com.example.app:/cb",
    "file": "file:///etc/passwd",
    "scheme-relative": "//shop.example/cb",
    "backslashes": "https:\\\\shop.example\\cb",
    "backslash before host": "https://evil.example\\@shop.example/cb",
    "relative": "/cb",
    "bare word": "cb",
    "empty": "",
    "one slash": "https:/shop.example/cb",
    "three slashes": "https:///shop.example/cb",
    "space before": " https://shop.example/cb",
    "space after": "https://shop.example/cb ",
    "space inside": "https://shop.example/c b",
    "newline after": "https://shop.example/cb\n",
    "newline inside": "https://shop.exa\nmple/cb",
    "tab in scheme": "ht\ttps://shop.example/cb",
    "NUL": "https://shop.example/cb\0",
    "NUL in host": "https://shop.example\0.evil.example/cb",
    "IDN not in ASCII": "https://b\u00fccher.example/cb",
    "look-alike letter": "https://sh\u043ep.example/cb",
    "fullwidth dot": "https://shop\uff0eexample/cb",
    "broken punycode": "https://xn--a.example/cb",
    "upper case scheme": "HTTPS://shop.example/cb",
    "upper case host": "https://Shop.example/cb",
    "trailing dot": "https://shop.example./cb",
    "empty label": "https://shop..example/cb",
    "single label": "https://shop/cb",
    "no host": "https://",
    "port zero": "https://shop.example:0/cb",
    "port too high": "https://shop.example:65536/cb",
    "empty port": "https://shop.example:/cb",
    "port not a number": "https://shop.example:x/cb",
    "dot segment": "https://shop.example/a/../cb",
    "single dot segment": "https://shop.example/./cb",
    "escaped dot segment": "https://shop.example/a/%2E%2e/cb",
    "half escape": "https://shop.example/%2",
    "quote": 'https://shop.example/"x',
    "angle bracket": "https://shop.example/<x>",
    "semicolon and space for CSP": "https://shop.example; script-src",
    "answer parameter": "https://shop.example/cb?code=x",
    "state parameter": "https://shop.example/cb?a=1&state=",
    "escaped answer parameter": "https://shop.example/cb?c%6fde=x",
    "too long": "https://shop.example/" + "a" * 2000,
    "no text": None,
}


@pytest.mark.parametrize("uri", BAD.values(), ids=BAD.keys())
@pytest.mark.requirement("AS-A8", "BCP-1")
def test_every_way_to_lead_a_code_astray_is_refused(uri):
    """RFC 9700, section 4.1: what a browser, a proxy and we could read differently is not registered."""
    with pytest.raises(BadRedirectUri) as refusal:
        parse_redirect_uri(uri)
    assert refusal.value.field == "redirect_uris"


@pytest.mark.parametrize(
    ("registered", "asked", "same"),
    [
        ("https://shop.example/cb", "https://shop.example/cb", True),
        ("https://shop.example/cb", "https://shop.example/cb/", False),
        ("https://shop.example/cb", "https://shop.example/cb?x=1", False),
        ("https://shop.example/cb", "https://shop.example:443/cb", False),
        ("https://shop.example/cb", "https://SHOP.example/cb", False),
        ("https://shop.example/cb", "https://shop.example/cb#f", False),
        ("https://shop.example/cb", "https://shop.example/%63b", False),
        ("https://shop.example:1/cb", "https://shop.example:2/cb", False),
        ("https://shop.example", "https://shop.example/", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", True),
        ("http://127.0.0.1:8000/cb", "http://127.0.0.1/cb", True),
        ("http://[::1]:1/cb", "http://[::1]:2/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/other", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb?x", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", False),
        ("http://127.0.0.1/cb", "http://localhost:51004/cb", False),
        ("http://127.0.0.1/cb", "https://127.0.0.1:51004/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb", False),
        ("https://localhost/cb", "https://localhost:2/cb", False),
    ],
)
@pytest.mark.requirement("BCP-1")
def test_a_redirect_uri_is_compared_exactly(registered, asked, same):
    """Only the port of http on loopback is free (RFC 8252, section 7.3)."""
    assert same_redirect(registered, asked) is same


def test_an_origin_is_what_form_action_takes():
    """Scheme, host and port, without path and query."""
    assert origin("https://shop.example:8443/cb?x=1") == "https://shop.example:8443"
    assert origin("http://[::1]:9/cb") == "http://[::1]:9"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("shop.example", "shop.example"),
        ("https://www.Shop.example/", "www.shop.example"),
        ("http://b\u00fccher.example/a?b#c", "xn--bcher-kva.example"),
        (" Shop.EXAMPLE ", "shop.example"),
        ("B\u00fccher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("stra\u00dfe.example", "xn--strae-oqa.example"),
        ("shop\u3002example", "shop.example"),
    ],
)
def test_a_domain_is_kept_as_dns_carries_it(typed, kept):
    """Lower case, international names as xn--; of an address as a browser shows it the host."""
    assert parse_domain(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "shop",
        "localhost",
        "https://shop.example:8443/",
        "https://shop.example@evil.example/",
        "https://shop.example\\@evil.example/",
        "ftp://shop.example/",
        "https://localhost/",
        "shop.example/path",
        "shop.example:443",
        "shop.example.",
        ".shop.example",
        "shop..example",
        "-shop.example",
        "shop_1.example",
        "sh op.example",
        "user@shop.example",
        "192.0.2.1",
        "1.2.3",
        "0x7f.1",
        "[::1]",
        "*.shop.example",
        "xn--a.example",
        "a" * 64 + ".example",
        "a." * 130 + "example",
        "shop.example\0",
        "shop.example\n.evil.example",
        "\ud800.example",
    ],
)
def test_what_is_no_domain_is_refused(typed):
    """No bare path, no port, user name or IP address, no single label or damaged name."""
    with pytest.raises(Invalid) as refusal:
        parse_domain(typed)
    assert refusal.value.field == "domain"


def test_a_privacy_notice_is_read_over_https():
    """On a domain, for people; a fragment may point to the right place."""
    assert parse_notice_url("https://shop.example/privacy#en") == "https://shop.example/privacy#en"
    for bad in (
        "http://shop.example/privacy",
        "shop.example/privacy",
        "https://localhost/privacy",
        "https://192.0.2.1/",
        "javascript:alert(1)",
        "https://a@shop.example/",
        "",
    ):
        with pytest.raises(Invalid):
            parse_notice_url(bad)
