"""The SPARQL endpoint: SPARQL 1.1 Protocol for queries, over the guarded store.

Must not know how a query is run or stopped.
"""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from kb.errors import InputError, QueryProblem, UnknownName
from kb.store import formats, reading
from kb.store.interface import Form
from kb.text import Text
from server.access import knowledge

blueprint = Blueprint("sparql", __name__)

_DESCRIPTION = """@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
@prefix formats: <http://www.w3.org/ns/formats/> .

<{here}> a sd:Service ;
    sd:endpoint <{here}> ;
    sd:supportedLanguage sd:SPARQL11Query ;
    sd:feature sd:UnionDefaultGraph , sd:EmptyGraphs ;
    sd:resultFormat formats:SPARQL_Results_JSON , formats:SPARQL_Results_XML ,
        formats:SPARQL_Results_CSV , formats:SPARQL_Results_TSV , formats:Turtle ,
        formats:N-Triples , formats:RDF_XML , formats:JSON-LD .
"""


@blueprint.route("/sparql", methods=["GET", "POST"])
def endpoint() -> Response:
    """Run a query; without one, describe the service where RDF is asked for."""
    text, parameters = _query()
    if text is None:
        if request.method == "GET" and "text/turtle" in request.accept_mimetypes.values():
            body = _DESCRIPTION.format(here=request.base_url)
            return Response(body, content_type="text/turtle; charset=utf-8")
        raise InputError(
            "query-missing",
            Text("没有查询", "there is no query"),
            Text(
                "用参数 query 给出，或以 application/sparql-query 发送",
                "give it as the parameter query, or send it as application/sparql-query",
            ),
        )
    form = reading.read(text).form
    result = knowledge().store.query(
        text,
        format=_format(form, parameters.get("format")),
        default_graphs=parameters.getlist("default-graph-uri"),
        named_graphs=parameters.getlist("named-graph-uri"),
    )
    response = Response(result.body, content_type=result.media_type)
    response.headers["Vary"] = "Accept"
    response.headers["Content-Length"] = str(len(result.body))
    response.headers["X-Revision"] = result.revision
    return response


def _query() -> tuple[str | None, MultiDict[str, str]]:
    """The query and the protocol's parameters, by the three ways of sending them."""
    media = request.mimetype
    if request.method == "GET":
        parameters = request.args
    elif media == "application/x-www-form-urlencoded":
        parameters = request.form
    elif media == "application/sparql-query":
        return _text(request.get_data()), request.args
    elif media == "application/sparql-update":
        raise _no_update()
    else:
        raise InputError(
            "media-type",
            Text(f"内容类型“{media}”不可用", f"the media type “{media}” cannot be used"),
            Text(
                "用 application/sparql-query 或 application/x-www-form-urlencoded",
                "use application/sparql-query or application/x-www-form-urlencoded",
            ),
        )
    if "update" in parameters:
        raise _no_update()
    found = parameters.getlist("query")
    if len(found) > 1:
        raise InputError(
            "query-repeated",
            Text(f"给出了 {len(found)} 个查询", f"{len(found)} queries were given"),
            Text("每次请求一个", "send one with each request"),
        )
    return (found[0] if found else None), parameters


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            "query-encoding",
            Text("查询不是 UTF-8", "the query is not UTF-8"),
            Text("请以 UTF-8 发送", "send it in UTF-8"),
        ) from error


def _format(form: Form, name: str | None) -> str:
    """The short name of the format to send, by parameter or by ``Accept``.

    Raises:
        UnknownName: nothing that is asked for can be sent.
    """
    if name:
        return formats.choose(name, form).name
    offered = formats.offered(form)
    accept = request.accept_mimetypes
    if not accept:
        return offered[0].name
    best, quality = offered[0].name, 0.0
    for format in offered:
        media = format.media_type.split(";")[0]
        own = max(accept.quality(kind) for kind in (media, *format.also))
        if own > quality:
            best, quality = format.name, own
    if not quality:
        kinds = ", ".join(format.media_type.split(";")[0] for format in offered)
        raise UnknownName(
            "not-acceptable",
            Text("没有所要求的格式", "none of the formats asked for is available"),
            Text(f"可用：{kinds}", f"there are: {kinds}"),
        )
    return best


def _no_update() -> QueryProblem:
    return QueryProblem(
        "query-refused",
        Text("此处不接受更新，只接受查询", "updates are not taken here, only queries"),
        Text(
            "数据来自规划文件和填报的报表；要更改数据，请修改文件或提交报表",
            "data comes from the plan files and from submitted reports; to change it, edit the "
            "files or submit a report",
        ),
    )
