"""A preview as it is read over HTTP: the view, and the words of its codes."""

from collections.abc import Iterator, Mapping

from msgspec.structs import asdict

from application.resolutions.preview import PreviewView
from interface.wording import Tongue
from interface.wording.preview_words import preview_words


class PreviewPage(PreviewView, frozen=True, kw_only=True):
    """What would be proposed now, and its codes in plain words in every language.

    ``words`` are by code: ``rounding:``, ``tax:`` and ``weights:`` with the code after.
    """

    words: Mapping[str, Mapping[Tongue, str]]


def preview_page(view: PreviewView) -> PreviewPage:
    """Return a preview with the words of its codes."""
    return PreviewPage(**asdict(view), words=preview_words(codes(view)))


def codes(view: PreviewView) -> Iterator[str]:
    """Yield every code of a preview that has words."""
    for note in view.notes:
        yield f"rounding:{note.rounding}"
        yield f"tax:{note.tax}"
    yield f"weights:{view.weights}"
