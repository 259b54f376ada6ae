"""``redress policy list``: the profiles of this installation, and their rows."""

import rich_click as click
from msgspec import json

from application.audit.spelt import moment
from application.policy_set import InForce
from domain.policy.rows import AnyRow
from domain.policy_set import PublishedProfile
from interface.bootstrap import open_redress
from interface.cli.installation import existing
from interface.cli.policy_files import NoSuchPolicies, counted
from interface.settings import read_settings


@click.command("list")
@click.argument("profile", required=False)
@click.option("--json", "as_json", is_flag=True, help="A JSON line for each.")
def list_(profile: str | None, *, as_json: bool) -> None:
    """List the published profiles, or the rows of PROFILE with their dates."""
    with open_redress(existing(read_settings())) as redress:
        known = redress.policies.fresh()
    if profile is None:
        for name, each in known.policies.profiles.items():
            click.echo(as_line(name, each) if as_json else told(name, each))
        return
    for row in rows_of(profile, known):
        click.echo(json.encode(row).decode() if as_json else row_told(row))


def rows_of(profile: str, known: InForce) -> tuple[AnyRow, ...]:
    """Return the rows of a profile. Raises NoSuchPolicies."""
    if profile not in known.policies.profiles:
        names = ", ".join(known.policies.profiles)
        message = f"There is no profile {profile!r} here; there are {names}"
        raise NoSuchPolicies(message)
    return known.policies.document(profile).row


def told(name: str, profile: PublishedProfile) -> str:
    """Return a profile as a line for people."""
    last = profile.publications[-1]
    speaks_for = ", ".join(profile.header.sources) or "no source of its own"
    others = ", and all other orders" if profile.header.fallback else ""
    return (
        f"{name}@{last.number}  {counted(len(profile.rows))}  "
        f"published {moment(last.at)}  for {speaks_for}{others}"
    )


def as_line(name: str, profile: PublishedProfile) -> str:
    """Return a profile as a line for programs."""
    last = profile.publications[-1]
    line = {
        "profile": name,
        "ref": f"{name}@{last.number}",
        "title": profile.header.title,
        "sources": profile.header.sources,
        "fallback": profile.header.fallback,
        "rows": len(profile.rows),
        "published_at": last.at,
    }
    return json.encode(line).decode()


def row_told(row: AnyRow) -> str:
    """Return a row as a line for people."""
    until = f" to {moment(row.in_force_to)}" if row.in_force_to else ""
    return (
        f"{row.ref}  {row.__struct_config__.tag}  by {row.binding}  "
        f"from {moment(row.in_force_from)}{until}  {row.title}"
    )
