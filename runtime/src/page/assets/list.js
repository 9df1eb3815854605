// Lists that come in parts, as tables that become cards on narrow screens.

import { el, fill } from "./dom.js";
import { get } from "./api.js";
import { notice } from "./form.js";

/**
 * A list. `columns` are names and functions from an entry to what a cell holds; `empty` is shown when
 * there is nothing. Returns the element, with `reload` beside it.
 */
export function list({ words, label, columns, empty, size = 50 }) {
  const root = el("div", { class: "list", aria: { busy: "true" } });
  const body = el("tbody");
  const more = el("button", { type: "button", class: "more" }, "Load more");
  const place = el("div");
  const head = el("thead", {}, el("tr", {}, columns.map(([name, , kind]) =>
    el("th", { scope: "col", class: kind }, name === "" ? el("span", { class: "visually-hidden" }, "Actions") : name))));
  const table = el("table", { aria: { label } }, head, body);

  const row = (entry) => el("tr", { data: { id: entry.id } }, columns.map(([name, cell, kind]) =>
    el("td", { class: kind, data: { label: name } }, cell(entry))));

  let cursor = null;
  let turn = 0;
  const load = async () => {
    const mine = turn;
    more.disabled = true;
    fill(place);
    try {
      const part = await get(words, { limit: size, next_cursor: cursor });
      if (mine !== turn) return;
      cursor = part.next_cursor;
      const rows = part.result.map(row);
      const first = body.childElementCount > 0 ? rows[0] : null;
      body.append(...rows);
      if (body.childElementCount === 0) fill(root, typeof empty === "function" ? empty() : empty);
      else fill(root, table, cursor ? more : null, place);
      // The button has gone or moved away from under the reader.
      if (first) { first.tabIndex = -1; first.focus(); }
    } catch (problem) {
      if (mine !== turn) return;
      if (body.childElementCount === 0) fill(root, place);
      fill(place, notice(problem, load));
      if (!("told" in problem)) console.error(problem);
    } finally {
      more.disabled = false;
      root.removeAttribute("aria-busy");
    }
  };
  more.addEventListener("click", load);

  const reload = async () => {
    turn += 1;
    cursor = null;
    body.replaceChildren();
    await load();
  };
  fill(root, el("p", { class: "faint" }, "Loading…"));
  const ready = load();
  return { root, reload, ready };
}

/** What to say where there is nothing yet, and what to do about it. */
export function nothing(title, text, action) {
  return el("div", { class: "nothing" }, el("h3", {}, title), el("p", {}, text), action ?? null);
}
