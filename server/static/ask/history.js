/* The questions asked in this browser: kept here and nowhere else.
   Must not know what was answered. */

import { byId, config, make, say } from "../page.js";
import { tell } from "./copying.js";

const KEPT = "plankb-asked";
const MOST = 30;

/** Note the question of this page, and list those before it. */
export function prepare() {
  const before = read();
  if (config.asked) {
    const others = before.filter((one) => one.q !== config.asked.q || one.context !== config.asked.context);
    write([config.asked, ...others].slice(0, MOST));
  }
  const listed = before.filter((one) => one.q !== config.asked?.q);
  byId("asked-list").replaceChildren(...listed.map(entry));
  byId("history").hidden = !listed.length;
  byId("clear-history").addEventListener("click", () => {
    write([]);
    byId("history").hidden = true;
    tell(say("cleared"));
    byId("q").focus();
  });
}

function entry({ q, lang, context }) {
  const asked = new URLSearchParams({ q, lang, ...(context ? { context } : {}) });
  return make("li", {}, make("a", { href: `${config.page}?${asked}` }, make("bdi", {}, q)));
}

function read() {
  try {
    const held = JSON.parse(localStorage.getItem(KEPT) || "[]");
    // Whatever else was put there is not ours.
    return held.filter((one) => typeof one.q === "string" && ["zh", "en"].includes(one.lang));
  } catch {
    return [];
  }
}

function write(list) {
  try {
    if (list.length) localStorage.setItem(KEPT, JSON.stringify(list));
    else localStorage.removeItem(KEPT);
  } catch {
    // A browser that keeps nothing.
  }
}
