"""Zip files whose bytes depend on nothing but the names and contents of what they hold."""

from __future__ import annotations

import io
import zipfile

from artifacts import Files

# The earliest date a zip can hold: the clock and the file system's times must not show.
DATE = (1980, 1, 1, 0, 0, 0)
REGULAR_FILE_0644 = 0o100644 << 16
UNIX = 3


def pack(files: Files) -> bytes:
    """Zip the files, sorted, with one date and mode for all.

    The same zlib gives the same bytes everywhere; an interpreter built on another deflate
    implementation (zlib-ng) gives other bytes for the same content.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = UNIX
            entry.external_attr = REGULAR_FILE_0644
            archive.writestr(entry, files[name], compresslevel=9)
    return buffer.getvalue()


def unpack(content: bytes) -> Files:
    """Return the files of a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
