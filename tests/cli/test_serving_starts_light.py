"""What a server imports before it answers: each of these costs a restart a tenth of a second or more."""

import subprocess
import sys
from pathlib import Path

OPEN = """
import gc, sys
from pathlib import Path
from shopkeeper.cli import serve
from shopkeeper import bootstrap
from shopkeeper.domain.ids import shop_id
from shopkeeper.settings import Settings, ShopSettings

settings = Settings(home=Path(sys.argv[1]), shops={shop_id("tea"): ShopSettings()})
bootstrap.create_shop(settings, shop_id("tea"))
with serve._lasting(), bootstrap.build(settings) as app:
    face = serve.asgi(app)
print(gc.isenabled(), gc.get_freeze_count() > 10_000)
print(*sorted(set(sys.argv[2:]) & set(sys.modules)))
"""

HEAVY = (
    *("scipy", "polars", "tantivy", "markdown_it", "opencc", "rjieba", "Stemmer", "numpy.f2py", "multiprocessing.pool"),
    *("lightgbm", "sklearn", "torch", "onnxruntime", "faiss", "openai", "ray", "psycopg"),
    *("shopkeeper.evaluation", "shopkeeper.simulation", "shopkeeper.recommend.fit", "shopkeeper.recommend.ridge"),
)


def test_a_server_starts_without_what_only_jobs_and_benches_need(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", OPEN, str(tmp_path), *HEAVY], capture_output=True, text=True, check=True)
    collector, imported = done.stdout.splitlines()
    assert imported == ""
    assert collector == "True True"
