"""Static files by names of what they hold; a page that misses one is shown without it."""

from typing import Any

import structlog
from whitenoise.storage import CompressedManifestStaticFilesStorage

log = structlog.get_logger(__name__)


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it has no types
    """The storage of WhiteNoise, which breaks no page, least of all that of an error.

    Where the list of collected files (the manifest) can't be read or lacks one, the file has its
    plain name, by which it is served too if it is there. A process does not start without the list
    (``config/start.py``), but somebody may collect the files anew under it.
    """

    def load_manifest(self) -> Any:
        """Read the list; none if it can't be read, so that the files can be collected anew."""
        try:
            return super().load_manifest()
        except (ValueError, AttributeError):  # the latter where it is JSON of another kind
            log.exception("the list of static files can not be read")
            return {}, ""

    def stored_name(self, name: str) -> Any:
        """Find the name of what the file holds, or leave it as it is."""
        try:
            return super().stored_name(name)
        except ValueError:
            log.error("a static file was not collected", file=name)
            return name
