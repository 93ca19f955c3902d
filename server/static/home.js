/* The first page, with scripts: names and questions while one types.
   Without them its box asks. */

import { prepare } from "./ask/combobox.js";
import { both } from "./ask/suggesting.js";
import { byId, say } from "./page.js";

const counted = (n) =>
  n ? say(n === 1 ? "suggested-one" : "suggested", { n }) : say("no-suggestion");
prepare(byId("q"), byId("suggestions"), byId("suggested"), say("suggestions"), both, counted);
