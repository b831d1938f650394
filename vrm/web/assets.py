"""Style sheet, icon, script: files whose address holds the hash of their content, so they may be kept for ever."""

import hashlib
from pathlib import Path

from flask import Flask, Response, abort

from vrm.web.audiences import audience

FOLDER = Path(__file__).with_name("static")
_KINDS = {".css": "text/css", ".svg": "image/svg+xml", ".js": "text/javascript", ".go": "text/plain"}


class Assets:
    """The files of one folder, read once at start. They are few and small."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files: dict[str, tuple[str, bytes]] = {}
        for path in sorted(folder.iterdir()):
            if path.suffix in _KINDS:
                content = path.read_bytes()
                self._files[path.name] = (hashlib.sha256(content).hexdigest()[:16], content)

    def url(self, name: str) -> str:
        """Where a file is now: ``/static/<hash>/vrm.css``."""
        return f"/static/{self._files[name][0]}/{name}"

    def install(self, app: Flask) -> None:
        """Serve the files and give templates ``static_url``."""

        @app.get("/static/<mark>/<name>")
        @audience("public")
        def static(mark: str, name: str) -> Response:
            kept, content = self._files.get(name, ("", b""))
            if mark != kept:
                abort(404)  # an old address must not show, and must not be kept with, new content
            response = Response(content, mimetype=_KINDS[Path(name).suffix])
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
            return response

        app.jinja_env.globals["static_url"] = self.url
