"""A file of evidence is handed in, and judged once."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.evidence import (
    EVIDENCE,
    EVIDENCE_BYTES_MAX,
    AddEvidence,
    AlreadyJudged,
    BlockEvidence,
    ClearEvidence,
    Evidence,
    EvidenceBlocked,
    EvidenceCleared,
    EvidenceCommand,
    EvidenceEvent,
    EvidenceKind,
    EvidenceUploaded,
    MediaType,
    NoEvidence,
    TooLarge,
    kind_of,
)
from domain.kernel import Policy
from tests.given import Given

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
PHOTO, ORDER = UUID(int=1), UUID(int=2)

add = AddEvidence(
    evidence=PHOTO,
    about=ORDER,
    by="consumer",
    name="li-mei",
    media_type="image/jpeg",
    sha256="ab" * 32,
    bytes=48_213,
)
uploaded = EvidenceUploaded(
    at=MONDAY,
    evidence=PHOTO,
    about=ORDER,
    by="consumer",
    name="li-mei",
    kind="image",
    media_type="image/jpeg",
    sha256="ab" * 32,
    bytes=48_213,
)
clear, cleared = ClearEvidence(), EvidenceCleared(at=MONDAY)
block = BlockEvidence(reason="private_data")
blocked = EvidenceBlocked(at=MONDAY, reason="private_data")

POLICY = Policy(ref="none@1")


def given(
    *past: EvidenceEvent,
) -> Given[Evidence, EvidenceCommand, EvidenceEvent, Policy]:
    return Given(EVIDENCE, POLICY, *past)


def test_a_file_handed_in_is_of_record_with_its_size_and_sum() -> None:
    given().when(add, at=MONDAY).then(uploaded)


def test_a_file_has_at_most_25_mb() -> None:
    most = replace(add, bytes=EVIDENCE_BYTES_MAX)
    given().when(most, at=MONDAY).then(replace(uploaded, bytes=EVIDENCE_BYTES_MAX))
    more = replace(add, bytes=EVIDENCE_BYTES_MAX + 1)
    given().when(more, at=MONDAY).refused(TooLarge)


def test_a_pending_file_is_cleared_or_blocked() -> None:
    given(uploaded).when(clear, at=MONDAY).then(cleared)
    given(uploaded).when(block, at=MONDAY).then(blocked)


def test_asking_for_what_is_so_changes_nothing() -> None:
    given(uploaded).when(add, at=MONDAY).then()
    given(uploaded, cleared).when(clear, at=MONDAY).then()
    given(uploaded, blocked).when(block, at=MONDAY).then()


def test_a_file_is_judged_once() -> None:
    given(uploaded, cleared).when(block, at=MONDAY).refused(AlreadyJudged)
    given(uploaded, blocked).when(clear, at=MONDAY).refused(AlreadyJudged)


@pytest.mark.parametrize("command", [clear, block])
def test_there_is_nothing_to_judge_before_a_file_came(
    command: EvidenceCommand,
) -> None:
    given().when(command, at=MONDAY).refused(NoEvidence)


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("image/heic", "image"),
        ("video/quicktime", "video"),
        ("audio/amr", "audio"),
        ("text/plain", "text"),
        ("application/pdf", "pdf"),
    ],
)
def test_platforms_know_five_kinds(media_type: MediaType, kind: EvidenceKind) -> None:
    assert kind_of(media_type) == kind
