"""Which policies a word at the command line means: a file, a pack, a publication."""

import re
from collections.abc import Callable
from pathlib import Path

from application.policies import (
    PACKS,
    BadPolicy,
    document_from_toml,
    pack_rulebook,
    read_document,
    rulebook,
)
from application.policy_set import InForce
from domain.policy.book import Rulebook
from domain.policy.rows import PolicyDocument
from interface.bootstrap import open_redress
from interface.cli.installation import there
from interface.errors import UserError
from interface.settings import read_settings

PUBLICATION = re.compile(r"^(?P<profile>[a-z0-9][a-z0-9-]*)(@(?P<number>[0-9]{1,8}))?$")


class NoSuchPolicies(UserError):
    """What was named is no file, no pack and no profile, or is not written as one."""

    exit_code = 2


def document_in(path: Path) -> PolicyDocument:
    """Return the document a file holds. Raises NoSuchPolicies, naming row and field."""
    try:
        return document_from_toml(path.read_text("utf-8"), str(path))
    except UnicodeDecodeError:
        raise NoSuchPolicies(f"{path}: it must be text in UTF-8") from None
    except BadPolicy as error:
        raise NoSuchPolicies(str(error)) from None


def named(word: str, installed: Callable[[], InForce]) -> PolicyDocument:
    """Return what a word means: a file, a shipped pack, or a profile as published.

    ``douyin-like`` is the pack that comes with this release, ``douyin-like@3`` what
    this installation had published with its third publication. A profile that no pack
    is called by is meant as published last. Raises UserError.
    """
    if Path(word).is_file():
        return document_in(Path(word))
    if word in PACKS:
        return read_document(word)
    found = PUBLICATION.match(word)
    if found is None:
        raise NoSuchPolicies(f"There is no file {word}")
    number = int(found["number"]) if found["number"] else None
    try:
        return installed().policies.document(found["profile"], number)
    except KeyError:
        packs = ", ".join(PACKS)
        message = f"{word!r} is no file, no pack ({packs}) and was never published here"
        raise NoSuchPolicies(message) from None


def rules_of(word: str) -> Rulebook:
    """Return the rules a word means to whoever asks what holds here.

    A file; else a profile as this installation has published it, where one is; else a
    pack that comes with this release. Raises UserError.
    """
    if Path(word).is_file():
        return rulebook(document_in(Path(word)))
    settings = read_settings()
    if there(settings):
        with open_redress(settings) as redress:
            installed = redress.policies.fresh()
            if word in installed.books:
                return installed.books[word]
            return rulebook(named(word, lambda: installed))
    if word in PACKS:
        return pack_rulebook(word)
    packs = ", ".join(PACKS)
    message = f"there is no pack {word!r} and no such file; there are {packs}"
    raise NoSuchPolicies(message)


def counted(number: int, noun: str = "row") -> str:
    """Return how many there are of something, for people."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
