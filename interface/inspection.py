"""What a file is, by its content: what it says of itself counts only if that agrees."""

import re
from codecs import getincrementaldecoder
from collections.abc import Mapping
from typing import Final, cast, get_args

import filetype

from application.evidence import NotEvidence
from domain.evidence import MediaType

ALLOWED: Final[tuple[MediaType, ...]] = get_args(MediaType)

# The same types by other names, of browsers, telephones and the library.
SAME: Final[Mapping[str, MediaType]] = {
    "image/jpg": "image/jpeg",
    "image/apng": "image/png",
    "image/heif": "image/heic",
    "video/x-m4v": "video/mp4",
    "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
}

# Boxes that hold film or sound alike: what is declared says which.
SOUND_IN: Final[Mapping[str, str]] = {"video/mp4": "audio/mp4"}

# So much of a file's beginning tells what it is; the library asks for no more.
HEAD_BYTES: Final = 8192

# So far readers look for what a file might also be: browsers for markup, and readers of
# PDF for its mark.
SNIFFED_BYTES: Final = 1024
MARKUP: Final = re.compile(
    rb"<(?:!doctype|html|head|body|script|iframe|svg|style|object|embed|\?xml)\b",
    re.IGNORECASE,
)
BEGINS_AS_MARKUP: Final = re.compile(r"^[\ufeff\s]*<[A-Za-z!?/]")
PDF: Final = b"%PDF-"

# Archives are found from their end: a mark, and how long a comment follows it.
TAIL_BYTES: Final = 22 + 65_535
ARCHIVE_END: Final = b"PK\x05\x06"
ARCHIVE_END_BYTES: Final = 22

UTF8: Final = getincrementaldecoder("utf-8-sig")
UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def plainly(media_type: str) -> str:
    """Return a type without its parameters, by the name we use."""
    name = media_type.partition(";")[0].strip().lower()
    return SAME.get(name, name)


class Inspection:
    """Looks at one file as it streams by; raises NotEvidence as soon as it knows."""

    def __init__(self, declared: str) -> None:
        self._declared = plainly(declared)
        if self._declared not in ALLOWED:
            named = f"{self._declared} is no type of evidence"
            raise refusal(named if self._declared else "No Content-Type is declared")
        self._head = b""
        self._tail = b""
        self._found = ""
        self._decoder = UTF8()

    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes. Raises NotEvidence."""
        if not self._found:
            self._head += chunk
            if len(self._head) < HEAD_BYTES:
                return
            chunk = self._settle()
        self._look(chunk)

    def end(self) -> MediaType:
        """Return what it was. Raises NotEvidence."""
        if not self._head:
            raise NotEvidence(reason="The file is empty")
        if not self._found:
            self._look(self._settle())
        if self._found == "text/plain":
            self._read(b"", final=True)
        elif is_archive(self._tail):
            raise NotEvidence(reason="It is an archive as well")
        return cast("MediaType", self._found)

    def _settle(self) -> bytes:
        """Decide by the beginning what it is, and return the beginning."""
        head = self._head
        found = kind_of(head, self._declared)
        if found not in ALLOWED:
            raise refusal(f"Its content is {found}")
        if found != self._declared:
            reason = f"It is declared {self._declared}, but its content is {found}"
            raise NotEvidence(reason=reason)
        if found != "application/pdf" and PDF in head[:SNIFFED_BYTES]:
            raise NotEvidence(reason="It is a PDF as well")
        if MARKUP.search(head[:SNIFFED_BYTES]):
            raise NotEvidence(reason="It holds markup that a browser might run")
        self._found = found
        return head

    def _look(self, chunk: bytes) -> None:
        if self._found == "text/plain":
            self._read(chunk)
        else:
            self._tail = (self._tail + chunk)[-TAIL_BYTES:]

    def _read(self, chunk: bytes, *, final: bool = False) -> None:
        try:
            text = self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            raise NotEvidence(reason="Text must be in UTF-8") from None
        if UNPRINTABLE.search(text):
            raise NotEvidence(reason="Text must have no control characters")


def refusal(reason: str) -> NotEvidence:
    """Return the "no" to a type, with those that would do."""
    return NotEvidence(reason=reason, allowed=" ".join(ALLOWED))


def kind_of(head: bytes, declared: str) -> str:
    """Return the type that a beginning shows, in words if it has no name.

    Text has no mark of its own, and may begin like one: "BM" begins bitmaps. So what
    is declared text and reads as text is text.
    """
    readable = is_text(head)
    if readable and declared == "text/plain":
        return "application/pdf" if head.startswith(PDF) else "text/plain"
    guessed = filetype.guess_mime(head)
    if guessed is None:
        return "text/plain" if readable else "of no known type"
    found = plainly(guessed)
    return declared if SOUND_IN.get(found) == declared else found


def is_text(head: bytes) -> bool:
    """Whether a beginning reads as plain text, and not as markup."""
    try:
        text = UTF8().decode(head)
    except UnicodeDecodeError:
        return False
    return not UNPRINTABLE.search(text) and not BEGINS_AS_MARKUP.match(text)


def is_archive(tail: bytes) -> bool:
    """Whether a file's end is an archive's: its mark, and a comment to the very end."""
    at = tail.rfind(ARCHIVE_END)
    while at >= 0:
        comment = int.from_bytes(tail[at + 20 : at + ARCHIVE_END_BYTES], "little")
        if at + ARCHIVE_END_BYTES + comment == len(tail):
            return True
        at = tail.rfind(ARCHIVE_END, 0, at)
    return False
