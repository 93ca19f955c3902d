/* Reading along: a clause that is chosen lists what rests on it beside the text, and what is
   chosen beside the text marks its clauses. Both are links that work without this.
   Must not know what the statements say. */

const text = document.querySelector(".text");
const panel = document.getElementById("chosen");

const plain = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);

function mark(test) {
  let first = null;
  for (const piece of text.querySelectorAll("a[data-start]")) {
    const here = test(Number(piece.dataset.start), Number(piece.dataset.end));
    piece.classList.toggle("here", here);
    first ??= here ? piece : null;
  }
  return first;
}

/** The list of the clause's own page, so that both say the same. */
async function rests(piece) {
  const answer = await fetch(piece.href);
  if (!answer.ok) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const link = document.createElement("a");
  link.href = piece.href;
  link.textContent = page.querySelector("h1").textContent;
  const head = document.createElement("p");
  head.append(link);
  const quote = document.createElement("p");
  quote.lang = text.lang;
  quote.className = "said";
  quote.textContent = page.getElementById("clause").textContent;
  panel.replaceChildren(head, quote, page.querySelector(".resting"));
}

text.addEventListener("click", async (event) => {
  const piece = event.target.closest("a[data-start]");
  if (!piece || !plain(event)) return;
  event.preventDefault();
  const [, start, end] = piece.pathname.match(/(\d+)-(\d+)$/).map(Number);
  mark((from, to) => start <= from && to <= end);
  try {
    await rests(piece);
    // On a narrow page the list is far below the text.
    if (panel.getBoundingClientRect().top > innerHeight) panel.scrollIntoView({ block: "nearest" });
  } catch {
    location.assign(piece.href);
  }
});

document.querySelector(".resting-panel").addEventListener("click", (event) => {
  const thing = event.target.closest("a[data-at]");
  if (!thing || !plain(event)) return;
  event.preventDefault();
  const places = thing.dataset.at.split(" ").map((place) => place.split("-").map(Number));
  const first = mark((from, to) => places.some(([start, end]) => start <= from && to <= end));
  const link = document.createElement("a");
  link.href = thing.dataset.page;
  link.textContent = thing.textContent;
  const name = document.createElement("p");
  name.append(link);
  panel.replaceChildren(name);
  history.replaceState(null, "", thing.href);
  first?.scrollIntoView({ block: "center" });
  first?.focus({ preventScroll: true });
});
