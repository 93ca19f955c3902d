"""Runs benchmarks: `./dev bench [NAME]`.

A benchmark is a module `bench_NAME.py` beside this file, with a docstring and a function
`run()` that returns its rows. Prints a table and writes `build/bench/NAME.json`.
Must not know what any benchmark measures.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent

Row = dict[str, object]


def names() -> list[str]:
    """The names of all benchmarks."""
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def table(rows: Sequence[Row]) -> str:
    """The rows as text in columns, in the order in which their keys first occur."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    cells = [columns, *([_shown(row.get(column)) for column in columns] for row in rows)]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
    numeric = [all(isinstance(row.get(c, 0), int | float) for row in rows) for c in columns]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in cells
    )


def _shown(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks named, or all; 2 where there is none of that name."""
    unknown = [name for name in arguments if name not in names()]
    if unknown:
        print(
            f"bench: there is no benchmark {unknown[0]}; there are: {', '.join(names())}",
            file=sys.stderr,
        )
        return 2
    results = ROOT / "build" / "bench"
    results.mkdir(parents=True, exist_ok=True)
    for name in arguments or names():
        module = importlib.import_module(f"tests.bench.bench_{name}")
        print(f"{name}: {(module.__doc__ or '').splitlines()[0]}", flush=True)
        load = os.getloadavg()[0]
        rows: list[Row] = module.run()
        print(table(rows), end="\n\n", flush=True)
        report = {
            "name": name,
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "cores": os.cpu_count(),
            "load_before": round(load, 2),
            "rows": rows,
        }
        text = json.dumps(report, ensure_ascii=False, indent=1)
        (results / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
