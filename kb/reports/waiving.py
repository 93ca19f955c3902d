"""Which finding of an audit somebody means to let pass.

A waiver names a rule and cells, and holds where an audit has a finding of both: one that names
none would be silent for ever. Must not know who may waive.
"""

from __future__ import annotations

from collections.abc import Iterable

from kb.errors import InputError
from kb.reports.finding import Audit, Finding
from kb.text import Text

#: Findings that an error lists.
_SHOWN = 5


def places(finding: Finding) -> tuple[str, ...]:
    """Where a finding's cells are, as waivers name them: ``E7``, or ``report!E7``."""
    return tuple(f"{cell.sheet}!{cell.cell}" if cell.sheet else cell.cell for cell in finding.cells)


def meant(audit: Audit | None, rule: str, cells: Iterable[str]) -> tuple[str, ...]:
    """The cells of the finding that is meant: all of them, where only some were named.

    Args:
        audit: the newest one of the submission; None where it has none.
        rule: name of the rule.
        cells: those that were named; the one to mend first is enough.

    Raises:
        InputError: ``no-finding``: there is none, or there are several.
    """
    named = tuple(cells)
    findings = audit.findings if audit is not None else ()
    own = [places(one) for one in findings if one.rule == rule]
    if named in own:
        return named
    fits = [one for one in own if named and one[:1] == named[:1] and set(named) <= set(one)]
    if len(fits) == 1:
        return fits[0]
    known = [f"{one.rule} {' '.join(places(one))}" for one in findings]
    known.sort(key=lambda text: not text.startswith(rule + " "))
    raise _none(rule, named, known)


def _none(rule: str, named: tuple[str, ...], known: list[str]) -> InputError:
    where = " ".join(named)
    listed = "; ".join(known[:_SHOWN]) + (" …" if len(known) > _SHOWN else "")
    return InputError(
        "no-finding",
        Text(
            zh=f"审核中没有“{rule}”在 {where} 的发现",
            en=f"the audit has no finding of {rule} at {where}",
        ),
        Text(
            zh=f"写明规则和单元格，例如：{listed}" if listed else "没有可豁免的发现",
            en=f"name rule and cells of one, such as: {listed}"
            if listed
            else "there is nothing to let pass",
        ),
        rule=rule,
        cells=list(named),
    )
