"""Whatever is uploaded is a report or is refused with a sentence; reading never fails."""

from __future__ import annotations

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kb.reports.codelists import CodeLists
from kb.reports.reading import read
from kb.reports.sheet import Upload
from tests.reports.mutating import mutated


def assert_answered(upload: Upload, lists: CodeLists) -> None:
    reading = read(upload, lists)
    # The code of a reader that failed, or was stopped: these files are small.
    assert reading.code != "unreadable", upload
    if reading.refused is not None:
        assert reading.refused.zh
        assert reading.refused.en
        assert reading.observations == ()
    else:
        assert reading.rows >= len(reading.observations)
        assert all(finding.cells for finding in reading.findings)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 2**32))
def test_mutated_files_are_read_or_refused(lists: CodeLists, seed: int) -> None:
    assert_answered(mutated(seed), lists)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(), st.binary())
@example("", b"PK\x03\x04")
@example("", b"\xff\xfe\x00")
@example("a.ttl", b"[")
def test_any_bytes_are_read_or_refused(lists: CodeLists, name: str, data: bytes) -> None:
    assert_answered(Upload(name, data), lists)
