/* Shortcuts of every page, and their sheet. They can be turned off (WCAG 2.1.4), and are never
   taken from a field or an input method. The sheet says which there are; nothing is known here. */

const KEPT = "plankb-keys";
const WAIT = 1500; // milliseconds between the two keys of one shortcut

const sheet = document.getElementById("shortcuts");
const opener = document.getElementById("open-keys");
const box = document.getElementById("keys-on");
const links = new Map([...sheet.querySelectorAll("[data-key]")].map((link) => [link.dataset.key, link]));
let first = "";
let later = 0;

try {
  box.checked = localStorage.getItem(KEPT) !== "off";
} catch {
  // A browser that keeps nothing: they are on.
}

box.addEventListener("change", () => {
  try {
    if (box.checked) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, "off");
  } catch {
    // It lasts as long as the page.
  }
});

opener.addEventListener("click", (event) => {
  event.preventDefault();
  sheet.showModal();
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.ctrlKey || event.metaKey || event.altKey || !box.checked) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  if (event.key === "?") {
    event.preventDefault();
    if (sheet.open) sheet.close();
    else sheet.showModal();
    return;
  }
  if (sheet.open) return;
  if (event.key === "/" && go(event)) return;
  const link = links.get(`${first} ${event.key}`) ?? links.get(event.key);
  clearTimeout(later);
  first = "";
  if (link) {
    event.preventDefault();
    location.assign(link.href);
    return;
  }
  first = event.key;
  later = setTimeout(() => { first = ""; }, WAIT);
});

/** Into the box of the page, where it has one. */
function go(event) {
  const field = document.querySelector("#q, main input[type=search]");
  if (!field) return false;
  event.preventDefault();
  field.focus();
  field.select();
  return true;
}
