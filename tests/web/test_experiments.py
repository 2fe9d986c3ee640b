"""Experiments in the console: making one, what its figures say, starting and stopping it, and what is written down."""

import re
from collections.abc import Iterator

import pytest

from shopkeeper.domain.account import Role
from shopkeeper.domain.audit import AuditQuery
from shopkeeper.domain.ids import ExperimentId
from shopkeeper.experiments.dials import DIALS
from shopkeeper.web.console.experiment_form import values_of
from shopkeeper.web.words import words
from tests.web.conftest import Pages, installed
from tests.web.markup import Page
from tests.web.test_console import form_of
from tests.web.trying import AS_IT_IS, kept, take_part

EN = {"accept-language": "en"}


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """An installation of this module's own: what is shown and clicked here must not count elsewhere."""
    with installed(tmp_path_factory.mktemp("experiments")) as made:
        yield made


@pytest.fixture
def console(counted: Pages) -> Pages:
    signed_in(counted, "manager")
    return counted


def signed_in(pages: Pages, role: Role) -> None:
    account, _ = pages.demo.accounts.invite(f"{role}-{len(pages.demo.accounts.all())}@shop.example", role)
    pages.http.cookies.clear()
    pages.http.cookies.set("console_session", f"demo.{pages.demo.sessions.begin('account', account.id)}", path="/console")


def shown(pages: Pages, path: str, **query: str) -> Page:
    answer = pages.http.get(f"/console/experiments{path}", params=query, headers=EN)
    assert answer.status_code == 200, answer.text
    page = Page(answer.text)
    assert page.faults == []
    return page


def draft(**changed: str) -> dict[str, str | list[str]]:
    """What a merchant types for an experiment on search."""
    typed = {
        "arms": "2", "name_zh": "个性化", "name_en": "Personal search", "goal": "clicked", "traffic": "50", "window": "3",
        "arm0.share": "50", "arm0.personalisation": "", "arm1.share": "50", "arm1.personalisation": "0.8",
    }  # fmt: skip
    return {"surface": ["search"], **typed, **changed}


def sent(pages: Pages, path: str, fields: dict[str, str | list[str]]):
    token = form_of(pages.http.get("/console/account"))
    return pages.http.post(f"/console/experiments{path}", data={"form_token": token, **fields}, headers=EN)


class TestMakingOne:
    def test_the_form_asks_where_first_and_then_offers_what_can_be_turned_there(self, console: Pages):
        first = shown(console, "/new")
        assert not first.all("input", name="name_en") and len(first.all("input", name="surface")) == 7
        second = shown(console, "/new", surface="search", arms="3")
        assert len(second.all("select", name="arm2.personalisation")) == 1 and not second.all("select", name="arm0.model")
        assert [one.attributes["value"] for one in second.all("input", type="number")] == ["34", "33", "33"]
        recommender = shown(console, "/new", surface="similar", arms="2")
        assert "Most bought" in recommender.one("select", name="arm1.model").text
        nothing = shown(console, "/new", surface="trending", arms="2")
        assert any("Nothing can be turned" in text for text in nothing.texts("p"))

    def test_a_place_must_be_chosen(self, console: Pages):
        assert "Choose at least one place." in shown(console, "/new", arms="2").one("p", class_="notice").text

    def test_what_was_typed_makes_a_draft_that_nobody_sees(self, console: Pages):
        answer = sent(console, "", draft())
        assert answer.status_code == 303, answer.text
        one = console.demo.experiments.get(ExperimentId(answer.headers["location"].rpartition("/")[2]))
        assert (one.state, one.surfaces, one.goal, one.traffic, one.window_days) == ("draft", ("search",), "clicked", 0.5, 3)
        assert [(arm.key, arm.settings) for arm in one.arms] == [("a", ()), ("b", (("personalisation", "0.8"),))]
        page = shown(console, f"/{one.id}")
        assert page.texts("h1") == ["Personal search"] and page.texts("p", class_="answer")[0].startswith("Not started.")
        entry = console.demo.audit.find(AuditQuery(what="experiment.create", limit=1))[0]
        assert entry.target == "Personal search" and {one.name for one in entry.changes} >= {"surfaces", "traffic", "arms.b"}

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"name_zh": "", "name_en": " "}, "Give it a name"),
            ({"name_en": "x" * 81}, "Use up to 80"),
            ({"arm0.share": "60"}, "The shares add up to 110%"),
            ({"arm0.share": "lots"}, "Use a number from 1 to 99"),
            ({"arm0.share": "nan"}, "Use a number from 1 to 99"),
            ({"arm1.personalisation": "7"}, "Choose one of the list"),
            ({"traffic": "33"}, "Choose one of the list"),
            ({"goal": "rich"}, "Choose one of the list"),
        ],
    )
    def test_a_field_says_what_is_wrong_with_it_and_keeps_the_rest(self, console: Pages, changed: dict[str, str], words: str):
        before = len(console.demo.experiments.all())
        answer = sent(console, "", draft(**({"name_en": "Kept name"} | changed)))
        page = Page(answer.text)
        assert answer.status_code == 422 and page.faults == []
        assert any(words in text for text in page.texts("span", class_="tone-bad"))
        field = next(name for name in ("name_zh", *changed))
        assert page.all("input", name="name_en")[0].attributes["value"] == changed.get("name_en", "Kept name").strip(), field
        if "arm1.personalisation" not in changed:
            chosen = [one.attributes["value"] for one in page.all("option") if "selected" in one.attributes]
            assert "0.8" in chosen
        assert len(console.demo.experiments.all()) == before

    def test_without_a_place_nothing_is_made(self, console: Pages):
        assert sent(console, "", {**draft(), "surface": "moon"}).status_code == 422

    def test_every_choice_of_every_dial_has_its_words(self):
        for dial in DIALS.values():
            assert len(values_of(dial)) > 1
            for lang in ("zh", "en"):
                assert all(f"dial_choice.{choice}" in words(lang) for choice in dial.choices)

    def test_an_analyst_reads_and_a_support_does_not(self, counted: Pages):
        one = kept(counted.demo, "read")
        signed_in(counted, "analyst")
        page = shown(counted, f"/{one.id}")
        assert not [link for link in page.all("a") if link.attributes.get("href", "").endswith("/stop")]
        assert not [link for link in shown(counted, "").all("a") if link.attributes.get("href", "").endswith("/new")]
        assert sent(counted, f"/{one.id}/stop", {"winner": ""}).status_code == 403
        signed_in(counted, "support")
        assert counted.http.get("/console/experiments").status_code == 403
        counted.demo.experiments.stop(one.id)


