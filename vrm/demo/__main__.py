"""``python -m vrm.demo [--once]``: prepare, start, play the story, stay."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2

from vrm.config import ConfigError, Instance, Settings
from vrm.demo import acts, answering, offices, past, ports, seed, spare, weeks
from vrm.demo.shop import Site
from vrm.demo.story import Broken, Stage
from vrm.house import House

_STOPS = (signal.SIGINT, signal.SIGTERM)


def main() -> int:
    """Play the story; 0 when every step held."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="on a throw-away home and port, then stop")
    once = parser.parse_args().once
    os.umask(0o077)  # what the server says, and the invented clients' keys, are for this account alone
    for stop in _STOPS:  # in the background a shell has SIGINT ignored
        signal.signal(stop, _stop)
    home = (
        Path(tempfile.mkdtemp(prefix="vrm-demo-")) / "home"
        if once
        else Path(os.environ.get("VRM_HOME") or "var")
    )
    try:
        return _play(home.absolute(), once)
    except (Broken, ConfigError, TimeoutError, OSError, httpx2.HTTPError) as fault:
        print(f"\nThe demo stopped: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped before the story began.", file=sys.stderr)
        return 130
    finally:
        if once:
            shutil.rmtree(home.parent, ignore_errors=True)


def _stop(number: int, frame: object) -> None:
    """Stop once. A second signal (make passes on what the terminal has sent already) must not break off stopping."""
    for each in _STOPS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def _play(home: Path, once: bool) -> int:
    issuer = _issuer(home, once)
    _require_free(ports.web(issuer))
    site, mail_port = Site(ports.free(ports.sites(issuer)), issuer=issuer), ports.free(ports.mail(issuer))
    environ = {name: value for name, value in os.environ.items() if not name.startswith("VRM_")}
    here = [f"{domain}=127.0.0.1:{site.port}" for domain in (acts.DOMAIN, spare.DOMAIN)]
    environ |= {"VRM_HOME": str(home), "VRM_FETCH_ALLOW": ",".join(here), **answering.settings(mail_port)}
    stage = Stage(issuer, home, environ, print)
    if not home.exists():
        _make(home, issuer)
    with House.open(Settings.load(environ)) as house:
        site.proofs[spare.DOMAIN] = lambda: spare.proof(house)
        log = home / "serve.log"
        with log.open("ab") as out:
            server = subprocess.Popen(  # our own program
                [sys.executable, "-m", "vrm", "serve", "--port", str(ports.web(issuer))],
                env=environ,
                stdout=out,
                stderr=out,
            )
        try:
            _wait(issuer, server, log)
            print(f"Serving {issuer} (what the server says is in {log})")
            _acts(stage, house, site)
            if once:
                return 0
            _farewell(stage)
            answering.tell_how(stage, house, mail_port, print)
            print("Ctrl-C stops the server. Running the demo again goes on with the same instance.")
            server.wait()
        except KeyboardInterrupt:
            print("\nStopping.")
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)
            site.close()
    return 0


def _make(home: Path, issuer: str) -> None:
    """Make and seed an instance beside its place, and put it there whole: an interrupted demo leaves nothing."""
    making = home.with_name(home.name + ".making")
    shutil.rmtree(making, ignore_errors=True)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("VRM_")}
    stage = Stage(issuer, making, environ | {"VRM_HOME": str(making)}, print)
    print(f"Making an instance in {home}")
    stage.vrm("init", "--sandbox", "--issuer", issuer)
    seed.mark(making)
    people, shops = len(seed.PEOPLE) + 1 + len(past.PEOPLE), len(seed.COMPANIES) + 1
    print(f"Seeding {people} people, {shops} companies, and what happened in {past.DAYS} days; some seconds")
    with House.open(Settings.load(stage.environ)) as house:
        seed.sow(house)
        lived = weeks.live(house)
        past.live(house, lived[weeks.ADA["email"]])
    seed.mark(making, person=lived[weeks.MIA["email"]])
    making.rename(home)


def _acts(stage: Stage, house: House, site: Site) -> None:
    def title(number: str, words: str) -> None:
        stage.tell(f"\n{number}  {words}")

    title("1", "Noa makes a profile of her own")
    browser = acts.consumer(stage)
    title("2", "Kiefernweg, a shop, registers and proves who it is")
    shop = acts.company(stage, house, site)
    offices.open_offices(stage, house)
    title("3, 4", "The shop asks in lines; Noa decides line by line")
    token = acts.asking(stage, browser, shop)
    title("5", "The shop reads what Noa permits, and nothing else")
    acts.reading(stage, shop, token)
    title("6", "Noa revokes; the next read is refused")
    acts.revoking(stage, browser, shop, token)
    title("7", "Noa sees who read what, and who tried")
    acts.seeing(stage, browser)
    title("8", "An auditor verifies the log without trusting anybody")
    acts.auditing(stage)
    title("9", "The operator rotates keys, backs up and rehearses a restore")
    acts.operating(stage)
    stage.tell("\nEvery step held.")


def _issuer(home: Path, once: bool) -> str:
    """The issuer of an instance the demo made before, or of the one it is about to make."""
    if not home.exists():
        if once:
            return f"http://localhost:{ports.free()}"
        return os.environ.get("VRM_ISSUER") or f"http://localhost:{ports.WEB}"
    if not (home / seed.MARK).exists():
        raise Broken(f"{home} was not made by the demo. Set VRM_HOME to another folder, or move it away.")
    return Instance.read(home).issuer


def _require_free(port: int) -> None:
    if not ports.is_free(port):
        raise Broken(
            f"port {port} is taken. Stop what uses it, or take another home and port: VRM_HOME=./var2 "
            f"VRM_ISSUER=http://localhost:{port + 1} make demo. Only to see it: make demo ARGS=--once"
        )


def _wait(issuer: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise Broken(f"the server ended; it said: {log.read_text(errors='replace')[-500:]}")
        try:
            if httpx2.get(f"{issuer}/health/ready").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError("the server did not get ready within 30 seconds")


def _farewell(stage: Stage) -> None:
    others = ", ".join([acts.NOA, *(person["email"] for person in seed.PEOPLE)])
    print("\nNow it is your turn. There are three doors; behind each the password is the same:")
    print(f"  {seed.PASSWORD}")
    print(f"For people: {stage.issuer}")
    print(f"  sign in as   {weeks.MIA['email']}, who has dealt with companies for six weeks")
    print(f"               {weeks.ADA['email']}, of whom Nordlicht has read too")
    print(f"               {others}")
    print(f"  or sign up as somebody you invent; letters are written to {stage.home / 'mail'}")
    offices.tell_how(stage, print)
    spare.tell_how(stage, print)


if __name__ == "__main__":
    sys.exit(main())
