"""The files of a request: parts called ``file`` of a form, or the body itself.

Must not know what is in them.
"""

from __future__ import annotations

import base64
import binascii
import re
from email.message import Message

from flask import request

from kb.errors import InputError
from kb.reports.sheet import Upload
from kb.text import Text
from server.desks import settings

MULTIPART = "multipart/form-data"
#: What a body by itself may be; what is really in it is found out by reading.
MEDIA = {
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "text/plain": "csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/json": "json",
    "text/turtle": "ttl",
    "application/octet-stream": "bin",
}
#: By the end of a name, the media type that browsers do not agree on.
_BY_ENDING = {ending: media for media, ending in MEDIA.items() if media != "text/plain"}
#: Files of one batch: all teams of the plan, twice over.
_MOST = 24
#: Beside the files: boundaries, names and the other fields.
_BESIDE = 2**20
_LONGEST_NAME = 200
#: A file that a page carries along, so that what was checked can be handed in as it is.
KEPT_LARGEST = 2**20


def allow() -> None:
    """Let the request be as large as files may be; called before anything is read of it."""
    largest = settings().upload_mb * 2**20
    request.max_content_length = largest + _BESIDE
    request.max_form_memory_size = 2 * KEPT_LARGEST


def given() -> list[tuple[Upload, str]]:
    """The files of a request, each with its media type.

    Raises:
        InputError: ``media-type``; ``file-missing``; ``too-many-files``.
    """
    if request.mimetype == MULTIPART:
        found = [
            (
                Upload(_name(part.filename or ""), part.stream.read()),
                _media(part.mimetype, part.filename),
            )
            for part in request.files.getlist("file")
            # A form whose field was left empty sends a part without name and bytes.
            if part.filename or part.content_length
        ]
        if not found:
            raise no_file()
    elif request.mimetype in MEDIA:
        data = request.get_data()
        if not data:
            raise no_file()
        found = [
            (
                Upload(_name(_told_name() or f"report.{MEDIA[request.mimetype]}"), data),
                request.mimetype,
            )
        ]
    else:
        raise InputError(
            "media-type",
            Text(
                f"内容类型“{request.mimetype[:80]}”不可用",
                f"the media type “{request.mimetype[:80]}” cannot be used",
            ),
            Text(
                "用 multipart/form-data 的 file 字段，或直接发送文件：" + "、".join(MEDIA),
                "send a file as the part “file” of multipart/form-data, or as the body, as "
                + ", ".join(MEDIA),
            ),
        )
    if len(found) > _MOST:
        raise InputError(
            "too-many-files",
            Text(f"一次最多 {_MOST} 个文件", f"at most {_MOST} files at a time"),
            Text("分几次发送", "send them in parts"),
        )
    return found


def one() -> tuple[Upload, str]:
    """The only file of a request, with its media type.

    Raises:
        InputError: as :func:`given`, or there are several (``one-file``).
    """
    found = given()
    if len(found) > 1:
        raise InputError(
            "one-file",
            Text("一次提交一个文件", "one file is handed in at a time"),
            Text("分别提交；/api/audit 可一起审核几个", "/api/audit checks several together"),
        )
    return found[0]


def carried() -> tuple[Upload, str] | None:
    """The file that a page carried along from when it was checked, if it did."""
    data = request.form.get("kept", "")
    if not data:
        return None
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return None
    name = _name(request.form.get("kept-name", ""))
    return Upload(name, content), _media("", name)


def to_carry(upload: Upload) -> str:
    """A file for a hidden field; empty where it is too large for one."""
    return base64.b64encode(upload.data).decode() if len(upload.data) <= KEPT_LARGEST else ""


def no_file() -> InputError:
    """Nothing was sent."""
    return InputError(
        "file-missing",
        Text("没有文件", "there is no file"),
        Text(
            "选择一个文件；程序用 file 字段发送", "choose one; programs send it as the part “file”"
        ),
    )


def _name(text: str) -> str:
    """What a file is called: shown and sent back, never a path."""
    last = re.split(r"[\\/]", text)[-1]
    clean = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", "", last).strip()
    return clean[-_LONGEST_NAME:] or "report"


def _media(told: str, name: str | None) -> str:
    ending = (name or "").rpartition(".")[2].lower()
    if told in MEDIA and told not in ("application/octet-stream", "text/plain"):
        return told
    return _BY_ENDING.get(ending, "application/octet-stream")


def _told_name() -> str:
    """The name in Content-Disposition of a body by itself (RFC 6266)."""
    message = Message()
    message["Content-Disposition"] = request.headers.get("Content-Disposition", "")
    return message.get_filename() or ""
