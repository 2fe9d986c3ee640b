"""`shopkeeper import`: bring products, orders, events, reviews, policies, promotions and rules into a shop."""

import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from shopkeeper.cli.installation import ShopOption, opened_shop

if TYPE_CHECKING:
    from collections.abc import Callable

    from shopkeeper.catalog.report import ImportReport
    from shopkeeper.domain.task import Reject
    from shopkeeper.domain.texts import Lang
    from shopkeeper.jobs.imports import ImportKind

SHOWN_ROWS = 5
import_ = typer.Typer(help="Bring products, orders, events, reviews, policies, promotions and rules in.", no_args_is_help=True)

Source = Annotated[Path, typer.Argument(help="A file, a folder of files, or a .zip or .gz of them.")]
MapOption = Annotated[Path | None, typer.Option("--map", help="A column map (TOML) for a table of any other form.", show_default=False)]
FormatOption = Annotated[str, typer.Option("--format", help="auto, or a format: google-tsv, google-xml, shopify, schema-org, jsonl …")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Read and check everything, write nothing, say what would happen.")]
RejectsOption = Annotated[Path | None, typer.Option("--rejects", help="Keep the rows that did not land here, as JSON Lines.", show_default=False)]
LangOption = Annotated[str | None, typer.Option("--lang", help="The language of texts that do not say it: zh or en.", show_default=False)]
EncodingOption = Annotated[str | None, typer.Option("--encoding", help="The file's encoding; else it is found out.", show_default=False)]
CurrencyOption = Annotated[str | None, typer.Option("--currency", help="The currency of prices that do not say it.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(import_, name="import")


@import_.command("products")
def products(
    context: typer.Context,
    source: Source,
    format: FormatOption = "auto",
    column_map: MapOption = None,
    dry_run: DryRunOption = False,
    delete_missing: Annotated[bool, typer.Option("--delete-missing", help="Delete what the feed no longer names.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Allow --delete-missing to delete more than half of the shop.")] = False,
    rejects: RejectsOption = None,
    lang: LangOption = None,
    currency: CurrencyOption = None,
    encoding: EncodingOption = None,
    shop: ShopOption = None,
) -> None:
    """Import a product feed. Good rows land, bad rows are told apart; importing the same feed again changes nothing."""
    options = {"format": format, "column_map": column_map, "dry_run": dry_run, "delete_missing": delete_missing, "force": force}
    _run(context, "products", source, {**options, "lang": lang, "currency": currency, "encoding": encoding}, rejects, shop)


@import_.command("orders")
def orders(
    context: typer.Context,
    source: Source,
    column_map: MapOption = None,
    derive_products: Annotated[bool, typer.Option("--derive-products", help="Make the catalogue from the order lines too.")] = False,
    as_events: Annotated[bool, typer.Option("--as-events", help="Keep each customer's order as a purchase event too, where they agreed.")] = False,
    dry_run: DryRunOption = False,
    rejects: RejectsOption = None,
    currency: CurrencyOption = None,
    encoding: EncodingOption = None,
    shop: ShopOption = None,
) -> None:
    """Import an order history: JSON Lines of our own, or CSV, JSON Lines or Parquet with a column map."""
    options = {"column_map": column_map, "dry_run": dry_run, "currency": currency, "encoding": encoding}
    _run(context, "orders", source, {**options, "derive_products": derive_products}, rejects, shop, as_events=as_events)


@import_.command("events")
def events(
    context: typer.Context,
    source: Source,
    column_map: MapOption = None,
    dry_run: DryRunOption = False,
    rejects: RejectsOption = None,
    currency: CurrencyOption = None,
    encoding: EncodingOption = None,
    shop: ShopOption = None,
) -> None:
    """Import past events: JSON Lines as the API takes them, or CSV, JSON Lines or Parquet with a column map. Consent is asked as it is now."""
    options = {"column_map": column_map, "dry_run": dry_run, "currency": currency, "encoding": encoding}
    _run(context, "events", source, options, rejects, shop)


@import_.command("reviews")
def reviews(
    context: typer.Context,
    source: Source,
    column_map: MapOption = None,
    dry_run: DryRunOption = False,
    rejects: RejectsOption = None,
    lang: LangOption = None,
    encoding: EncodingOption = None,
    shop: ShopOption = None,
) -> None:
    """Import reviews: JSON Lines, or CSV with a column map."""
    options = {"column_map": column_map, "dry_run": dry_run, "lang": lang, "encoding": encoding}
    _run(context, "reviews", source, options, rejects, shop)


@import_.command("policies")
def policies(
    context: typer.Context,
    source: Source,
    dry_run: DryRunOption = False,
    rejects: RejectsOption = None,
    lang: LangOption = None,
    shop: ShopOption = None,
) -> None:
    """Import policies and FAQs: a Markdown file, or a folder of them."""
    _run(context, "policies", source, {"dry_run": dry_run, "lang": lang}, rejects, shop)


@import_.command("promotions")
def promotions(
    context: typer.Context,
    source: Source,
    dry_run: DryRunOption = False,
    rejects: RejectsOption = None,
    encoding: EncodingOption = None,
    shop: ShopOption = None,
) -> None:
    """Import promotions and coupon codes: JSON Lines, one promotion a line; one that is there already is replaced."""
    _run(context, "promotions", source, {"dry_run": dry_run, "encoding": encoding}, rejects, shop)


@import_.command("rules")
def rules(context: typer.Context, source: Annotated[Path, typer.Argument(help="A TOML file.")], shop: ShopOption = None) -> None:
    """Set the shop's rules: delivery, cancelling, returns, exchanges. New orders follow them; an order keeps those it was placed under."""
    from shopkeeper.cli.terminal import console

    with opened_shop(context, shop) as opened:
        version = opened.rules.import_file(source)
    console.print(f"The shop's rules are now version {version}.", markup=False)


def _run(
    context: typer.Context,
    kind: "ImportKind",
    source: Path,
    given: dict[str, Any],
    rejects: Path | None,
    shop: str | None,
    *,
    as_events: bool = False,
) -> None:
    from shopkeeper.catalog.report import FormatName, ImportOptions
    from shopkeeper.cli.terminal import console, progress, terminal_lang
    from shopkeeper.domain.texts import LANGS
    from shopkeeper.kit.choices import chosen

    for name, known in (("format", ("auto", *get_args(FormatName))), ("lang", LANGS)):
        if given.get(name) is not None:
            chosen(given[name], known, field=f"--{name}")
    with opened_shop(context, shop) as opened:
        if kind in ("products", "orders", "events") and given["currency"] is None:
            given["currency"] = opened.currency  # for formats that name none, such as Shopify's CSV
        options = ImportOptions(**given)
        doors = {
            "products": opened.catalog.import_products,
            "orders": partial(opened.orders.import_orders, stored=opened.history.keep_purchases if as_events else None),
            "events": opened.history.import_events,
            "reviews": opened.catalog.import_reviews,
            "policies": opened.catalog.import_policies,
            "promotions": opened.promotions.import_promotions,
        }
        with progress() as shown:
            task, report = opened.imports.record(kind, source.name, lambda kept: doors[kind](source, options, progress=shown, rejects=kept))
        if rejects is not None:
            shutil.copyfile(opened.imports.rejects_file(task.id), rejects)
    for line in _told(report, rejects, terminal_lang()):
        console.print(line, markup=False)
    if not report.clean:
        raise typer.Exit(1)


def _told(report: "ImportReport", rejects: Path | None, lang: "Lang") -> list[str]:
    from shopkeeper.catalog.rejects import error_in, reason_in
    from shopkeeper.catalog.report import reason_kind
    from shopkeeper.kit.wordings import say

    def line(code: str, **values: object) -> str:
        return say(f"summary.{code}", values, lang)

    encoding = f" ({report.encoding})" if report.encoding else ""
    counts = {"inserted": report.inserted, "updated": report.updated, "unchanged": report.unchanged, "deleted": report.deleted}
    lines = [
        line("read", source=report.source, read=report.read, format=report.format, encoding=encoding, seconds=report.seconds),
        line("would" if report.dry_run else "did", **counts),
    ]
    lines += [line("dropped", count=count, reason=reason) for reason, count in report.dropped.items()]
    if report.not_listed:
        lines.append(line("not_listed", count=report.not_listed))
        lines += [f"    {_row_told(row, reason_in(row, lang), line)}" for row in list(report.first_not_listed)[:SHOWN_ROWS]]
    for reason, count in report.rejected.items():
        example = report.examples.get(reason)
        lines.append(line("rejected", count=count, reason=reason if example is None else reason_kind(example, lang)))
    lines += [f"    {_row_told(row, reason_in(row, lang), line)}" for row in list(report.first_rejects)[:SHOWN_ROWS]]
    if report.rejects:
        lines.append(line("rejects_in", count=report.rejects, file=rejects) if rejects is not None else line("keep_rejects"))
    return [*lines, f"  {error_in(report.faults, lang)}"] if report.faults else lines


def _row_told(row: "Reject", reason: str, line: "Callable[..., str]") -> str:
    return line("row", line=row.line, field=row.field, value=row.value, reason=reason)
