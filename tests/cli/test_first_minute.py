"""What somebody meets who types the command for the first time."""

import subprocess
import sys
import time
from pathlib import Path

import pytest


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "shopkeeper", *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def test_help_names_every_verb_at_once(tmp_path: Path) -> None:
    done = run("--help", cwd=tmp_path)
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        done = run("--help", cwd=tmp_path)
        seconds.append(time.perf_counter() - began)
    assert done.returncode == 0
    verbs = "init demo import export train evaluate serve bench predict keys migrate backup restore diagnose artifacts"
    for verb in verbs.split():
        assert f" {verb} " in done.stdout
    # the promise is 0.5 s on an idle machine; the test suite shares its cores, so the limit here is looser and the module list below strict
    assert min(seconds) < 1.5


def test_help_imports_no_heavy_module(tmp_path: Path) -> None:
    code = (
        "import sys; from shopkeeper.cli import run; run(['--help']);"
        "print(sorted({name.split('.')[0] for name in sys.modules} & "
        "{'sqlalchemy', 'fastapi', 'starlette', 'tantivy', 'polars', 'scipy', 'numpy', 'opencc', 'jinja2', 'uvicorn'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_a_verb_without_an_installation_says_what_to_run(tmp_path: Path) -> None:
    done = run("train", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.strip() == "shopkeeper: --config: no settings at shopkeeper.toml. Run `shopkeeper init` here first."


def test_init_prints_the_admin_key_once_and_stores_no_secret(tmp_path: Path) -> None:
    done = run("init", "tea", "--name-en", 'The "Tea" house', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    token = next(word for word in done.stdout.split() if word.startswith("sk_tea_"))
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert token.rsplit("_", 1)[1].encode() not in stored
    assert token not in run("keys", "list", cwd=tmp_path).stdout


def test_a_second_init_adds_a_shop_and_refuses_the_same_one(tmp_path: Path) -> None:
    assert run("init", "tea", cwd=tmp_path).returncode == 0
    assert run("init", "lamps", "--currency", "USD", cwd=tmp_path).returncode == 0
    again = run("init", "tea", cwd=tmp_path)
    assert again.returncode == 1
    assert "already has a shop 'tea'" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("init", "Tea House"), "cannot name a shop"),
        (("bench", "speed"), "Known: events, faults, import, latency, recommend, search"),
        (("bench", "search", "--data", "nowhere"), "there is no nowhere"),
        (("predict", "weather", "--data", ".", "--out", "x"), "Known: recommend, search"),
        (("--config", "nowhere.toml", "serve"), "no settings at nowhere.toml"),
    ],
)
def test_a_wrong_word_is_answered_in_one_line(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
