"""The timeline's events as sentences, in Chinese and in English."""

from interface.wording.language import LANGUAGES, Language, Tongue
from interface.wording.sentences import said

__all__ = ["LANGUAGES", "Language", "Tongue", "said"]
