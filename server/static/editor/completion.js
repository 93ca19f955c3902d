/* Completes what is typed: variables, prefixes, and the names of the graph in both languages.
   All from this service; must not know results. */

import { byId, config, make, say } from "../page.js";

const BEFORE = /(?:<[^<>\s"{}|^`\\]*|[?$]?[\p{L}\p{M}\p{N}_:./·“”-]*)$/u;
const AFTER = /^[\p{L}\p{M}\p{N}_:./-]*/u;
const VARIABLE = /[?$][\p{L}_][\p{L}\p{N}_]*/gu;
const PREFIX_LINE = /^\s*PREFIX\s+$/i;
const IDEOGRAPH = /\p{Script=Han}/u;
const KEYWORDS = (
  "SELECT ASK CONSTRUCT DESCRIBE PREFIX BASE DISTINCT REDUCED WHERE FROM NAMED GROUP BY HAVING " +
  "ORDER ASC DESC LIMIT OFFSET VALUES UNION OPTIONAL MINUS GRAPH SERVICE BIND AS FILTER NOT " +
  "EXISTS UNDEF COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT SEPARATOR TRUE FALSE IN IF COALESCE " +
  "REGEX SUBSTR REPLACE BOUND LANG LANGMATCHES DATATYPE STR STRLEN STRSTARTS STRENDS CONTAINS " +
  "CONCAT ISIRI ISLITERAL ISBLANK ISNUMERIC SAMETERM YEAR MONTH DAY ROUND ABS CEIL FLOOR LCASE UCASE"
).split(" ");

const asked = new Map(); // answers by address, for the life of the page

/** Make the editor complete: on Ctrl+Space, and by itself where a name is being typed. */
export function prepare(cm) {
  new MutationObserver(label).observe(byId("cm"), { childList: true });
  cm.on("inputRead", (editor, change) => {
    if (editor.state.completionActive || !["+input", "*compose"].includes(change.origin)) return;
    if (worth(typed(editor).text)) complete(editor, false);
  });
}

/** Show what may stand at the cursor. */
export function complete(cm, aloud = true) {
  cm.showHint({
    completeSingle: false,
    closeCharacters: /[\s(){}[\],;>"']/,
    container: byId("cm"),
    hint: async () => {
      const found = await suggestions(cm);
      if (!found.list.length && aloud) byId("syntax").textContent = say("nothing");
      return found;
    },
  });
}

function typed(cm) {
  const cursor = cm.getCursor();
  const line = cm.getLine(cursor.line);
  const text = BEFORE.exec(line.slice(0, cursor.ch))[0];
  const after = AFTER.exec(line.slice(cursor.ch))[0];
  const from = { line: cursor.line, ch: cursor.ch - text.length };
  const to = { line: cursor.line, ch: cursor.ch + after.length };
  const kind = cm.getTokenAt({ line: from.line, ch: from.ch + 1 }).type || "";
  return { text, from, to, dead: /comment|string(?!-)/.test(kind) };
}

/** Whether suggestions should come unasked: for names, and not for what becomes a keyword. */
function worth(text) {
  if (IDEOGRAPH.test(text)) return true;
  if (text.length < 2) return false;
  if (/^[?$<]/.test(text) || text.includes(":")) return true;
  const upper = text.toUpperCase();
  return text.length > 2 && !KEYWORDS.some((word) => word.startsWith(upper));
}

async function suggestions(cm) {
  const word = typed(cm);
  const list = word.dead ? [] : await fitting(cm, word);
  return { list, from: word.from, to: word.to };
}

/** CodeMirror's list has the right roles, but no name, and it scrolls. */
function label() {
  const list = byId("cm").querySelector(".CodeMirror-hints");
  list?.setAttribute("aria-label", say("suggestions"));
  if (list) list.tabIndex = 0; // never reached by Tab, which takes the suggestion
}

async function fitting(cm, word) {
  const before = cm.getLine(word.from.line).slice(0, word.from.ch);
  if (PREFIX_LINE.test(before)) return prefixes(word.text);
  if (/^[?$]/.test(word.text)) return variables(cm, word.text);
  const kind = expected(cm, word, before);
  let items = await names(word.text, kind);
  if (!items.length && kind) items = await names(word.text, "");
  return items.map(hint);
}

/** What the grammar expects there: a class after “a”, a property after a subject, else a resource. */
function expected(cm, word, before) {
  const earlier = before.trimEnd() || previousLine(cm, word.from.line);
  if (/(^|\s)(a|rdf:type|rdfs:subClassOf|rdfs:domain|rdfs:range)$/.test(earlier)) return "class";
  const state = cm.getTokenAt(word.from, true).state;
  if ((state.possibleNext || []).includes("a")) return "property";
  return "";
}

function previousLine(cm, line) {
  for (let at = line - 1; at >= 0; at -= 1) {
    const text = cm.getLine(at).trimEnd();
    if (text.trim()) return text;
  }
  return "";
}

function prefixes(text) {
  return Object.entries(config.prefixes)
    .filter(([prefix]) => `${prefix}:`.startsWith(text))
    .map(([prefix, namespace]) => ({
      text: `${prefix}: <${namespace}>`,
      render: (element) => fill(element, `${prefix}:`, namespace, say("prefix")),
    }));
}

function variables(cm, text) {
  const all = new Set(cm.getValue().match(VARIABLE) || []);
  all.delete(text);
  return [...all]
    .filter((name) => name.startsWith(text))
    .sort()
    .map((name) => ({ text: name, render: (element) => fill(element, name, "", say("variable")) }));
}

async function names(text, kind) {
  const address = `${config.completions}?${new URLSearchParams({ q: text, ...(kind && { kind }) })}`;
  if (!asked.has(address)) {
    const answer = fetch(address).then((response) => (response.ok ? response.json() : { items: [] }));
    asked.set(
      address,
      answer.catch(() => {
        asked.delete(address);
        return { items: [] };
      }),
    );
  }
  return (await asked.get(address)).items;
}

function hint(item) {
  const other = config.lang === "zh" ? "en" : "zh";
  const type = item.type ? item.type[config.lang] : say(item.kind);
  const label =
    item.kind === "prefix"
      ? item.iri
      : [item.label[config.lang], item.label[other]].filter((text, at, all) => all.indexOf(text) === at);
  const text = item.kind === "prefix" ? item.name : item.name || `<${item.iri}>`;
  return {
    text,
    render: (element) =>
      fill(element, item.name || shorter(item.iri), [label].flat().join(" · "), type || ""),
    hint: (cm, data) => insert(cm, data, text, item.prefix),
  };
}

const shorter = (iri) => (iri.startsWith(config.base) ? iri.slice(config.base.length) : iri);

function fill(element, name, label, type) {
  element.append(make("span", { class: "hint-name" }, name));
  if (label) element.append(" ", make("span", { class: "hint-label" }, label));
  if (type) element.append(" ", make("span", { class: "hint-type" }, type));
}

/** Put a name in, and declare its prefix where the query does not. */
function insert(cm, data, text, prefix) {
  cm.operation(() => {
    cm.replaceRange(text, data.from, data.to, "complete");
    if (prefix === null || prefix === undefined || declared(cm, prefix)) return;
    const lines = cm.getValue().split("\n");
    const last = lines.findLastIndex((line) => /^\s*(PREFIX|BASE)\b/i.test(line));
    const first = lines.findIndex((line) => !/^\s*(#|$)/.test(line));
    const at = last >= 0 ? last + 1 : Math.max(first, 0);
    cm.replaceRange(`PREFIX ${prefix}: <${config.prefixes[prefix]}>\n`, { line: at, ch: 0 });
  });
}

function declared(cm, prefix) {
  const pattern = new RegExp(`(^|\\s)PREFIX\\s+${prefix}:`, "i");
  return pattern.test(cm.getValue());
}