class TestItsResult:
    def test_a_version_that_is_better_is_told_with_its_interval(self, console: Pages):
        one = kept(console.demo, "better")
        counts = take_part(console.demo, one, {"a": 0.15, "b": 0.45}, shoppers=700)
        page = shown(console, f"/{one.id}")
        answer = page.texts("p", class_="answer")[0]
        found = re.match(
            r"B is better than A: \+([\d.]+) pts \(\+([\d.]+) pts to \+([\d.]+) pts\) in shoppers who chose something, over (\d+)", answer
        )
        assert found is not None, answer
        (a_units, a_clicks), (b_units, b_clicks) = counts["a"], counts["b"]
        assert int(found[4]) == a_units + b_units
        assert float(found[1]) == pytest.approx(100 * (b_clicks / b_units - a_clicks / a_units), abs=0.06)
        assert float(found[2]) < float(found[1]) < float(found[3])
        rows = page.texts("td")
        assert "A (compared with)" in rows and "Personalisation: 0.8" in rows
        states = page.texts("span", class_="state")
        assert states.count("As it should be") == 2
        assert len(page.all("figure")) == 4 and not page.all("p", class_="notice")

    def test_its_charts_and_table_can_be_taken_home(self, console: Pages):
        for name in ("difference", "ctr", "clicked", "bought"):
            assert "<svg" in console.http.get(f"/console/experiments/better/{name}.svg", headers=EN).text
        lines = console.http.get("/console/experiments/better/ctr.csv", headers=EN).text.splitlines()
        assert [line.split(",")[0] for line in lines[1:]] == ["A", "B"]
        assert console.http.get("/console/experiments/better/moon.svg").status_code == 404
        table = console.http.get("/console/experiments/better", params={"format": "csv"}, headers=EN).text
        assert "Personalisation: 0.8" in table

    def test_shoppers_that_were_lost_take_the_figures_their_trust(self, console: Pages):
        one = kept(console.demo, "lopsided")
        take_part(console.demo, one, {"a": 0.2, "b": 0.9}, shoppers=600, share_lost=0.4)
        page = shown(console, f"/{one.id}")
        assert page.one("p", class_="notice").text.strip().startswith("Do not trust these figures. The versions should have got 50.0% : 50.0%")
        assert "Wrong" in page.texts("span", class_="state") and not page.texts("p", class_="answer")[0]

    def test_versions_that_do_the_same_are_an_a_a_experiment(self, console: Pages):
        one = kept(console.demo, "same", arms=(AS_IT_IS, AS_IT_IS.__class__("b")))
        take_part(console.demo, one, {"a": 0.3, "b": 0.3}, shoppers=500)
        page = shown(console, f"/{one.id}")
        assert page.texts("p", class_="answer")[0].startswith("Both sides do the same and are not told apart")
        assert any("the counting works" in text for text in page.texts("span"))

    def test_a_handful_says_nothing(self, console: Pages):
        one = kept(console.demo, "few")
        take_part(console.demo, one, {"a": 0.1, "b": 0.9}, shoppers=40)
        page = shown(console, f"/{one.id}")
        assert page.texts("p", class_="answer") == ["Too early to say anything: 40 shoppers so far whose outcome is final."]
        assert not page.all("svg", class_="chart") and "Drawn once a version has 100 shoppers" in page.all("figure")[0].text

    def test_a_draft_says_how_long_it_will_take(self, console: Pages):
        one = kept(console.demo, "planned", state="draft")
        page = shown(console, f"/{one.id}")
        assert any(text.startswith("5.0% more") for text in page.texts("th"))
        shoppers = [int(text.replace(",", "")) for text in page.texts("td", class_="figure")[: 2 * 4 : 2]]
        assert shoppers == sorted(shoppers, reverse=True) and shoppers[-1] >= 200
        signed_in(console, "manager")
        quiet = kept(console.demo, "quiet", state="draft")
        console.demo.database.experiments.save(quiet.__class__(**{**_fields(quiet), "surfaces": ("trending",)}), expected="draft")
        assert any("That cannot be told yet" in text for text in shown(console, f"/{quiet.id}").texts("p"))

    def test_the_list_tells_each_with_its_state(self, console: Pages):
        page = shown(console, "")
        assert page.texts("h1") == ["What is being tried, and what came of it?"]
        rows = {name.text: name for name in page.all("a") if "/experiments/" in name.attributes.get("href", "")}
        assert {"Trial better", "Trial lopsided", "Trial same"} <= rows.keys()
        cells = page.texts("td")
        assert {"a version is better", "not to be trusted", "the same, as it should be", "too early"} <= set(cells)
        assert set(shown(console, "", state="draft").texts("span", class_="state")) == {"Draft"}


