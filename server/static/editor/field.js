/* The field that a query is written in: YASQE, or the plain text field that it grows from.
   Must not know what happens to a query. */

import { complete, prepare as prepareCompletion } from "./completion.js";
import { byId, config, say } from "../page.js";

const field = byId("query");
const box = byId("cm");
const KEPT = "plankb-editor-plain";

let cm = null;
let plain = false;

/** Make the field an editor. @param {{run: Function, changed: Function}} calls */
export function prepare({ run, changed }) {
  const { Yasqe } = window;
  // Defaults that ask other services are replaced before any editor exists.
  Yasqe.defaults.autocompleters = [];
  Yasqe.defaults.requestConfig.endpoint = config.endpoint;
  field.required = false; // it is hidden, and a browser would refuse to submit without a word
  const start = field.value;
  new Yasqe(box, {
    value: start,
    autocompleters: [],
    showQueryButton: false,
    resizeable: false,
    createShareableLink: null,
    consumeShareLink: null,
    persistenceId: null,
    editorHeight: null,
    viewportMargin: Infinity,
    screenReaderLabel: say("editor"),
    extraKeys: keys(run),
  });
  // CodeMirror itself: YASQE's own object is a copy whose state can differ.
  cm = box.querySelector(".CodeMirror").CodeMirror;
  const input = cm.getInputField();
  input.setAttribute("aria-label", say("editor"));
  input.setAttribute("aria-describedby", "keys syntax");
  prepareCompletion(cm);
  cm.on("changes", () => {
    explain();
    changed();
  });
  cm.on("blur", () => leave(false));
  field.addEventListener("input", changed);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run();
    }
  });
  document.querySelector("label[for=query]").addEventListener("click", (event) => {
    if (plain) return;
    event.preventDefault();
    cm.focus();
  });
  const box_ = byId("plain");
  box_.checked = remembered();
  box_.addEventListener("change", () => choose(box_.checked));
  choose(box_.checked);
}

/** The query. */
export const read = () => (plain ? field.value : cm.getValue());

/** Put another query in. */
export function write(query) {
  field.value = query;
  cm.setValue(query);
  cm.clearHistory();
}

/** Put the cursor at the start of a line, counted from 1. */
export function goTo(line) {
  if (plain) {
    const at = field.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    field.focus();
    field.setSelectionRange(at, at);
    return;
  }
  cm.focus();
  cm.setCursor({ line: line - 1, ch: 0 });
}

export const focus = () => (plain ? field.focus() : cm.focus());

function choose(on) {
  const query = plain ? field.value : cm.getValue();
  plain = on;
  field.hidden = !plain;
  box.hidden = plain;
  if (plain) field.value = query;
  else if (cm.getValue() !== query) cm.setValue(query);
  if (!plain) cm.refresh();
  try {
    localStorage.setItem(KEPT, on ? "1" : "");
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
}

function remembered() {
  try {
    return localStorage.getItem(KEPT) === "1";
  } catch {
    return false;
  }
}

function keys(run) {
  return {
    "Ctrl-Enter": run,
    "Cmd-Enter": run,
    "Ctrl-Space": (editor) => complete(editor),
    "Ctrl-S": false,
    Esc: () => leave(true),
    Tab: (editor) =>
      editor.somethingSelected() ? editor.execCommand("indentMore") : editor.execCommand("insertSoftTab"),
    "Shift-Tab": (editor) => editor.execCommand("indentLess"),
  };
}

/** After Esc, Tab is the browser's again, until the editor is left. */
function leave(on) {
  const own = cm.getOption("extraKeys");
  const kept = own.kept || { Tab: own.Tab, "Shift-Tab": own["Shift-Tab"] };
  const free = { Tab: false, "Shift-Tab": false };
  cm.setOption("extraKeys", { ...own, kept, ...(on ? free : kept) });
  if (on) byId("syntax").textContent = say("leave");
}

let later = 0;

/** Where the query does not parse, in words; only after a pause, as it is read aloud. */
function explain() {
  for (const icon of box.querySelectorAll(".parseErrorIcon")) {
    icon.onmouseover = null; // YASQE's note is in English only
    icon.onmouseout = null;
    icon.setAttribute("aria-hidden", "true");
  }
  clearTimeout(later);
  later = setTimeout(() => {
    byId("syntax").textContent = fault();
  }, 700);
}

function fault() {
  for (let line = 0; line < cm.lineCount(); line += 1) {
    const { state } = cm.getTokenAt({ line, ch: cm.getLine(line).length }, true);
    if (state.OK === false) {
      const found = say("invalid", { line: line + 1 });
      const what = (state.possibleCurrent || []).slice(0, 8).join(" ");
      return what ? `${found}. ${say("expected", { what })}` : found;
    }
  }
  return "";
}
