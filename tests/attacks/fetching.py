"""SSRF: a client's ``jwks_uri`` that leads where only this machine can reach, or a set of keys that is none."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import httpcore2
import pytest
from joserfc.jwk import ECKey

from tests.attacks.stage import Came, Row, Scene, Stage, came
from tests.support.http import answer, serving
from vrm import clock, companies
from vrm.errors import VrmError

CLIENT = "invalid_client"


class _Recording(httpcore2.NetworkBackend):
    """A network on which nothing can be reached; it remembers where somebody tried to."""

    def __init__(self) -> None:
        self.tried: list[tuple[str, int]] = []

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        self.tried.append((host, port))
        raise httpcore2.ConnectError("nothing is here")


def published(stage: Stage) -> Scene:
    """A client that publishes its keys at an address of its own."""
    company = stage.world.company(name="Publishing")
    uri = f"https://{company.redirect_uri.split('/')[2]}/jwks"
    stage.house.database.write(
        lambda db: companies.change_client(db, client_id=company.client_id, jwks_uri=uri, now=clock.now())
    )
    return Scene(stage, company, stage.mia, more={"host": uri.split("/")[2]})


def _attempt(scene: Scene) -> Came:
    """An assertion by a key that we do not know, which makes us read the address."""
    key = scene.more.get("key") or ECKey.generate_key("P-256", auto_kid=True)
    assertion = scene.company.assertion(key=key, header={"kid": key.kid})
    return came(scene.company.token(scene.company.proof(assertion), grant_type="client_credentials"))


def _resolving(*addresses: str) -> Callable[[Scene], Came]:
    """The name of the address leads to these numbers. The refusal says nothing of them, and nobody was called."""

    def attack(scene: Scene) -> Came:
        network = _Recording()

        def resolve(host: str) -> Sequence[str]:
            return addresses

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(scene.stage.house.fetcher, "_resolve", resolve)
            patch.setattr(scene.stage.house.fetcher, "_network", network)
            status, word = came(_attempt(scene))
        return status, word if not network.tried else f"{word} after calling {network.tried}"

    return attack


def _serving(*, status: int = 200, twist: str = "", **headers: str) -> Callable[[Scene], Came]:
    """The address answers with the very key that signs, in an answer that must not be taken."""

    def attack(scene: Scene) -> Came:
        key = ECKey.generate_key("P-256", auto_kid=True)
        jwk = key.as_dict(private=twist == "private")
        documents = {"huge": {"filling": "x" * 70_000}, "twice": {}, "private": {}}
        keys = (
            [jwk, {**ECKey.generate_key("P-256").as_dict(private=False), "kid": key.kid}]
            if twist == "twice"
            else [jwk]
        )
        body = json.dumps({"keys": keys, **documents.get(twist, {})}).encode()
        with (
            serving({"/jwks": answer(body, status=status, **headers), "/else": answer(body)}) as server,
            pytest.MonkeyPatch.context() as patch,
        ):
            allowed = scene.stage.house.fetcher._allowed
            patch.setitem(allowed, scene.more["host"], ("127.0.0.1", server.port))
            return _attempt(replace(scene, more={"key": key}))

    return attack


def _registering(uri: str) -> Callable[[Scene], Came]:
    """An address that is none of the company's, or cannot be read safely, is not even kept."""

    def attack(scene: Scene) -> Came:
        try:
            scene.stage.house.database.write(
                lambda db: companies.change_client(
                    db,
                    client_id=scene.company.client_id,
                    jwks_uri=uri.replace("@host", scene.more["host"]),
                    now=clock.now(),
                )
            )
        except VrmError as fault:
            return 400, "refused" if fault.code else ""
        return 200, "kept"

    return attack


INSIDE = [
    ("loopback", "127.0.0.1"),
    ("any loopback", "127.8.9.10"),
    ("a private network", "10.0.0.8"),
    ("another private network", "192.168.1.1"),
    ("the metadata of a cloud", "169.254.169.254"),
    ("this host", "0.0.0.0"),
    ("shared addresses", "100.64.0.1"),
    ("loopback in IPv6", "::1"),
    ("a unique local address", "fd00::1"),
    ("a link-local address", "fe80::1"),
    ("IPv4 inside IPv6", "::ffff:127.0.0.1"),
    ("6to4 to the inside", "2002:7f00:0001::1"),
    ("NAT64 to the inside", "64:ff9b::7f00:1"),
    ("multicast", "224.0.0.1"),
]

ROWS = [
    *(Row(f"to {what}", "public addresses", published, _resolving(address), 400, CLIENT) for what, address in INSIDE),
    Row("to a public address and an inside one", "all addresses public", published, _resolving("93.184.215.14", "10.0.0.8"), 400, CLIENT),
    Row("an address that redirects", "redirects are not followed", published, _serving(status=302, location="/else"), 400, CLIENT),
    Row("an answer that is an error", "redirects are not followed", published, _serving(status=500), 400, CLIENT),
    Row("an answer that unfolds", "nothing is unfolded", published, _serving(content_encoding="gzip"), 400, CLIENT),
    Row("an answer without end", "answers are small", published, _serving(twist="huge"), 400, CLIENT),
    Row("a set with a private key", "proof key is public", published, _serving(twist="private"), 400, CLIENT),
    Row("a set with one kid twice", "each key its kid", published, _serving(twist="twice"), 400, CLIENT),
    Row("an address without encryption", "keys over TLS", published, _registering("http://@host/jwks"), 400, "refused"),
    Row("a file", "keys over TLS", published, _registering("file://@host/etc/passwd"), 400, "refused"),
    Row("another company's address", "keys of one's own", published, _registering("https://evil.example/jwks"), 400, "refused"),
    Row("a host that ends as ours", "keys of one's own", published, _registering("https://evil@host/jwks"), 400, "refused"),
]  # fmt: skip
