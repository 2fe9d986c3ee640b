"""Each template uses its context, no more and no less; and no template says anything in a language of its own."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, meta, nodes

from shopkeeper.web import buying_contexts as buying
from shopkeeper.web import contexts, shopper_contexts
from shopkeeper.web.console import contexts as console
from shopkeeper.web.console import order_contexts as console_orders
from shopkeeper.web.console import seen_contexts as seen
from shopkeeper.web.console import trying_contexts as trying

FOLDER = Path(contexts.__file__).parent / "templates"
CONTEXTS = {
    "home.html": contexts.HomeContext,
    "listing.html": contexts.ListingContext,
    "product.html": contexts.ProductContext,
    "policies.html": contexts.PoliciesContext,
    "policy.html": contexts.PolicyContext,
    "problem.html": contexts.ProblemContext,
    "my_data.html": shopper_contexts.MyDataContext,
    "certificate.html": shopper_contexts.CertificateContext,
    "sign_in.html": shopper_contexts.SignInPageContext,
    "suggestions.html": contexts.SuggestionsContext,
    "cart.html": buying.CartContext,
    "checkout.html": buying.CheckoutContext,
    "orders.html": buying.OrdersContext,
    "order.html": buying.OrderContext,
    "confirm.html": buying.ConfirmContext,
    "console/sign_in.html": console.SignInContext,
    "console/set_up.html": console.SetUpContext,
    "console/catalogue.html": console.CatalogueContext,
    "console/settings.html": console.PreferencesContext,
    "console/settings_history.html": console.HistoryContext,
    "console/accounts.html": console.AccountsContext,
    "console/account.html": console.OwnAccountContext,
    "console/events.html": seen.EventsContext,
    "console/audit.html": console.AuditContext,
    "console/find.html": console.FindContext,
    "console/overview.html": console.OverviewContext,
    "console/imports.html": console.ImportsContext,
    "console/import.html": console.ImportContext,
    "console/experiments.html": trying.ExperimentsContext,
    "console/experiment_new.html": trying.NewExperimentContext,
    "console/experiment.html": trying.ExperimentContext,
    "console/experiment_move.html": trying.MoveContext,
    "console/problem.html": console.ConsoleProblemContext,
    "console/orders.html": console_orders.OrderListContext,
    "console/order.html": console_orders.OneOrderContext,
    "console/past_order.html": console_orders.PastOrderContext,
    "console/confirm.html": console_orders.ConfirmationContext,
}
SHARED = {"t", "url", "fmt", "frame"}
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True)


def parsed(name: str) -> nodes.Template:
    return environment.parse((FOLDER / name).read_text("utf-8"))


def names_used(name: str) -> set[str]:
    """The names that a template takes from its context, with those of the template that it extends."""
    tree = parsed(name)
    parents = [node.template.value for node in tree.find_all(nodes.Extends) if isinstance(node.template, nodes.Const)]
    imported = {name if isinstance(name, str) else name[1] for node in tree.find_all(nodes.FromImport) for name in node.names}
    return (meta.find_undeclared_variables(tree) - imported).union(*(names_used(parent) for parent in parents))


@pytest.mark.parametrize(("template", "context"), CONTEXTS.items())
def test_a_page_uses_exactly_the_names_of_its_context(template: str, context: type):
    given = {field.name for field in fields(context)}
    assert names_used(template) - given == set()
    assert given - names_used(template) - SHARED == set()


@pytest.mark.parametrize("template", [name for name in TEMPLATES if name.startswith("components/")])
def test_a_component_uses_nothing_but_what_it_is_handed_and_what_all_pages_share(template: str):
    assert names_used(template) <= SHARED | {"caller"}


def test_every_template_is_a_page_a_component_or_a_base():
    assert {name for name in TEMPLATES if not name.startswith("components/")} == {*CONTEXTS, "base.html", "console/base.html"}


READ_ALOUD = ("title", "alt", "aria-label", "placeholder", "content", "label")
TAG = re.compile(r"<[^>]*>")
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
META = re.compile(r'<meta name="(viewport|color-scheme|robots|htmx-config)"[^>]*>')


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_holds_no_words_of_its_own(template: str):
    source = META.sub("", (FOLDER / template).read_text("utf-8"))
    source = re.sub(r"<code>shopkeeper [a-z ]+</code>", "", source)  # a command is the same in every language
    said = TAG.sub(" ", JINJA.sub("", source))
    assert re.findall(r"[^\W\d_]{2,}", said) == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_an_attribute_that_is_read_aloud_comes_from_the_words(template: str):
    source = META.sub("", (FOLDER / template).read_text("utf-8"))
    for attribute in READ_ALOUD:
        for value in re.findall(rf'\s{attribute}="([^"]*)"', JINJA.sub("", source)):
            assert not re.search(r"[^\W\d_]", value), f"{attribute}={value!r}"


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_runs_no_script_and_sets_no_style_of_its_own(template: str):
    source = (FOLDER / template).read_text("utf-8")
    assert "style=" not in source and "<style" not in source
    assert not re.search(r"\son[a-z]+=", source)
    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", source)
    assert all('type="application/ld+json"' in tag for tag in inline)


@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_is_marked_safe_but_the_icons(template: str):
    uses = re.findall(r"\|\s*safe", (FOLDER / template).read_text("utf-8"))
    assert len(uses) == (1 if template == "components/icon.html" else 0)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_form_that_changes_something_in_the_console_carries_its_token(template: str):
    source = (FOLDER / template).read_text("utf-8")
    if template.startswith("console/"):
        assert source.count('method="post"') == source.count('name="form_token"')
