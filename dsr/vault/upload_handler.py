"""What Django's parser does with a file that is longer than any that is taken: not keep it."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler

from . import outgoing, uploads


class BoundingHandler(FileUploadHandler):
    """Stands before Django's own handlers and lets through as much as shows that it is too much."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        # What the organisation gives out comes by few addresses, and may be larger.
        gives_out = settings.LARGE_FORMS.match(self.request.path) if self.request else None
        most = outgoing.MAX_BYTES if gives_out else uploads.MAX_BYTES
        room = most + 1 - start
        return raw_data[:room] if room > 0 else None

    def file_complete(self, file_size: int) -> Any:
        """Leaves the file to the handlers behind."""
        return None
