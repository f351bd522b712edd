"""What payroll receives of a closed campaign: employee number and gross amount, nothing else of anybody (§6.6).

A job writes the file; in the transaction that hands it over, the campaign is exported and its money paid.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import xlsxwriter
from django.utils import timezone

from atdemain.jobs import files, kinds, queue
from atdemain.jobs.models import Job
from atdemain.journal.access import log_access
from atdemain.journal.actors import Actor
from atdemain.journal.enums import Purpose
from atdemain.organisation.enums import Role
from cases.exporting.export import CONTENT_TYPES
from cases.exporting.xlsx_file import OPTIONS
from recognition.campaigns import workflow
from recognition.campaigns.facts import facts_of
from recognition.campaigns.guards import export as export_guards
from recognition.models import Award, Campaign

KIND = "campaign_payroll"
EVERY = 500
HEADINGS = ("Matricule", "Montant brut (€)")


class PayrollMismatch(AssertionError):
    """The lines do not add up to what the pages say: nothing leaves."""


def register() -> None:
    kinds.register(kinds.Kind(KIND, may=may, write=write, written=written, download=download))


def may(job: Job) -> str:
    return "" if job.asked_by.has_role(Role.HR) else "Seuls les RH exportent une campagne."


def ask(campaign: Campaign, *, actor: Actor, now: datetime) -> Job:
    """Raises CampaignRefused when the campaign is not closed."""
    refusals = export_guards(facts_of(campaign))
    if refusals:
        raise workflow.CampaignRefused(refusals)
    return queue.ask(KIND, f"Paie : {campaign.name}", actor=actor, now=now, campaign=campaign.pk)


def write(job: Job, path: Path, progress: kinds.Progress) -> int:
    """One line per person who is paid, in the order of employee numbers, then the total."""
    campaign = Campaign.objects.select_related("scheme").get(pk=job.parameters["campaign"])
    rows = (
        Award.objects.filter(campaign=campaign)
        .order_by("employee__employee_number", "employee")
        .values_list("employee__employee_number", "employee__username", "amount_cents", "revised_cents")
    )
    lines, total = 0, 0
    with xlsxwriter.Workbook(str(path), OPTIONS | {"tmpdir": str(files.directory())}) as book:
        sheet = book.add_worksheet("Paie")
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        bold_money = book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1})
        sheet.set_column(0, 1, 22)
        sheet.freeze_panes(1, 0)
        for column, text in enumerate(HEADINGS):
            sheet.write_string(0, column, text, bold)
        for number, username, amount, revised in rows.iterator(chunk_size=EVERY):
            cents = amount + revised
            if not cents:
                continue
            lines += 1
            total += cents
            sheet.write_string(lines, 0, number or username)
            sheet.write_number(lines, 1, cents / 100, money)
            if lines % EVERY == 0:
                progress(lines)
        if total != campaign.given_cents:
            raise PayrollMismatch(f"{total} ≠ {campaign.given_cents}")
        sheet.write_string(lines + 1, 0, "Total", bold)
        sheet.write_number(lines + 1, 1, total / 100, bold_money)
        _about(book, campaign, lines, total)
    return lines


def _about(book: xlsxwriter.Workbook, campaign: Campaign, lines: int, total: int) -> None:
    sheet = book.add_worksheet("À propos")
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 66)
    closed = timezone.localtime(campaign.closed_at)
    facts = (
        ("Campagne", campaign.name),
        ("Dispositif", str(campaign.scheme)),
        ("Close le", f"{closed:%d/%m/%Y}"),
        ("Empreinte du calcul", campaign.output_hash),
    )
    for row, (name, value) in enumerate(facts):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, value)
    sheet.write_string(len(facts), 0, "Lignes", bold)
    sheet.write_number(len(facts), 1, lines)
    sheet.write_string(len(facts) + 1, 0, "Total (€)", bold)
    sheet.write_number(len(facts) + 1, 1, total / 100, book.add_format({"num_format": "#,##0.00"}))


def written(job: Job, actor: Actor, lines: int, now: datetime) -> None:
    pk = job.parameters["campaign"]
    workflow.exported(pk, actor, now)
    log_access(actor, "export", "campaign", pk, purpose=Purpose.EXPORT, rows=lines)


def download(job: Job) -> tuple[str, str]:
    return f"paie-campagne-{job.parameters['campaign']}.xlsx", CONTENT_TYPES["xlsx"]
