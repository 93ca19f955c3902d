/* Feedback without leaving the page. Must not know where it is kept. */

import { byId, config, say } from "../page.js";

/** Send the form in place. */
export function prepare() {
  const form = byId("feedback");
  if (!form) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, event.submitter?.value || "up");
  });
}

async function send(form, verdict) {
  const held = { ...Object.fromEntries(new FormData(form)), verdict };
  if (verdict === "up") Object.assign(held, { reason: "", comment: "" });
  try {
    const answer = await fetch(config.feedback, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": config.lang },
      body: JSON.stringify(held),
    });
    if (!answer.ok) throw new Error((await answer.json()).detail);
    form.hidden = true;
    byId("noted").textContent = say("thanks");
  } catch (problem) {
    const why = problem instanceof TypeError ? say("no-answer") : problem.message;
    byId("noted").textContent = say("not-kept", { why });
  }
}
