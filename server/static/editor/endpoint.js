/* Asks the SPARQL endpoint, and reads what it answers: a result or a problem document.
   Must not know how either is shown. */

import { config, say } from "../page.js";

/** Longer ones are posted: some proxies cut an address. Shorter ones can be cached by it. */
const LONGEST_ADDRESS = 4000;

/** An error as the endpoint tells it. */
export class Problem extends Error {
  constructor(status, title, detail, hint) {
    super(detail || title);
    Object.assign(this, { status, title, detail, hint });
  }
}

/**
 * Run a query.
 * @param {string} query
 * @param {{format?: string, signal?: AbortSignal}} how a format by name; by default one to show
 * @returns {Promise<{text: string, media: string, revision: string, elapsed: number}>}
 */
export async function ask(query, { format, signal } = {}) {
  const parameters = new URLSearchParams({ query, ...(format ? { format } : {}) });
  const address = `${config.endpoint}?${parameters}`;
  const headers = {
    Accept: "application/sparql-results+json, application/n-triples;q=0.9",
    "Accept-Language": config.lang,
  };
  if (format) headers.Accept = "*/*";
  const began = performance.now();
  let answer;
  let text;
  try {
    answer =
      address.length <= LONGEST_ADDRESS
        ? await fetch(address, { headers, signal })
        : await fetch(config.endpoint, { method: "POST", body: parameters, headers, signal });
    text = await answer.text();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, say("no-answer"), "", say("try-again"));
  }
  if (!answer.ok) throw problem(answer, text);
  return {
    text,
    media: (answer.headers.get("Content-Type") || "").split(";")[0],
    revision: answer.headers.get("X-Revision") || "",
    elapsed: performance.now() - began,
  };
}

function problem(answer, text) {
  try {
    const told = JSON.parse(text);
    return new Problem(answer.status, told.title, told.detail, told.hint);
  } catch {
    return new Problem(answer.status, answer.statusText, text.slice(0, 500), "");
  }
}
