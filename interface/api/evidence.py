"""Evidence over HTTP: files handed in as they are, judged, and given out as files."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from mimetypes import guess_extension
from typing import Annotated, Any, Final, get_args
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.exceptions import InternalServerException
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat
from litestar.params import FromPath, HeaderParameter, QueryParameter
from litestar.response import Stream
from msgspec import Struct
from msgspec.structs import replace

from application.access import Actor, scope
from application.evidence import EvidenceDesk, KnownEvidence
from domain.evidence import (
    EVIDENCE_BYTES_MAX,
    AddEvidence,
    BlockEvidence,
    BlockReason,
    ClearEvidence,
    EvidenceKind,
    MediaType,
    Standing,
    UploadedBy,
)
from interface.api.auth import does
from interface.api.context import Asked
from interface.api.examples import json_like
from interface.api.order_commands import strictly
from interface.api.problems import Wrong
from interface.api.receipts import ReceiptBody, receipt_answer

EVIDENCE: Final = "/v1/evidence"

# A file is saved and never shown in place: whatever it is, here it is no page.
GUARDED: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
}

# Where the library has no ending, or an unusual one.
ENDINGS: Final[Mapping[str, str]] = {
    "image/heic": ".heic",
    "image/webp": ".webp",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "audio/amr": ".amr",
}

About = Annotated[
    UUID,
    QueryParameter(description="The id of the order that the file is evidence of."),
]
ContentType = Annotated[
    str | None,
    HeaderParameter(
        name="Content-Type",
        description="What the file is; its content must say the same.",
    ),
]
BINARY: Final = OpenAPIMediaType(schema=Schema(format=OpenAPIFormat.BINARY))


@dataclass
class SendFile(Operation):
    """The operation with its body: the file itself, and nothing around it."""

    def __post_init__(self) -> None:
        """Name every type there is."""
        content = dict.fromkeys(get_args(MediaType), BINARY)
        self.request_body = RequestBody(content=content, required=True)


class EvidenceBody(Struct, frozen=True, kw_only=True):
    """What is known of a file: never a name it had on somebody's device.

    ``name`` of who handed it in is told to the service alone. ``reason`` says why it is
    blocked. ``content`` is where the file is.
    """

    evidence_id: UUID
    about: UUID
    by: UploadedBy
    name: str | None
    kind: EvidenceKind
    media_type: MediaType
    sha256: str
    bytes: int
    uploaded_at: datetime
    state: Standing
    reason: BlockReason | None
    version: int
    content: str


class EvidenceController(Controller):
    """Hand files in, judge them, read what is known of them, fetch them."""

    path = EVIDENCE
    tags = ("evidence",)

    @post(
        operation_id="addEvidence",
        operation_class=SendFile,
        opt=does("evidence.add", AddEvidence, takes_file=True),
        request_max_body_size=EVIDENCE_BYTES_MAX,
        status_code=201,
    )
    async def add(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        request: Request[Actor, Any, Any],
        about: About,
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        evidence: NamedDependency[EvidenceDesk],
        content_type: ContentType = None,
    ) -> Response[ReceiptBody]:
        """Hand in a file as evidence of an order: at most 25 MB, as the body itself.

        It is pending until the service clears or blocks it; ``stream_id`` names it from
        now on. Allowed are pictures, film, sound, plain text in UTF-8 and PDF, told by
        their content, which must agree with the Content-Type.
        """
        # What is new has no version yet, so nobody need have seen one.
        context = replace(asked, version=0).context(actor, about, AddEvidence)
        chunks = body_of(request)
        receipt = await evidence.add(actor, about, content_type or "", chunks, context)
        return receipt_answer(receipt, 201, f"{EVIDENCE}/{receipt.stream_id}")

    @get(
        "/{evidence_id:uuid}",
        operation_id="readEvidence",
        opt=does("evidence.read"),
        sync_to_thread=True,
    )
    def read(
        self,
        evidence_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        evidence: NamedDependency[EvidenceDesk],
    ) -> Response[EvidenceBody]:
        """Read what is known of a file, and whether it may be shown."""
        known = evidence.find(actor, evidence_id)
        everything = scope(actor, "evidence.read").everything
        headers = {"ETag": f'"{known.version}"'}
        return Response(evidence_body(known, named=everything), headers=headers)

    @get(
        "/{evidence_id:uuid}/content",
        operation_id="fetchEvidence",
        opt=does("evidence.read"),
        response_headers=[
            ResponseHeader(
                name="ETag",
                description="The SHA-256 of the file.",
                documentation_only=True,
            )
        ],
    )
    async def content(
        self,
        evidence_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        evidence: NamedDependency[EvidenceDesk],
    ) -> Stream:
        """Fetch the file itself, to be saved; it breaks off if it is not as it was."""
        known = await sync_to_thread(evidence.find_shown, actor, evidence_id)
        chunks = await evidence.content(known)
        return Stream(
            chunks,
            media_type=known.file.media_type,
            headers={**GUARDED, **described(known)},
        )

    @post(
        "/{evidence_id:uuid}/clearing",
        operation_id="clearEvidence",
        opt=does("evidence.judge", ClearEvidence),
        status_code=200,
        sync_to_thread=True,
    )
    def clear(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        evidence_id: FromPath[UUID],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        evidence: NamedDependency[EvidenceDesk],
        data: Annotated[ClearEvidence | None, json_like("ClearEvidence")] = None,
    ) -> Response[ReceiptBody]:
        """Let the parties see the file: nothing speaks against it."""
        del data  # Described to readers, and read loosely; here is the strict reading.
        command = strictly(raw, ClearEvidence)
        context = asked.context(actor, evidence_id, ClearEvidence)
        return receipt_answer(evidence.judge(actor, evidence_id, command, context))

    @post(
        "/{evidence_id:uuid}/blocking",
        operation_id="blockEvidence",
        opt=does("evidence.judge", BlockEvidence),
        status_code=200,
        sync_to_thread=True,
    )
    def block(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        evidence_id: FromPath[UUID],
        data: Annotated[BlockEvidence, json_like("BlockEvidence")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        evidence: NamedDependency[EvidenceDesk],
    ) -> Response[ReceiptBody]:
        """Keep the file from all parties; who handed it in is told why."""
        command = strictly(raw, type(data))
        context = asked.context(actor, evidence_id, BlockEvidence)
        return receipt_answer(evidence.judge(actor, evidence_id, command, context))


async def body_of(request: Request[Actor, Any, Any]) -> AsyncIterator[bytes]:
    """Yield the body as it comes; raises Wrong (400) if the caller breaks off."""
    try:
        async for chunk in request.stream():
            yield chunk
    except InternalServerException:
        raise Wrong("malformed", 400, "The file broke off before its end.") from None


def evidence_body(known: KnownEvidence, *, named: bool) -> EvidenceBody:
    """Return what is known of a file; ``named``: also by whom it was handed in."""
    file = known.file
    return EvidenceBody(
        evidence_id=known.evidence_id,
        about=file.about,
        by=file.by,
        name=file.name if named else None,
        kind=file.kind,
        media_type=file.media_type,
        sha256=file.sha256,
        bytes=file.bytes,
        uploaded_at=file.at,
        state=known.evidence.standing,
        reason=known.evidence.reason,
        version=known.version,
        content=f"{EVIDENCE}/{known.evidence_id}/content",
    )


def described(known: KnownEvidence) -> dict[str, str]:
    """Return the headers that say of a file what its event says."""
    file = known.file
    ending = ENDINGS.get(file.media_type) or guess_extension(file.media_type) or ""
    name = f"{known.evidence_id}{ending}"
    return {
        "Content-Length": str(file.bytes),
        "Content-Disposition": f'attachment; filename="{name}"',
        "ETag": f'"{file.sha256}"',
    }
