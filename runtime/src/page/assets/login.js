// Logging in: as the whole page at first, as a dialog over it when a session has ended.

import { el } from "./dom.js";
import { logIn } from "./api.js";
import { field, submitting } from "./form.js";
import { open } from "./dialog.js";

function form(done) {
  const key = el("input", { type: "password", name: "admin_key", autocomplete: "current-password", required: true, spellcheck: false });
  // Password stores keep keys under a name.
  const user = el("input", { type: "text", name: "username", autocomplete: "username", value: "admin", hidden: true, tabIndex: -1 });
  const form = el("form", { method: "post", class: "log-in" }, user,
    field({ name: "admin_key", label: "Admin key", control: key, hint: "toolpress serve prints it at its first run." }),
    el("div", { class: "actions" }, el("button", { type: "submit", class: "primary" }, "Log in")));
  submitting(form, async () => {
    await logIn(key.value);
    key.value = "";
    await done();
  });
  return form;
}

/** The page before anybody is logged in. */
export function front(done) {
  return el("div", { class: "front" },
    el("img", { src: "page/icon.svg", alt: "", width: 44, height: 44 }),
    el("h1", {}, "Toolpress"),
    el("p", {}, "Connect accounts, and give agents exactly the tools they need."),
    form(done),
    el("p", { class: "hint" }, "Lost the key? On the server, ", el("code", {}, "toolpress admin-key --reset"), " makes a new one and ends all sessions."));
}

/** Asks again; resolves once somebody is logged in. */
export function again() {
  return new Promise((resolve) => {
    open({ title: "Your session has ended", held: true, closed: resolve }, (close) => el("div", {},
      el("p", {}, "Log in again to go on. Nothing that you have entered is lost."),
      form(async () => close())));
  });
}
