"""saegim campaign: events in which people send photographs, from their file to the draw."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.console import Console

from apps.cli.decisions import YES
from datastore.ledger import flags
from datastore.ledger.decisions import keys_by_id
from pages.campaign_tables import draw_table, flag_table, state_tables
from saegim.tables import print_table
from schemas.accounts import Role
from schemas.draw import Draw
from schemas.errors import NotToBeDecided, SettingError
from schemas.flags import FlagDecision, FlagKind
from schemas.recipes.campaign import Campaign
from schemas.text import normalise
from stages.score.draw import read_list
from stages.score.public_value import known_too_early
from workbench.accounts import COMMAND, invite
from workbench.bench import Workbench
from workbench.campaign_state import campaign_state
from workbench.campaigns import Campaigns, load_campaigns
from workbench.draw import commit_secret, draw_winners, drawn, freeze_list, published_list
from workbench.draw_files import names_by_code, write_files
from workbench.flags import decide_flag
from workbench.invitations import DAYS
from workbench.new_campaign import changed_rules, write_campaign
from workbench.settings import Settings, load_settings

app = typer.Typer(no_args_is_help=True, help="Events in which people send photographs: from their file to the draw.\n\n"
                                             "Example:  saegim campaign new spring-2027")
console = Console()
NAME = typer.Argument(help="Of the campaign, or of its file without .yaml.", metavar="NAME")
MAYBE = typer.Argument("", help="Of the campaign; all where left out.", metavar="[NAME]", show_default=False)


@app.command()
def new(name: str = typer.Argument(help="Of the campaign: letters, digits, - and _ of any script.", metavar="NAME")) -> None:
    """Write the file of a new campaign: two weeks from next Monday on, with a comment on each line to edit.

    Example:  saegim campaign new 가을
    """
    shown = write_campaign(load_settings(), name)
    _say(f"{shown} is there. Edit its texts, days and prizes, then: saegim campaign check {name}; git add {shown}")


@app.command()
def check(name: str = MAYBE) -> None:
    """Say what is wrong with campaigns' files, with the line, and what a changed rule would change before it does.

    Example:  saegim campaign check demo
    """
    settings = load_settings()
    found = load_campaigns(settings, name or None)
    bench = Workbench(settings)
    for campaign in found.by_name.values():
        changes = changed_rules(bench.ledger, campaign)
        _say(f"{campaign.name}: right. It runs from {campaign.first_day} to {campaign.last_day} in {campaign.time_zone}")
        if known_too_early(campaign, campaign.prizes.public_value):
            _say(f"  What the draw waits for may be known before the end: write a later day into prizes.public_value "
                 f"({campaign.prizes.public_value})")
        for change in changes:
            _say(f"  {change}")
        if changes:
            _say("  The portal makes this a new version as soon as it shows it, or the next score does: photographs sent before "
                 "keep the points they were promised.")
    _fail_where_wrong(found)


@app.command()
def state(name: str = MAYBE) -> None:
    """Show how campaigns go: photographs, people, points, what waits, the forecast, and what there is to do.

    Example:  saegim campaign state demo
    """
    settings = load_settings()
    found = load_campaigns(settings, name or None)
    bench = Workbench(settings)
    for campaign in found.by_name.values():
        shown = campaign_state(bench, campaign, datetime.now(UTC))
        for table in state_tables(campaign, shown):
            print_table(console, table)
        for change in shown.rules_changed:
            _say(f"Changed in the file, from the next page of the portal or score on: {change}")
        for problem in shown.problems:
            _say(f"To do: {problem}")
    _fail_where_wrong(found)


@app.command()
def commit(name: str = NAME) -> None:
    """Make the secret of the draw, before the end, and show its hash. The secret is shown with the winners and not before.

    Example:  saegim campaign commit demo
    """
    settings = load_settings()
    _tell_commitment(commit_secret(Workbench(settings), _campaign(settings, name)))


@app.command()
def close(name: str = NAME,
          because: str = typer.Option("", help="Why now, where something is undecided still; everybody reads it."),
          out: Path = typer.Option(None, help="Folder for list.txt and the ten lines that draw again.")) -> None:
    """Make the board final and freeze the list that the draw is made of, after the end. It cannot be undone.

    Example:  saegim campaign close demo --because "the last 12 pictures are unreadable"
    """
    settings = load_settings()
    bench = Workbench(settings)
    campaign = _campaign(settings, name)
    draw = freeze_list(bench, campaign, because)
    people = read_list(published_list(bench.ledger, campaign.name) or "")
    _say(f"The list of {campaign.name} is frozen: {len(people.lines):,} people, {len(people.eligible):,} of them in the draw "
         f"of {people.drawn}. Publish its hash now:\n{draw.list_hash}")
    if people.drawn:
        _say(f"The draw waits for: {draw.awaited}")
    _write_out(bench, campaign, out)


@app.command()
def draw(name: str = NAME,
         public_value: str = typer.Option(help="What the draw waited for, exactly as it was published."),
         out: Path = typer.Option(None, help="Folder for list.txt, draw.json and the ten lines that draw again."),
         yes: bool = YES) -> None:
    """Draw the winners from the frozen list, and show the secret. It cannot be undone.

    Example:  saegim campaign draw demo --public-value 5f3c1a… --out draw-of-demo
    """
    settings = load_settings()
    bench = Workbench(settings)
    campaign = _campaign(settings, name)
    committed = drawn(bench.ledger, campaign.name)
    if committed and committed.list_hash and committed.drawn_at is None and not yes:
        _ask(f"The draw of {campaign.name} waits for: {committed.awaited}\nThe value, compare it letter by letter:\n"
             f"{normalise(public_value)}\nA draw is made once: winners and the secret are shown to everybody.")
    made = draw_winners(bench, campaign, public_value)
    people = read_list(published_list(bench.ledger, campaign.name) or "")
    print_table(console, draw_table(made, people, names_by_code(bench, campaign)))
    _say(f"secret {made.secret}\nlist   {made.list_hash}\nvalue  {made.public_value}")
    _write_out(bench, campaign, out)


@app.command("flags")
def list_flags(name: str = NAME,
               every: bool = typer.Option(False, "--all", help="Decided ones too."),
               clear: str = typer.Option("", metavar="SUBMISSION", help="It counts."),
               confirm: str = typer.Option("", metavar="SUBMISSION", help="It does not count."),
               kind: FlagKind = typer.Option(None, help="Which flag of the submission, where it has several."),
               because: str = typer.Option("", help="Why; its owner reads it where it does not count.")) -> None:
    """Show what looks unfair of a campaign's photographs, and decide on it.

    Example:  saegim campaign flags demo --confirm 3f2a… --because "a photograph of a screen"
    """
    settings = load_settings()
    bench = Workbench(settings)
    campaign = _campaign(settings, name)
    for submission, decision in ((clear, FlagDecision.CLEARED), (confirm, FlagDecision.CONFIRMED)):
        if submission:
            chosen = kind or _only_kind(bench, campaign, submission)
            decide_flag(bench, submission, chosen, decision, because)
    found = flags.flags_of(bench.ledger, campaign.name, open_only=not every)
    if found:
        print_table(console, flag_table(found, keys_by_id(bench.ledger, [item.submission_id for item in found])))
    else:
        _say(f"{campaign.name} has no {'' if every else 'open '}flags.")


@app.command("invite")
def invite_people(name: str = NAME,
                  people: list[str] = typer.Argument(help="Names of their accounts.", metavar="SUBMITTER…"),
                  role: Role = typer.Option(Role.SUBMITTER, help="What they may do."),
                  days: float = typer.Option(DAYS, min=0.01, help="How long their links last.")) -> None:
    """Make personal links to a campaign. Who has a link is that person: send each to its owner alone.

    Example:  saegim campaign invite demo 김하늘 박바다 --days 7
    """
    settings = load_settings()
    bench = Workbench(settings)
    campaign = _campaign(settings, name)
    for person in people:
        link = invite(settings, bench.ledger, person, role, campaign.name, COMMAND, days)
        _say(f"{person}  {link}")


def _campaign(settings: Settings, name: str) -> Campaign:
    """The one campaign that a command is about.

    Raises:
        SettingError: there is none of this name, or its file is wrong.
    """
    found = load_campaigns(settings, name)
    for error in found.wrong.values():
        raise error
    return next(iter(found.by_name.values()))


def _fail_where_wrong(found: Campaigns) -> None:
    if found.wrong:
        raise SettingError("\n".join(map(str, found.wrong.values())))
    if not found.by_name:
        _say(f"There is no campaign in {found.folder}: saegim campaign new NAME writes one")


def _only_kind(bench: Workbench, campaign: Campaign, submission: str) -> FlagKind:
    kinds = [item.kind for item in flags.flags_of(bench.ledger, campaign.name) if item.submission_id == submission]
    if len(kinds) != 1:
        repair = f"choose one with --kind {' or '.join(kinds)}" if kinds else f"saegim campaign flags {campaign.name} lists them"
        raise SettingError(f"{submission} has {len(kinds)} flags in {campaign.name}: {repair}")
    return kinds[0]


def _tell_commitment(made: Draw) -> None:
    _say(f"Committed. Publish this hash of the secret now, it is on the draw's page of the portal too:\n{made.commitment}\n"
         f"The draw waits for: {made.awaited}")


def _write_out(bench: Workbench, campaign: Campaign, out: Path | None) -> None:
    if out is not None:
        _say("Written: " + ", ".join(map(str, write_files(bench, campaign, out))))


def _ask(text: str) -> None:
    _say(text)
    if not sys.stdin.isatty():
        raise NotToBeDecided("Nothing was drawn: this asks first, and there is no terminal to answer at. Say --yes to go without "
                             "being asked")
    typer.confirm("Draw by this value?", abort=True)


def _say(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
