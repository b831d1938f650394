"""The peers, installed from their registries into ``build/bench``: once, and again when what is wanted has changed."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

WANTED = Path(__file__).parent
PLACE = Path(__file__).parents[3] / "build" / "bench"
PYTHON = PLACE / "python" / "bin"
NODE = PLACE / "node"
_ENOUGH = 600  # seconds


def install() -> None:
    """What a version is and which bytes it has, the lock files say."""
    _once(PYTHON.parent, [WANTED / "python.txt"], _python)
    _once(NODE, [WANTED / "package.json", WANTED / "package-lock.json"], _node)
    for script in WANTED.glob("*.mjs"):
        shutil.copy(script, NODE)  # a module finds its packages in the folders above it


def _python(folder: Path) -> None:
    _run([sys.executable, "-m", "venv", str(folder)], WANTED)
    pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    _run([*pip, "--require-hashes", "--requirement", str(WANTED / "python.txt")], WANTED)


def _node(folder: Path) -> None:
    if shutil.which("npm") is None:
        raise SystemExit(
            "npm is not installed. Install it (Debian: apt-get install npm), or run with --ours."
        )
    folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(WANTED / name, folder)
    _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], folder)


def _once(folder: Path, wanted: Sequence[Path], make: Callable[[Path], None]) -> None:
    stamp = folder / "installed"
    state = sha256(b"".join(each.read_bytes() for each in wanted)).hexdigest()
    if stamp.exists() and stamp.read_text() == state:
        return
    print(f"Installing the peers of {folder.name}: a minute or two, this once ...", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    make(folder)
    stamp.write_text(state)


def _run(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_ENOUGH, check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
