/* The link to a query: in the fragment, so that it may be long and the page stays the same.
   Must not know what is done with it. */

/** What the address says: the query, how to show its result, and whether to run it. */
export function read(hash = location.hash) {
  const held = new URLSearchParams(hash.replace(/^#/, ""));
  return held.has("query")
    ? { query: held.get("query"), view: held.get("view") || "table", run: held.get("run") === "1" }
    : null;
}

/** The fragment of a query. */
export function fragment(query, view, run = true) {
  const parts = { query, ...(view && view !== "table" ? { view } : {}), ...(run ? { run: 1 } : {}) };
  // encodeURIComponent, not URLSearchParams: a + would be read as itself by some mail programs.
  return "#" + Object.entries(parts).map(([k, v]) => `${k}=${encodeURIComponent(v)}`).join("&");
}

/** The whole link to a query. */
export function link(query, view) {
  const page = new URL(location.href);
  for (const name of ["query", "example"]) page.searchParams.delete(name);
  page.hash = fragment(query, view);
  return page.href;
}

/** Put a query into the address bar, without a new entry in the history. */
export function show(query, view) {
  history.replaceState(null, "", link(query, view));
}
