"""What the labels of orders promise, by the source and the time of an order.

A publication changes what a label means for orders placed from then on, and for none
that were there before: neither by a row that claims to hold since long ago, nor by a
profile that begins to speak for a source another spoke for.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from domain.kernel import Code
from domain.policy.book import Rulebook
from domain.policy_set.state import PolicySet, PublishedProfile
from domain.promise import PromiseRule, PromiseTerms


class Span(Struct, frozen=True, kw_only=True):
    """Which profile speaks for a source, and when; None is the one for all others.

    ``since`` None is from the start, ``until`` None without an end.
    """

    profile: str | None
    since: datetime | None = None
    until: datetime | None = None


def promise_terms(
    policies: PolicySet, books: Mapping[str, Rulebook], fallback: str
) -> PromiseTerms:
    """Return what labels promise; ``fallback`` is the profile for all other orders."""
    rules = {
        name: dated(profile, books[name]) for name, profile in policies.profiles.items()
    }
    begun = policies.profiles[fallback].publications[0].at
    specific = [
        rule
        for source in sources_of(policies)
        for span in spans(policies, source, begun)
        for rule in within(span, source, rules, fallback)
    ]
    return replace(
        books[fallback].label_terms(),
        rules=(*rules[fallback], *specific),
        usual_of={
            source: book.usual
            for name, book in books.items()
            if name != fallback
            for source in book.sources
        },
    )


def dated(profile: PublishedProfile, book: Rulebook) -> list[PromiseRule]:
    """Return a profile's rules, newest first, none since before it could be known.

    Nobody was promised anything under a label before its first rule: that one, and
    what was published with it, hold since when they say.
    """
    at = {ref: each.at for each in profile.publications for ref in each.rows}
    rules = sorted(book.label_terms().rules, key=version, reverse=True)
    first: dict[Code, datetime] = {}
    for rule in rules:
        first[rule.label] = min(at[rule.ref], first.get(rule.label, at[rule.ref]))
    return [
        rule
        if at[rule.ref] == first[rule.label]
        else replace(rule, since=max(rule.since, at[rule.ref]))
        for rule in rules
    ]


def version(rule: PromiseRule) -> int:
    """Return the version of the row a rule is of."""
    return int(rule.ref.rpartition("@")[2])


def sources_of(policies: PolicySet) -> Sequence[Code]:
    """Return every source any profile ever spoke for."""
    named = (
        source
        for profile in policies.profiles.values()
        for publication in profile.publications
        for source in publication.header.sources
    )
    return list(dict.fromkeys(named))


def spans(policies: PolicySet, source: Code, begun: datetime) -> list[Span]:
    """Return who spoke for a source, one after the other, from the start to no end.

    ``begun`` is when the first policies were published: who spoke then spoke before.
    """
    told = sorted(
        (publication.at, name, source in publication.header.sources)
        for name, profile in policies.profiles.items()
        for publication in profile.publications
    )
    found = [Span(profile=None)]
    for at, name, speaks in told:
        last = found[-1]
        holder = name if speaks else None if name == last.profile else last.profile
        if holder == last.profile:
            continue
        if at <= begun:
            found = [Span(profile=holder)]
        else:
            found[-1:] = [replace(last, until=at), Span(profile=holder, since=at)]
    return found


def within(
    span: Span,
    source: Code,
    rules: Mapping[str, Sequence[PromiseRule]],
    fallback: str,
) -> Iterator[PromiseRule]:
    """Yield the rules of a source's orders while a profile speaks for it.

    A label that profile does not know means what it does for all other orders.
    """
    own = rules[span.profile or fallback]
    labels = {rule.label for rule in own}
    for rule in (*own, *(each for each in rules[fallback] if each.label not in labels)):
        since = max(filter(None, (rule.since, span.since)))
        until = min(filter(None, (rule.until, span.until)), default=None)
        if until is None or since < until:
            yield replace(rule, since=since, until=until, sources=(source,))
