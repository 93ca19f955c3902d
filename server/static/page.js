/* What the scripts of every page use: its settings and sentences, and making elements.
   Must not know what a page is for. */

const root = document.querySelector("[data-config]");

export const config = JSON.parse(root.dataset.config);

/** A sentence of the page's language, with {name} filled in. */
export function say(name, values = {}) {
  return config.t[name].replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

export const byId = (id) => document.getElementById(id);

/** An element with attributes and children; strings become text, never markup. */
export function make(tag, attributes = {}, ...children) {
  const element = tag.startsWith("svg:")
    ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export const number = (value) => value.toLocaleString(config.lang === "zh" ? "zh-CN" : "en");
