// Forms: fields with label, hint and error, and what becomes of a refusal.

import { el, fill, freshId } from "./dom.js";

/** A labelled control. `name` is the path of the field in the API, where its errors are shown. */
export function field({ name, label, hint, optional = false, control }) {
  control.id ||= freshId("field");
  const hintId = `${control.id}-hint`;
  const errorId = `${control.id}-error`;
  control.setAttribute("aria-describedby", `${hint ? `${hintId} ` : ""}${errorId}`);
  return el("div", { class: "field", data: { field: name } },
    el("label", { htmlFor: control.id }, label, optional ? el("span", { class: "faint" }, " optional") : null),
    control,
    hint ? el("p", { class: "hint", id: hintId }, hint) : null,
    el("p", { class: "error", id: errorId }));
}

/** Controls that belong together, such as check boxes. */
export function group({ name, legend, hint }, ...children) {
  const errorId = freshId("error");
  const hintId = freshId("hint");
  return el("fieldset", { class: "field", data: { field: name }, aria: { describedby: `${hintId} ${errorId}` } },
    el("legend", {}, legend),
    hint ? el("p", { class: "hint", id: hintId }, hint) : null,
    children,
    el("p", { class: "error", id: errorId }));
}

/** A radio button or check box with its text, and a sentence if there is one. */
export function choice({ type, name, value, checked = false, text, sentence, onchange }) {
  const input = el("input", { type, name, value, checked, onchange });
  const words = el("span", { class: "choice-text" }, text, sentence ? el("span", { class: "hint" }, sentence) : null);
  return el("label", { class: "choice" }, input, words);
}

/** The values that are checked. */
export function checked(root, name) {
  return [...root.querySelectorAll("input:checked")].filter((input) => input.name === name).map((input) => input.value);
}

/** A place for what went wrong. */
export function notice(problem, again) {
  return el("div", { class: "notice bad", role: "alert" }, el("p", {}, problem.told ?? String(problem)),
    again ? el("button", { type: "button", onclick: again }, "Try again") : null);
}

function clear(form) {
  form.querySelector(":scope > .notice.bad")?.remove();
  for (const error of form.querySelectorAll(".error")) error.textContent = "";
  for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
}

/** The field of a problem: the one with its name, or the nearest around it. */
function place(form, name) {
  const fields = [...form.querySelectorAll("[data-field]")].filter((candidate) => candidate.dataset.field);
  for (let path = name; path; path = path.slice(0, Math.max(path.lastIndexOf("."), 0))) {
    const found = fields.find((candidate) => candidate.dataset.field === path);
    if (found) return found;
  }
  return null;
}

/** A problem as a sentence of its own. */
export function sentence(problem) {
  return `${problem.charAt(0).toUpperCase()}${problem.slice(1).replace(/\.$/, "")}.`;
}

/** Shows what was refused at the fields it names, the rest above the buttons. */
export function refused(form, problem) {
  clear(form);
  const elsewhere = [];
  let first = null;
  for (const detail of problem.details ?? []) {
    const meant = detail.did_you_mean ? ` Did you mean ${detail.did_you_mean}?` : "";
    const field = place(form, detail.field);
    const error = field?.querySelector(":scope > .error");
    if (!error) {
      elsewhere.push(`${detail.field} ${detail.problem}.${meant}`.trim());
      continue;
    }
    error.textContent = [error.textContent, sentence(detail.problem) + meant].filter(Boolean).join(" ");
    const control = field.querySelector("input, select, textarea");
    control?.setAttribute("aria-invalid", "true");
    for (let around = field; around; around = around.parentElement?.closest("details")) if (around.localName === "details") around.open = true;
    first ??= control;
  }
  const text = (problem.details ?? []).length === 0 ? problem.told ?? String(problem) : elsewhere.join(" ");
  if (text) {
    const actions = form.querySelector(":scope > .actions");
    const told = notice({ told: text });
    if (actions) actions.before(told);
    else form.append(told);
    if (!first) told.scrollIntoView({ block: "nearest" });
  }
  first?.focus();
}

/** Runs `act` when the form is sent, once at a time, and shows what it throws. */
export function submitting(form, act) {
  form.noValidate = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.getAttribute("aria-busy")) return;
    clear(form);
    form.setAttribute("aria-busy", "true");
    try {
      await act(event);
    } catch (problem) {
      if (!("told" in problem)) console.error(problem);
      refused(form, problem);
    } finally {
      form.removeAttribute("aria-busy");
    }
  });
}

/** Runs `act` on a click, once at a time; what it throws appears in `place`. */
export function acting(button, place, act) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await act();
    } catch (problem) {
      if (!("told" in problem)) console.error(problem);
      fill(place, notice(problem));
    } finally {
      button.disabled = false;
    }
  });
  return button;
}
