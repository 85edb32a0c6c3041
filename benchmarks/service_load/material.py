"""What a benchmark of the service asks about: a home, its people and consents, questions and rows."""

import json
import os
import random
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from processes import LVDAITONG, FailedError

NEEDED = ("features", "mlartifacts", "mlflow.db", "ledger.jsonl")
ACCOUNT, PASSWORD, BANK = "reviewer", "huzhou-green-loan", "BANK-A"
LOAN = {
    "amount_cny": "5000000.00",
    "term_months": 12,
    "annual_rate": "0.042",
    "kind": "WORKING_CAPITAL",
    "purpose": "采购原材料",
}
Found = dict[str, Any]


def make_home(source: Path, place: Path) -> Path:
    """The models and firms of a home, without its records."""
    home = place / "home"
    home.mkdir()
    for name in NEEDED:
        if (source / name).is_dir():
            shutil.copytree(source / name, home / name)
        else:
            shutil.copy(source / name, home / name)
    return home


def people(home: Path, environment: dict[str, str]) -> None:
    """The demo's accounts, and a consent of every firm for the bank."""
    told = subprocess.run(
        [LVDAITONG, "--home", str(home), "accounts", "demo"],
        env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if told.returncode:
        raise FailedError(f"accounts demo: {told.stderr.strip()}")
    from features.home import Home
    from serving.purposes import Basis, Purpose
    from serving.records.consent import Consent
    from serving.records.records import Records
    from serving.settings import Settings

    settings = Settings.from_environment(os.environ | environment)
    records = Records.open(settings.address(Home(home)), settings.audit_key)
    common: Found = {
        "bank": BANK, "purpose": Purpose.PRE_LOAN, "basis": Basis.CONSENT, "valid_from": date(2026, 1, 1),
    }  # fmt: skip
    records.consents.record_many((Consent(entity_id=firm, **common) for firm in firms(home)), by="benchmark")
    records.close()


def firms(home: Path) -> list[str]:
    """Codes of the firms of the home's snapshot."""
    import pandas as pd

    newest = max((home / "features").glob("as_of=*"))
    return [str(code) for code in pd.read_parquet(newest / "firms.parquet", columns=[]).index]


def questions(home: Path, file: Path) -> None:
    """A pre-approval's question about each firm, all with the same loan."""
    lines = [json.dumps({"entity_id": firm, "loan": LOAN}, ensure_ascii=False) for firm in firms(home)]
    file.write_text("\n".join(lines), "utf-8")


def new_questions(home: Path, file: Path, loans: int = 4) -> None:
    """Questions of which no two are alike: each firm several times, every time with another loan."""
    draw = random.Random(1)  # noqa: S311 - drawn loans
    lines = []
    for firm in firms(home) * loans:
        loan = LOAN | {
            "amount_cny": f"{draw.randrange(10, 2000) * 10_000}.00",
            "term_months": draw.choice([6, 12, 18, 24, 36]),
            "annual_rate": f"{draw.randrange(300, 600) / 10_000:.4f}",
        }
        lines.append(json.dumps({"entity_id": firm, "loan": loan}, ensure_ascii=False))
    file.write_text("\n".join(lines), "utf-8")


def rows(home: Path, file: Path, most: int = 500) -> None:
    """Features of single firms, as MLflow's users send them."""
    import pandas as pd

    newest = max((home / "features").glob("as_of=*"))
    table = pd.read_parquet(newest / "features.parquet").head(most)
    plain = table.astype(object).where(table.notna(), None).to_dict(orient="split")
    lines = [
        json.dumps({"dataframe_split": {"columns": plain["columns"], "data": [row]}}) for row in plain["data"]
    ]
    file.write_text("\n".join(lines), "utf-8")


def token_of(port: int) -> str:
    """A bearer token of the demo's reviewer."""
    asked = Request(
        f"http://127.0.0.1:{port}/v1/tokens",
        json.dumps({"name": ACCOUNT, "password": PASSWORD, "label": "benchmark"}).encode(),
        {"Content-Type": "application/json"},
    )
    with urlopen(asked, timeout=30) as answer:  # noqa: S310
        return str(json.loads(answer.read())["token"])
