/* The menus of the reading's parts: one open at a time, closed by Escape or a click elsewhere.
   Must not know what they offer. */

const menus = [...document.querySelectorAll("details.menu")];

/** Make them close as menus do. */
export function prepare() {
  for (const menu of menus) {
    menu.addEventListener("toggle", () => {
      if (menu.open) closeAll(menu);
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }
  if (menus.length) {
    document.addEventListener("click", (event) => closeAll(event.target.closest("details.menu")));
  }
}

function closeAll(except) {
  for (const menu of menus) {
    if (menu !== except) menu.open = false;
  }
}
