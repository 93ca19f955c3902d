/* Checking a report, with scripts: the file is checked as soon as it is chosen or dropped, and the
   result comes onto the page, which keeps the file for the next button. Without them the form
   does the same with a page of its own. */

import { byId, say } from "./page.js";

const form = byId("checking");
const field = byId("file");
const said = byId("progress-said");
let latest = 0; // of the checks: an answer that comes after a later one was asked for is dropped

async function check() {
  if (!field.files.length) return;
  const own = ++latest;
  const began = performance.now();
  const name =
    field.files.length === 1 ? field.files[0].name : say("some", { n: field.files.length });
  said.textContent = say("checking", { name });
  const data = new FormData(form);
  data.set("do", "check");
  data.delete("token");
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: data });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (own !== latest) return;
    const result = page.getElementById("result");
    if (!result) throw new Error(page.querySelector("main p")?.textContent ?? answer.statusText);
    byId("result").replaceChildren(...result.childNodes);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    said.textContent = say("checked", { seconds });
    byId("verdict")?.scrollIntoView({ block: "start" });
  } catch (error) {
    if (own !== latest) return;
    const why = error instanceof TypeError ? say("no-answer") : error.message;
    said.textContent = say("failed", { why });
  } finally {
    if (own === latest) form.removeAttribute("aria-busy");
  }
}

field.addEventListener("change", check);

form.addEventListener("submit", (event) => {
  if (event.submitter?.value !== "submit" && field.files.length) {
    event.preventDefault();
    check();
  }
});

for (const kind of ["dragenter", "dragover"]) {
  form.addEventListener(kind, (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
}

form.addEventListener("dragleave", (event) => {
  if (!form.contains(event.relatedTarget)) form.classList.remove("over");
});

form.addEventListener("drop", (event) => {
  event.preventDefault();
  form.classList.remove("over");
  if (event.dataTransfer.files.length) {
    field.files = event.dataTransfer.files;
    check();
  }
});

/* A file dropped beside the form must not take the place of the page. */
for (const kind of ["dragover", "drop"]) {
  addEventListener(kind, (event) => event.preventDefault());
}