def _fields(one: object) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}  # type: ignore[attr-defined]  # a dataclass


class TestStartingAndStopping:
    def test_a_start_is_confirmed_and_written_down(self, console: Pages):
        console.demo.preferences.change({"experiments.hold_out": 0.1}, who="test")
        one = kept(console.demo, "go", state="draft")
        page = shown(console, f"/{one.id}/start")
        told = page.texts("li")
        assert "50.0% of shoppers get A: as it is." in told and "50.0% of shoppers get B: Personalisation: 0.8." in told
        assert "10.0% of shoppers are held out of every experiment." in told
        console.demo.preferences.change({"experiments.hold_out": 0.0}, who="test")
        assert sent(console, f"/{one.id}/start", {}).status_code == 303
        assert console.demo.experiments.get(one.id).state == "running"
        again = sent(console, f"/{one.id}/start", {})
        assert again.status_code == 409 and "Somebody else has changed its state" in again.text
        assert console.demo.audit.find(AuditQuery(what="experiment.start", limit=1))[0].target == "Trial go"

    def test_the_end_proposes_what_was_better_and_keeps_what_is_chosen(self, console: Pages):
        one = kept(console.demo, "end")
        take_part(console.demo, one, {"a": 0.1, "b": 0.6}, shoppers=500)
        page = shown(console, f"/{one.id}/stop")
        chosen = [option.attributes["value"] for option in page.all("input", type="radio") if "checked" in option.attributes]
        assert chosen == ["b"] and "B is better than A" in page.texts("p", class_="answer")[0]
        assert sent(console, f"/{one.id}/stop", {"winner": "z"}).status_code == 422
        assert sent(console, f"/{one.id}/stop", {"winner": "b"}).status_code == 303
        stopped = console.demo.experiments.get(one.id)
        assert (stopped.state, stopped.winner) == ("stopped", "b")
        assert sent(console, f"/{one.id}/stop", {"winner": ""}).status_code == 409
        entry = console.demo.audit.find(AuditQuery(what="experiment.stop", limit=1))[0]
        assert {(change.name, change.after) for change in entry.changes} == {("state", "stopped"), ("winner", "b")}
        assert "kept: B" in shown(console, "", state="stopped").texts("td")

    def test_what_is_not_there_is_not_found(self, console: Pages):
        for path in ("/nothing", "/nothing/start", "/nothing/stop"):
            assert console.http.get(f"/console/experiments{path}").status_code == 404
