"""The one fault of configuration."""

from collections.abc import Sequence

from vrm.errors import VrmError


class ConfigError(VrmError):
    """The settings cannot be used. ``faults`` holds every reason, each saying how to put it right."""

    code = "configuration"

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)
