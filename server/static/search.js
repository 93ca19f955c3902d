/* Finding by name, with scripts: names while one types, each leading to its page.
   Without them it is a form with a list. */

import { prepare } from "./ask/combobox.js";
import { names } from "./ask/suggesting.js";
import { byId, say } from "./page.js";

const counted = (n) => (n ? say(n === 1 ? "found-one" : "found", { n }) : say("found-none"));
prepare(byId("q"), byId("suggestions"), byId("suggested"), say("names"), names, counted);
