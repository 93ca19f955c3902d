/* Suggestions while one types: an editable combobox with a list (ARIA 1.2).
   Must not know what is suggested. */

import { make } from "../page.js";

const PAUSE = 120; // milliseconds without a key before it asks

/** Make a field a combobox.
    @param {HTMLInputElement} field @param {HTMLElement} list @param {HTMLElement} told
    @param {string} label of the list
    @param {(typed: string, signal: AbortSignal) => Promise<{text: string, lang: string,
      notes?: string[], href?: string}[]>} suggest what fits; one with an address is gone to, any
      other is sent with the form
    @param {(count: number) => string} counted what a screen reader is told */
export function prepare(field, list, told, label, suggest, counted) {
  let shown = [];
  let active = -1;
  let typed = field.value;
  let running = null;
  let later = 0;

  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-expanded", "false");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-haspopup", "listbox");
  list.setAttribute("aria-label", label);

  field.addEventListener("input", (event) => {
    if (!event.isComposing) changed(); // half-typed pinyin is no question
  });
  field.addEventListener("compositionend", changed);
  field.addEventListener("keydown", pressed);
  field.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps focus
  list.addEventListener("click", (event) => {
    const place = [...list.children].indexOf(event.target.closest("[role=option]"));
    if (place >= 0) choose(place);
  });

  function changed() {
    typed = field.value;
    clearTimeout(later);
    running?.abort();
    if (!typed.trim()) {
      close();
      return;
    }
    later = setTimeout(look, PAUSE);
  }

  async function look() {
    running?.abort();
    const own = new AbortController();
    running = own;
    try {
      const found = await suggest(typed, own.signal);
      if (running === own && document.activeElement === field) show(found);
    } catch {
      // Stopped by the next key, or no answer: one can ask without suggestions.
    }
  }

  function show(found) {
    shown = found;
    active = -1;
    list.replaceChildren(...found.map(option));
    open(found.length > 0);
    told.textContent = counted(found.length);
  }

  function option(one, place) {
    const notes = (one.notes ?? []).map((note) => make("span", { class: "quiet" }, " ", note));
    const attributes = { role: "option", id: `suggestion-${place}`, "aria-selected": "false" };
    return make("li", { ...attributes, lang: one.lang }, make("bdi", {}, one.text), ...notes);
  }

  function open(on) {
    list.hidden = !on;
    field.setAttribute("aria-expanded", String(on));
    if (!on) activate(-1);
  }

  function close() {
    clearTimeout(later);
    running?.abort();
    running = null;
    open(false);
    told.textContent = "";
  }

  function activate(place) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = place;
    const option = list.children[place];
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", option.id);
    } else {
      field.removeAttribute("aria-activedescendant");
    }
    field.value = option ? shown[place].text : typed;
  }

  function choose(place) {
    const { text, lang, href } = shown[place];
    field.value = text;
    typed = text;
    close();
    if (href) {
      location.assign(href);
      return;
    }
    field.form.elements.lang.value = lang;
    field.form.requestSubmit();
  }

  function pressed(event) {
    if (event.isComposing || event.keyCode === 229) {
      // These keys are the input method's: Enter takes a candidate and must not ask.
      if (event.key === "Enter") event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey) return;
    const opened = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (opened) move(event.key === "ArrowDown" ? 1 : -1);
      else if (shown.length && field.value === typed && !event.altKey) reopen(event.key);
      else if (field.value.trim()) look();
    } else if (event.key === "Escape" && opened) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && opened && active >= 0) {
      event.preventDefault();
      choose(active);
    } else if ((event.key === "Home" || event.key === "End") && opened) {
      activate(-1); // back to what was typed, where the key moves the cursor
    } else if (event.key === "Enter") {
      close();
    }
  }

  function reopen(key) {
    open(true);
    move(key === "ArrowDown" ? 1 : -1);
  }

  /** One up or down; past either end stands what was typed. */
  function move(by) {
    const count = shown.length + 1;
    activate(((active + 1 + by + count) % count) - 1);
  }
}
