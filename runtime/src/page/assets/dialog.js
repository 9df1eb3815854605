// Dialogs and the words that appear for a moment.

import { el, fill, freshId } from "./dom.js";
import { submitting } from "./form.js";

/** Says something without taking the focus. */
export function say(text) {
  const status = document.getElementById("status");
  const line = el("p", {}, text);
  fill(status, line);
  setTimeout(() => line.remove(), 5000);
}

/**
 * Opens a modal dialog. `build` gets a function that closes it and gives the content. With `held`, neither
 * Escape nor a click closes it: what it shows would be lost.
 */
export function open({ title, wide = false, held = false, closed = () => {} }, build) {
  const heading = freshId("dialog");
  const dialog = el("dialog", { class: [wide ? "wide" : "", held ? "held" : ""].join(" ").trim(), aria: { labelledby: heading } });
  const close = () => dialog.close();
  const cross = el("button", { type: "button", class: "quiet cross", aria: { label: "Close" }, onclick: close }, "✕");
  dialog.append(
    el("div", { class: "dialog-head" }, el("h2", { id: heading }, title), held ? null : cross),
    el("div", { class: "dialog-body" }, build(close)),
  );
  dialog.addEventListener("close", () => { dialog.remove(); closed(); });
  if (held) {
    // A second Escape would close it even where `cancel` is prevented.
    dialog.addEventListener("keydown", (event) => { if (event.key === "Escape") event.preventDefault(); });
    dialog.addEventListener("cancel", (event) => event.preventDefault());
  }
  document.body.append(dialog);
  dialog.showModal();
  const first = dialog.querySelector("[autofocus], .dialog-body input, .dialog-body select, .dialog-body textarea, .dialog-body button");
  first?.focus();
  return dialog;
}

/** Asks before `act`, which may fail; a failure is told in the dialog. Resolves to whether it was done. */
export function confirm({ title, text, action, danger = true, act = async () => {} }) {
  return new Promise((resolve) => {
    let done = false;
    open({ title, closed: () => resolve(done) }, (close) => {
      const cancel = el("button", { type: "button", onclick: close, autofocus: true }, "Cancel");
      const go = el("button", { type: "submit", class: danger ? "danger" : "primary" }, action);
      const form = el("form", { method: "post" }, [text].flat().map((line) => el("p", {}, line)),
        el("div", { class: "actions" }, cancel, go));
      submitting(form, async () => {
        await act();
        done = true;
        close();
      });
      return form;
    });
  });
}
