"""Takes the vendored scripts anew: ``./dev run python tests/tooling/vendoring.py [VERSION]``.

Needs npm, and a registry that it reaches. The script is bundled from the sources that the release
has in its source map, without the modules that the editor never calls. What is changed or left
out on the way is written below and named in the manifest, with the hash of what was published and
of what is served: the same versions give the same bytes. A change that no longer finds its place
stops the renewal: look at the new release then.
Must not know how the editor uses them.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

VENDOR = Path(__file__).resolve().parents[2] / "server" / "static" / "vendor"
PACKAGE = "@zazuko/yasqe"
BUNDLER = "esbuild"
BUNDLER_VERSION = "0.28.2"
STYLE = "yasqe.min.css"
SCRIPT = "yasqe.min.js"
#: The release's source map, which holds the sources of the script.
MAP = "yasqe.min.js.map"


class Change(NamedTuple):
    """A change of a source: why, in which, what is looked for, and what stands there instead."""

    why: str
    source: str
    looked_for: str
    instead: str


class Left(NamedTuple):
    """A module that is left out: why, what imports call it, and what they get instead."""

    why: str
    name: str
    instead: str


CHANGES = (
    Change(
        "no default endpoint at dbpedia.org",
        "yasqe/src/defaults.ts",
        "https://dbpedia.org/sparql",
        "/sparql",
    ),
    Change(
        "no inline style, which the Content-Security-Policy refuses",
        "yasqe/src/index.ts",
        "<strong style='text-decoration:underline'>",
        "<strong>",
    ),
)
LEFT_OUT = (
    Left(
        "no completers: they ask lov.linkeddata.es and prefix.cc; the editor has its own",
        "./autocompleters",
        "export class Completer {} export const completers = [];",
    ),
    Left(
        "no sending of queries: the editor sends them",
        "./sparql",
        "export const executeQuery = () => Promise.reject(), getAsCurlString = String;",
    ),
    Left(
        "no links of its own, so nothing that reads and writes them",
        "query-string",
        "export const parse = () => ({}); export const stringify = String;",
    ),
    Left(
        "nothing kept in the browser: the editor keeps its draft",
        "store",
        "export default { enabled: false, each() {} };",
    ),
    Left(
        "no cleaning of HTML from outside: there is none",
        "dompurify",
        "export default { sanitize: String };",
    ),
)


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


def unpacked(map_: bytes, folder: Path) -> None:
    """Write the sources of a source map, changed as said above; those of packages apart."""
    held = json.loads(map_)
    for name, content in zip(held["sources"], held["sourcesContent"], strict=True):
        if "node_modules" in name:
            continue
        path = folder / posixpath.normpath(f"yasqe/build/{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        # Styles are not among the sources; the release has them in one sheet.
        text = re.sub(r'^import "[^"]+\.s?css";\n', "", content, flags=re.MULTILINE)
        path.write_text(text, encoding="utf-8")
    for change in CHANGES:
        path = folder / change.source
        text = path.read_text(encoding="utf-8")
        count = text.count(change.looked_for)
        if count != 1:
            sys.exit(f"{path.name}: “{change.why}” finds {count} places where it expects 1")
        path.write_text(text.replace(change.looked_for, change.instead), encoding="utf-8")


def bundle(folder: Path) -> tuple[bytes, list[str]]:
    """The script, and the packages whose code is in it.

    Args:
        folder: with the sources, and the packages that they import.
    """
    stubs = folder / "left-out"
    stubs.mkdir()
    aliases = ["--alias:@zazuko/yasgui-utils=./utils/src/index.ts"]
    for number, left in enumerate(LEFT_OUT):
        path = stubs / f"{number}.js"
        path.write_text(left.instead, encoding="utf-8")
        if left.name.startswith("."):
            there = folder / "yasqe" / "src" / left.name
            shutil.rmtree(there, ignore_errors=True)
            there.with_suffix(".ts").write_text(left.instead, encoding="utf-8")
        else:
            aliases.append(f"--alias:{left.name}=./{path.relative_to(folder)}")
    (folder / "entry.js").write_text(
        'import Yasqe from "./yasqe/src/index.ts"; window.Yasqe = Yasqe;', encoding="utf-8"
    )
    settings = {"compilerOptions": {"useDefineForClassFields": False}}
    options = [
        "--bundle", "--minify", "--format=iife", "--target=es2022", "--charset=utf8",
        "--legal-comments=none",
        f"--tsconfig-raw={json.dumps(settings)}", "--metafile=meta.json", "--outfile=out.js",
    ]  # fmt: skip
    program = folder / "node_modules" / ".bin" / BUNDLER
    subprocess.run(
        [str(program), "entry.js", *aliases, *options, "--log-level=error"], cwd=folder, check=True
    )
    output = json.loads((folder / "meta.json").read_text())["outputs"]["out.js"]
    sources = [name for name, own in output["inputs"].items() if own["bytesInOutput"]]
    found = {
        m[1] for name in sources if (m := re.search(r"node_modules/((?:@[^/]+/)?[^/]+)", name))
    }
    return (folder / "out.js").read_bytes(), sorted(found)


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
    npm("install", f"{PACKAGE}@{version}", f"{BUNDLER}@{BUNDLER_VERSION}", folder=work)
    modules = work / "node_modules"
    build = modules / PACKAGE / "build"
    told = json.loads((modules / PACKAGE / "package.json").read_text())
    lock = json.loads((work / "package-lock.json").read_text())["packages"]
    target = VENDOR / "yasqe"
    map_, style = (build / MAP).read_bytes(), (build / STYLE).read_bytes()
    unpacked(map_, work)
    script, packages = bundle(work)
    whys = [*(one.why for one in CHANGES), *(one.why for one in LEFT_OUT)]
    files = []
    for name, served, source, published, changes in (
        (SCRIPT, script, MAP, map_, whys),
        (STYLE, style, STYLE, style, []),
    ):
        (target / name).write_bytes(served)
        files.append(
            {
                "path": f"yasqe/{name}",
                "sha256": sha256(served),
                "published": {"path": f"build/{source}", "sha256": sha256(published)},
                "changes": changes,
            }
        )
    parts, contains = [], []
    own = (target / "LICENSE-yasgui.txt").read_text(encoding="utf-8").strip()
    parts.append(f"{PACKAGE} {told['version']} ({told['license']}), part of YASGUI\n\n{own}")
    for name in packages:
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
        "bundler": {"name": BUNDLER, "version": BUNDLER_VERSION},
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
