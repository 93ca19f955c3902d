/* The page that asks and answers, with scripts: suggestions, clauses, copying, history, feedback.
   Without them it is a form and its answer. */

import { prepare as prepareClauses } from "./ask/clauses.js";
import { prepare as prepareCombobox } from "./ask/combobox.js";
import { prepare as prepareCopying } from "./ask/copying.js";
import { prepare as prepareFeedback } from "./ask/feedback.js";
import { prepare as prepareHistory } from "./ask/history.js";
import { prepare as prepareMenus } from "./ask/menus.js";
import { questions } from "./ask/suggesting.js";
import { byId, config, say } from "./page.js";

const counted = (n) =>
  n ? say(n === 1 ? "suggested-one" : "suggested", { n }) : say("no-suggestion");
prepareCombobox(
  byId("q"), byId("suggestions"), byId("suggested"), say("suggestions"), questions, counted,
);
prepareHistory();
if (config.asked) {
  prepareMenus();
  prepareClauses();
  prepareCopying();
  prepareFeedback();
} else if (!matchMedia("(pointer: coarse)").matches) {
  byId("q").focus(); // on a phone it would raise the keyboard over the examples
}
