/* RDF terms: how they are written short, and read from N-Triples.
   Must not know tables. */

import { config } from "../page.js";

const namespaces = Object.entries(config.prefixes).sort((a, b) => b[1].length - a[1].length);
const LOCAL = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?$/;

/** An IRI as a prefixed name, or without the base where it is one of ours, or in full. */
export function short(iri) {
  for (const [prefix, namespace] of namespaces) {
    const local = iri.slice(namespace.length);
    if (iri.startsWith(namespace) && LOCAL.test(local)) return `${prefix}:${local}`;
  }
  return iri.startsWith(config.base) ? iri.slice(config.base.length) : iri;
}

/** The address here of a resource of ours; empty for any other. */
export function page(iri) {
  return config.local.some((start) => iri.startsWith(start))
    ? `/${iri.slice(config.base.length)}?lang=${config.lang}`
    : "";
}

/** The text of a term, as it is sorted and drawn. */
export const plain = (term) => (!term ? "" : term.type === "uri" ? short(term.value) : term.value);

const NUMBERS =
  /^http:\/\/www\.w3\.org\/2001\/XMLSchema#(integer|decimal|double|float|(non)?(positive|negative)Integer|nonNegativeInteger|nonPositiveInteger|(unsigned)?(long|int|short|byte|Long|Int|Short|Byte))$/;

/** The number that a literal is; NaN for anything else. */
export function figure(term) {
  return term && term.type !== "uri" && NUMBERS.test(term.datatype || "")
    ? Number(term.value)
    : NaN;
}

const TERM = String.raw`(<[^>]*>|_:\S+|"(?:[^"\\]|\\.)*"(?:@[A-Za-z0-9-]+|\^\^<[^>]*>)?)`;
const TRIPLE = new RegExp(String.raw`^${TERM}\s+${TERM}\s+${TERM}\s*\.\s*$`);
const ESCAPES = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f", '"': '"', "'": "'", "\\": "\\" };

/** Rows of subject, predicate and object, as SPARQL's JSON has them. */
export function triples(text) {
  const rows = [];
  for (const line of text.split("\n")) {
    const found = TRIPLE.exec(line.trim());
    if (found) {
      const [subject, predicate, object] = found.slice(1).map(term);
      rows.push({ subject, predicate, object });
    }
  }
  return rows;
}

function term(text) {
  if (text[0] === "<") return { type: "uri", value: unescaped(text.slice(1, -1)) };
  if (text[0] === "_") return { type: "bnode", value: text.slice(2) };
  const end = text.lastIndexOf('"');
  const rest = text.slice(end + 1);
  const literal = { type: "literal", value: unescaped(text.slice(1, end)) };
  if (rest.startsWith("@")) literal["xml:lang"] = rest.slice(1);
  else if (rest.startsWith("^^")) literal.datatype = rest.slice(3, -1);
  return literal;
}

function unescaped(text) {
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (whole, four, eight, one) =>
    one ? (ESCAPES[one] ?? whole) : String.fromCodePoint(parseInt(four || eight, 16)),
  );
}
