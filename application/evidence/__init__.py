"""Files of evidence: taken in as they stream by, judged, and shown to those who may.

What is about an order, a case or a dispute is shown to its parties once it is clean;
until then only to who handed it in, and to the service. Nobody but the service sees a
blocked file; who handed it in is told that it is blocked, and why.
"""

from application.evidence.desk import EvidenceDesk, KnownEvidence
from application.evidence.files import (
    EvidenceFiles,
    FileSpoilt,
    FilesUnavailable,
    Forgotten,
    Inspect,
    Inspector,
    NoSuchFile,
    NotEvidence,
    file_name,
    forget_files,
)
from application.evidence.owners import OwnersAbout, owners_about

__all__ = [
    "EvidenceDesk",
    "EvidenceFiles",
    "FileSpoilt",
    "FilesUnavailable",
    "Forgotten",
    "Inspect",
    "Inspector",
    "KnownEvidence",
    "NoSuchFile",
    "NotEvidence",
    "OwnersAbout",
    "file_name",
    "forget_files",
    "owners_about",
]
