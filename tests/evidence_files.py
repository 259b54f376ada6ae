"""Small files that are what they say, and some that are not."""

import struct
import zlib
from io import BytesIO
from zipfile import ZipFile


def chunk(kind: bytes, body: bytes) -> bytes:
    crc = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)


# A dot, as a picture.
PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
    + chunk(b"IEND", b"")
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01" + bytes(40) + b"\xff\xd9"
GIF = b"GIF89a\x01\0\x01\0\x80\0\0" + bytes(30) + b";"
WEBP = b"RIFF\x24\0\0\0WEBPVP8 " + bytes(40)
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)
MP4 = b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(40)
MOV = b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + bytes(40)
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + bytes(40)
M4A = b"\0\0\0\x18ftypM4A \0\0\0\0isommp42" + bytes(40)
MP3 = b"ID3\x03\0\0\0\0\0\x21" + bytes(50)
WAV = b"RIFF\x24\0\0\0WAVEfmt " + bytes(40)
OGG = b"OggS\0\2" + bytes(20) + b"\x01\x1e\x01vorbis" + bytes(30)
AMR = b"#!AMR\n" + bytes(30)
PDF = b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
TEXT = "包装破损, 里面少了一件。The box was open.\n".encode()

PAGE = b"<!doctype html><html><script>alert(1)</script></html>"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'
PROGRAM = b"MZ\x90\0" + bytes(60)


def archive() -> bytes:
    """Return an archive with a file in it."""
    into = BytesIO()
    with ZipFile(into, "w") as made:
        made.writestr("run.js", "1")
    return into.getvalue()
