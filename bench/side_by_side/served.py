"""A program that serves on a port of this machine: started, watched and ended with all its processes."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import httpx2

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
PATIENCE = 90.0  # seconds to the first answer: some peers read a thousand files first


class Served:
    """Started at once; returns when ``path`` is answered, with whatever status. What it prints goes to ``log``."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        port: int,
        log: Path,
        path: str = "/",
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.port, self._log = port, log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command, env={**os.environ, **(environment or {})}, cwd=folder,
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        self._wait(f"http://localhost:{port}{path}")

    def stop(self) -> None:
        """Ask it to end, then end what is left of the session it leads, which is ours alone."""
        self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(15)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def processor_seconds(self) -> float:
        """Spent so far by it and all that it started and that still runs."""
        return sum(processor_seconds(pid) for pid in family(self._process.pid))

    def memory(self) -> int:
        """Bytes in memory, of all its processes."""
        return sum(_resident(pid) for pid in family(self._process.pid))

    def _wait(self, address: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(httpx2.TransportError):
                httpx2.get(address, timeout=10)
                return
            time.sleep(0.05)
        self.stop()
        raise SystemExit(f"{address} did not answer:\n{self._log.read_text(errors='replace')[-3000:]}")


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    children: dict[int, list[int]] = {}
    for each in Path("/proc").iterdir():
        if each.name.isdigit() and (fields := _stat(int(each.name))):
            children.setdefault(int(fields[1]), []).append(int(each.name))
    found = [pid]
    for one in found:  # it grows as it is read
        found.extend(children.get(one, ()))
    return found


def processor_seconds(pid: int) -> float:
    """Of one process, in its own code and in the kernel."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICK if fields else 0.0


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0


def _stat(pid: int) -> list[str]:
    """The fields of ``/proc/PID/stat`` behind the name, which may hold anything; none where it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
