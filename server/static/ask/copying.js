/* Buttons that copy: a link, a citation, or the whole answer with its clauses.
   Must not know what is copied. */

import { byId, say } from "../page.js";

/** Let the buttons copy. */
export function prepare() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () => copy(() => button.dataset.copy));
  }
  byId("copy-answer")?.addEventListener("click", () =>
    copy(async () => (await fetch(byId("markdown").href)).text()),
  );
}

async function copy(read) {
  byId("said").textContent = "";
  let told = "copied";
  try {
    await navigator.clipboard.writeText(await read());
  } catch {
    told = "copy-by-hand"; // without a secure context, or without leave
  }
  tell(say(told));
}

/** Say it to a screen reader, and show it for a while. */
export function tell(text) {
  const said = byId("said");
  said.textContent = text;
  said.classList.add("shown");
  setTimeout(() => said.classList.remove("shown"), 4000);
}
