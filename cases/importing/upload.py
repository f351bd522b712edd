"""A bound on what a browser may send: past it, the rest is read and thrown away, never kept."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

MAX_BYTES = 512 * 1024 * 1024


class Bounded(FileUploadHandler):
    """First of the request's handlers; `request.upload_too_big` says that a file went past the bound."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        request.upload_too_big = False
        self._total = 0

    def handle_raw_input(
        self, input_data: Any, META: dict, content_length: int, boundary: bytes, encoding: str | None = None
    ) -> None:
        self.request.upload_too_big = content_length > MAX_BYTES

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._total += len(raw_data)
        if self.request.upload_too_big or self._total > MAX_BYTES:
            self.request.upload_too_big = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
