"""The policies in force: rows of TOML packs, chosen by date, never by deployment."""

import tomllib
from collections.abc import Iterable
from importlib.resources import files

import msgspec

from domain.promise import PromiseTerms

PACKS = ("douyin-like", "olist")


class PolicyBook(msgspec.Struct, frozen=True):
    """The policies commands are decided under. ``orders`` knows every pack's labels."""

    orders: PromiseTerms


def read_pack(name: str) -> PromiseTerms:
    """Return a shipped pack; raises msgspec.ValidationError naming the bad field."""
    text = (files("domain.policy") / "packs" / f"{name}.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), PromiseTerms)


def together(packs: Iterable[PromiseTerms]) -> PromiseTerms:
    """Return one set of terms: all rules, and what is usual in the first pack."""
    first, *others = packs
    rules = first.rules + tuple(rule for pack in others for rule in pack.rules)
    return PromiseTerms(ref=first.ref, rules=rules, usual=first.usual)


def shipped_policies() -> PolicyBook:
    """Return the packs that come with the product."""
    return PolicyBook(orders=together(map(read_pack, PACKS)))
