// Elements. Text only ever becomes a text node or a property, so nothing that comes from the API is read
// as HTML.

/**
 * Makes an element. `on…` are listeners, `data` and `aria` objects of attributes, what the element has as
 * a property is set as one, the rest are attributes. Children that are null or false are left out.
 */
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (key === "class") element.className = value;
    else if (key === "data" || key === "aria") {
      for (const [word, text] of Object.entries(value)) {
        if (text !== undefined && text !== null) element.setAttribute(`${key}-${word}`, text);
      }
    } else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  add(element, children);
  return element;
}

function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child);
  }
}

/** Puts new children in the place of all others. */
export function fill(element, ...children) {
  element.replaceChildren();
  add(element, children);
  return element;
}

let last = 0;

/** An id that no other element has. */
export function freshId(word) {
  last += 1;
  return `${word}-${last}`;
}

/** A link to a page elsewhere; only its text where the address is none a browser should open. */
export function outside(address, text) {
  const safe = URL.canParse(address) && ["http:", "https:"].includes(new URL(address).protocol);
  return safe ? el("a", { href: address, rel: "noreferrer noopener", target: "_blank" }, text) : el("span", {}, text);
}

export function badge(text, kind = "plain") {
  return el("span", { class: `badge ${kind}` }, text);
}

export const EFFECT = { read: "good", write: "notice", destructive: "bad" };

/** The name of a tool, which may break after each word. */
export function toolName(name) {
  const words = name.split(/(?<=_)/);
  return el("code", { class: "plain" }, words.map((word, place) => (place > 0 ? [el("wbr"), word] : word)));
}

/** `1 tool`, `2 tools`. */
export function count(number, word) {
  return `${number.toLocaleString()} ${word}${number === 1 ? "" : "s"}`;
}

export function bytes(number) {
  if (number < 1000) return `${number} B`;
  return number < 1_000_000 ? `${(number / 1000).toFixed(1)} kB` : `${(number / 1_000_000).toFixed(1)} MB`;
}

/** Text to be copied: the text itself and a button. */
export function copyable(text, { label = "Copy", about = "text", block = false } = {}) {
  const shown = el(block ? "pre" : "code", { class: "secret", tabIndex: 0, aria: { label: about } }, text);
  const button = el("button", { type: "button", class: "copy", aria: { label: `${label} ${about}` } }, label);
  const status = el("span", { class: "visually-hidden", role: "status" });
  button.addEventListener("click", async () => {
    const done = await copy(text, shown);
    button.textContent = done ? "Copied" : "Select and copy";
    status.textContent = done ? `${about} copied` : "Copying is not allowed here; the text is selected.";
    setTimeout(() => { button.textContent = label; status.textContent = ""; }, 2500);
  });
  return el("div", { class: block ? "copyable block" : "copyable" }, shown, button, status);
}

/** Browsers give the clipboard to https and this machine only; elsewhere the text is at least selected. */
async function copy(text, shown) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { /* not allowed: go on as without one */ }
  }
  const range = document.createRange();
  range.selectNodeContents(shown);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  return document.execCommand("copy");
}
