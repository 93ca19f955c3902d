/* Where suggestions come from: questions that have an answer, and names of pages.
   Must not know how they are shown. */

import { config, say } from "../page.js";

const HAN = /\p{Script=Han}/u;

/** Questions that fit. @param {string} typed @param {AbortSignal} signal @param {number} limit */
export async function questions(typed, signal, limit = 8) {
  // Pinyin may stand for Chinese on a Chinese page, but Chinese letters say it on any.
  const lang = HAN.test(typed) ? "zh" : config.lang;
  const found = await asked(config.suggest, { q: typed, lang, limit }, signal);
  return (found?.suggestions ?? []).map((one) => ({ text: one.question, lang: one.lang }));
}

/** Names that fit, each with its class, where it belongs, and its page. */
export async function names(typed, signal, limit = 10) {
  const { lang } = config;
  const found = await asked(config.names, { q: typed, lang, limit }, signal);
  return (found?.items ?? []).map((one) => ({
    text: one.label[lang],
    lang,
    href: one.page,
    notes: [one.type?.[lang], one.context?.[lang]].filter((note) => note && note !== one.label[lang]),
  }));
}

/** Names first, and questions after them. */
export async function both(typed, signal) {
  const [pages, asks] = await Promise.all([names(typed, signal, 5), questions(typed, signal, 6)]);
  return [...pages.map((one) => ({ ...one, notes: [...one.notes, say("name")] })), ...asks];
}

async function asked(address, parameters, signal) {
  const answer = await fetch(`${address}?${new URLSearchParams(parameters)}`, { signal });
  return answer.ok ? answer.json() : null;
}
