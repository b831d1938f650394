"""The disk of a cloud: one more millisecond for everything that is made durable."""

import shutil
import subprocess
from pathlib import Path

SLOWER = 1000
"""Microseconds added to every fsync."""

_SOURCE = Path(__file__).with_name("slow_disk.c")


def build(folder: Path) -> dict[str, str] | None:
    """What to set for a process to have such a disk; None where there is no C compiler to build it."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    library = folder / "slow_disk.so"
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(_SOURCE), "-ldl"]
    subprocess.run(command, check=True, timeout=60)
    return {"LD_PRELOAD": str(library), "SLOW_DISK_US": str(SLOWER)}
