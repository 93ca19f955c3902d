"""A service with a ledger, and the tokens of those who report and audit.

Must not know what is tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import httpx

from kb.reports.ledger.ledger import Ledger
from kb.reports.ledger.tokens import Tokens

HEAD = "reporter,team,indicator,year,value,unit,basis,note\n"
BODY = "agriculture-commission"


def rows(*figures: tuple[str, int, str, str], reporter: str = BODY, note: str = "") -> bytes:
    """A report of rural talent as CSV: indicator, year, value and basis of each row."""
    lines = [
        f"{reporter},rural,{indicator},{year},{value},人,{basis},{note}\n"
        for indicator, year, value, basis in figures
    ]
    return (HEAD + "".join(lines)).encode()


#: 380 after 400: a violation at E3.
FALLS = (
    ("farmers-trained", 2022, "400", "cumulative"),
    ("farmers-trained", 2023, "380", "cumulative"),
)
#: A file that is no report.
NONE = b"one,two\n1,2\n"


@dataclass(frozen=True)
class Holders:
    """Tokens: of a reporting body, of another one, of an auditor."""

    reporter: str
    other: str
    auditor: str


def holders(data: Path) -> Holders:
    """Make tokens in the ledger of a data folder."""
    ledger = Ledger.open(data / "ledger.sqlite")
    tokens = Tokens(ledger)
    made = Holders(
        tokens.create("reporter", "张三", "test", reporter=BODY)[1],
        tokens.create("reporter", "王五", "test", reporter="health-commission")[1],
        tokens.create("auditor", "李四", "test")[1],
    )
    ledger.close()
    return made


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def hand_in(web: httpx.Client, token: str, data: bytes, name: str = "r.csv") -> httpx.Response:
    """Hand in a file as a form's part."""
    return web.post("/api/reports", files={"file": (name, data)}, headers=bearer(token))
