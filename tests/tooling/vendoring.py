"""Takes the vendored scripts anew: ``./dev run python tests/tooling/vendoring.py [VERSION]``.

Needs npm, and a registry that it reaches. What is changed in a file on the way is written below
and named in the manifest, with the hash of the file as published and as served. A change that no
longer finds its place stops the renewal: look at the new release then.
Must not know how the editor uses them.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

VENDOR = Path(__file__).resolve().parents[2] / "server" / "static" / "vendor"
PACKAGE = "@zazuko/yasqe"
FILES = ("yasqe.min.js", "yasqe.min.css")


class Change(NamedTuple):
    """A change of a published file: why, what is looked for, and what stands there instead."""

    why: str
    pattern: str
    instead: str | Callable[[re.Match[str]], str]


def _emptied(match: re.Match[str]) -> str:
    return re.sub(r"`https?://[^`]*`", "``", match[0])


CHANGES: dict[str, tuple[Change, ...]] = {
    "yasqe.min.js": (
        Change(
            "no look-up of terms at lov.linkeddata.es",
            r"`\$\{\w+\}lov\.linkeddata\.es/[^`]*`",
            "`data:application/json,{}`",
        ),
        Change(
            "no default endpoint at dbpedia.org",
            r"endpoint:`https://dbpedia\.org/sparql`",
            "endpoint:`/sparql`",
        ),
        Change(
            "no table of outside prefixes from prefix.cc; the editor has those of the graph",
            r"(?:[\w$]+=`https?://[^`]*`,){300,}prefixes_default=\{[^}]*\}",
            _emptied,
        ),
        Change(
            "no inline style, which the Content-Security-Policy refuses",
            r"<strong style='text-decoration:underline'>",
            "<strong>",
        ),
        Change("no source map, which is not served", r"\n//# sourceMappingURL=\S+", ""),
    ),
    "yasqe.min.css": (),
}


def npm(*arguments: str, folder: Path) -> str:
    """What an npm command prints; it runs no script of a package."""
    done = subprocess.run(
        ["npm", *arguments, "--ignore-scripts", "--loglevel=error"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def changed(name: str, content: bytes) -> bytes:
    """A published file as it is served: the same bytes where nothing is to be changed."""
    if not CHANGES[name]:
        return content
    text = content.decode()
    for change in CHANGES[name]:
        text, count = re.subn(change.pattern, change.instead, text)
        if count != 1:
            sys.exit(f"{name}: “{change.why}” finds {count} places where it expects 1")
    return text.rstrip("\n").encode() + b"\n"


def bundled(build: Path) -> list[str]:
    """The packages whose code is in the built script, by its source map."""
    sources = json.loads((build / "yasqe.min.js.map").read_text())["sources"]
    found = {
        match[1] for source in sources if (match := re.search(r"node_modules/([^/]+)", source))
    }
    return sorted(found)


def notice(package: Path) -> str:
    """The text of a package's licence."""
    files = sorted(path for path in package.iterdir() if path.name.lower().startswith("licen"))
    if not files:
        sys.exit(f"{package.name} has no licence text")
    return files[0].read_text(encoding="utf-8").strip()


def sha256(content: bytes) -> str:
    """Hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def renew(version: str, work: Path) -> dict[str, Any]:
    """Write the files of a version, and give its entry in the manifest."""
    (work / "package.json").write_text("{}")
    # Bundlers take Node's own "events" from the package of that name.
    npm("install", f"{PACKAGE}@{version}", "events@3", folder=work)
    modules = work / "node_modules"
    build = modules / PACKAGE / "build"
    told = json.loads((modules / PACKAGE / "package.json").read_text())
    lock = json.loads((work / "package-lock.json").read_text())["packages"]
    target = VENDOR / "yasqe"
    files = []
    for name in FILES:
        published = (build / name).read_bytes()
        served = changed(name, published)
        (target / name).write_bytes(served)
        files.append(
            {
                "path": f"yasqe/{name}",
                "sha256": sha256(served),
                "published": {"path": f"build/{name}", "sha256": sha256(published)},
                "changes": [change.why for change in CHANGES[name]],
            }
        )
    parts, contains = [], []
    own = (target / "LICENSE-yasgui.txt").read_text(encoding="utf-8").strip()
    parts.append(f"{PACKAGE} {told['version']} ({told['license']}), part of YASGUI\n\n{own}")
    for name in bundled(build):
        about = json.loads((modules / name / "package.json").read_text())
        contains.append(
            {"name": name, "version": about["version"], "licence": about["license"].strip("()")}
        )
        parts.append(f"{name} {about['version']} ({about['license']})\n\n{notice(modules / name)}")
    licences = ("\n\n" + "-" * 80 + "\n\n").join(parts) + "\n"
    licences = "\n".join(line.rstrip() for line in licences.splitlines()) + "\n"
    (target / "LICENSES.txt").write_text(licences, encoding="utf-8")
    return {
        "name": PACKAGE,
        "version": told["version"],
        "licence": told["license"],
        "licence_file": "yasqe/LICENSES.txt",
        "integrity": lock[f"node_modules/{PACKAGE}"]["integrity"],
        "contains": contains,
        "files": files,
    }


def main() -> None:
    """Renew to the version given, or take the one of the manifest again."""
    manifest = VENDOR / "MANIFEST.json"
    held = json.loads(manifest.read_text())["packages"][0]["version"] if manifest.exists() else ""
    version = sys.argv[1] if len(sys.argv) > 1 else held or "latest"
    work = Path(tempfile.mkdtemp(prefix="plankb-vendoring-"))
    try:
        entry = renew(version, work)
    finally:
        shutil.rmtree(work)
    content = json.dumps({"packages": [entry]}, indent=2, ensure_ascii=False)
    manifest.write_text(content + "\n", encoding="utf-8")
    print(f"{entry['name']} {entry['version']}: {', '.join(f['path'] for f in entry['files'])}")


if __name__ == "__main__":
    main()
