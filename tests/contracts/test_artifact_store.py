"""What every ArtifactStore must do."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shopkeeper.adapters.artifacts import FolderArtifacts
from shopkeeper.errors import Broken, NotFound
from shopkeeper.ports.artifacts import ArtifactStore

BEGUN = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    ticks = iter(BEGUN + n * timedelta(hours=1) for n in range(100))
    return FolderArtifacts(tmp_path / "artifacts", clock=lambda: next(ticks))


def holding(content: str, **facts: object) -> Callable[[Path], Mapping[str, object]]:
    """A writer of an index with one file at the top and one in a folder."""

    def write(folder: Path) -> Mapping[str, object]:
        assert list(folder.iterdir()) == []
        (folder / "index.bin").write_text(content * 100)
        (folder / "rows").mkdir()
        (folder / "rows" / "ids.txt").write_text(content)
        return facts

    return write


def held(store: ArtifactStore) -> str:
    current = store.current("search")
    assert current is not None
    return (current.path / "rows" / "ids.txt").read_text()


def test_before_the_first_there_is_none(store: ArtifactStore) -> None:
    assert store.current("search") is None
    assert store.last_sound("search") is None
    assert store.versions("search") == []
    assert store.prune("search", keep=1) == 0
    with pytest.raises(NotFound, match="no search artifact yet"):
        store.rollback("search")


def test_what_is_published_is_current_with_its_facts(store: ArtifactStore) -> None:
    published = store.publish("search", holding("one", products=3, sha256={"catalog": "ab"}))
    assert published.facts == {"products": 3, "sha256": {"catalog": "ab"}}
    assert published.created == BEGUN
    assert store.current("search") == published
    assert held(store) == "one"


def test_kinds_do_not_touch_each_other(store: ArtifactStore) -> None:
    store.publish("search", holding("one"))
    assert store.current("recommend") is None
    store.publish("recommend", holding("other"))
    assert held(store) == "one"


def test_versions_come_newest_first_and_stay_where_they_are(store: ArtifactStore) -> None:
    first, second = store.publish("search", holding("one")), store.publish("search", holding("two"))
    assert store.versions("search") == [second, first]
    assert (first.path / "rows" / "ids.txt").read_text() == "one"
    assert first.version < second.version


def test_a_writer_that_raises_leaves_the_version_before(store: ArtifactStore) -> None:
    store.publish("search", holding("one"))

    def write(folder: Path) -> Mapping[str, object]:
        holding("two")(folder)
        raise ZeroDivisionError("the fit diverged")

    with pytest.raises(ZeroDivisionError, match="diverged"):
        store.publish("search", write)
    assert held(store) == "one"
    assert len(store.versions("search")) == 1


def test_rollback_goes_back_one_by_one_and_a_new_version_comes_after_all(store: ArtifactStore) -> None:
    one, two, three = (store.publish("search", holding(name)) for name in ("one", "two", "three"))
    assert store.rollback("search") == two
    assert store.rollback("search") == one
    with pytest.raises(NotFound, match="no whole search artifact before"):
        store.rollback("search")
    assert held(store) == "one"
    assert store.publish("search", holding("four")).version > three.version
    assert held(store) == "four"


def test_rollback_to_a_named_version_also_goes_forward(store: ArtifactStore) -> None:
    one, two = store.publish("search", holding("one")), store.publish("search", holding("two"))
    store.rollback("search", one.version)
    assert store.rollback("search", two.version) == two
    with pytest.raises(NotFound, match=f"'000009'.*{two.version}"):
        store.rollback("search", "000009")
    assert held(store) == "two"


def test_pruning_keeps_the_newest_and_always_the_current(store: ArtifactStore) -> None:
    published = [store.publish("search", holding(str(n))) for n in range(5)]
    store.rollback("search", published[1].version)
    assert store.prune("search", keep=2) == 2
    assert store.versions("search") == [published[4], published[3], published[1]]
    assert held(store) == "1"
    assert store.prune("search", keep=0) == 2
    assert store.versions("search") == [published[1]]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:50]), "index.bin has 50 of 300 bytes"),
        (lambda path: path.write_bytes(b"x" + path.read_bytes()[1:]), "index.bin has other contents than its manifest says"),
        (lambda path: path.unlink(), "index.bin is missing"),
    ],
    ids=["cut in half", "one byte changed", "removed"],
)
def test_damage_is_told_by_file_and_the_last_sound_version_is_at_hand(
    store: ArtifactStore, tmp_path: Path, damage: Callable[[Path], None], said: str
) -> None:
    one, two = store.publish("search", holding("one")), store.publish("search", holding("two"))
    damage(two.path / "index.bin")
    newly_opened = FolderArtifacts(tmp_path / "artifacts")
    with pytest.raises(Broken, match=rf"{said}.*shopkeeper artifacts rollback"):
        newly_opened.current("search")
    assert newly_opened.last_sound("search") == one
    assert newly_opened.rollback("search") == one
    assert newly_opened.current("search") == one
    with pytest.raises(Broken, match=said):
        newly_opened.rollback("search", two.version)
    assert newly_opened.current("search") == one


def test_a_cut_file_is_noticed_by_a_process_that_has_opened_it_before(store: ArtifactStore) -> None:
    published = store.publish("search", holding("one"))
    store.current("search")
    (published.path / "rows" / "ids.txt").write_text("")
    with pytest.raises(Broken, match=r"ids\.txt has 0 of 3 bytes"):
        store.current("search")


def test_a_version_after_the_current_one_is_not_taken_for_the_last_sound(store: ArtifactStore) -> None:
    one, _ = store.publish("search", holding("one")), store.publish("search", holding("two"))
    store.rollback("search")
    assert store.last_sound("search") == one
