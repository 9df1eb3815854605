// API tokens.

import { badge, copyable, el } from "./dom.js";
import { all, post, remove } from "./api.js";
import { confirm, open, say } from "./dialog.js";
import { acting, choice, checked, field, group, submitting } from "./form.js";
import { list, nothing } from "./list.js";
import { time } from "./when.js";

const SCOPES = {
  mcp: ["For MCP servers", "The second proof of servers that require one. Opens nothing else."],
  admin: ["Administration", "Everything that this page can do, for scripts. Keep it like the admin key."],
};

export async function tokens() {
  const accounts = await all(["integrated-account"]);
  const told = el("div", { role: "status" });
  const create = () => acting(el("button", { type: "button", class: "primary" }, "Create API token"), told, async () => make(accounts, () => shown.reload()));
  const shown = list({
    words: ["api-token"],
    label: "API tokens",
    columns: [
      ["Name", (token) => el("div", {}, el("strong", {}, token.name), el("div", { class: "faint" }, el("code", { class: "plain" }, token.token_hint)))],
      ["Scope", (token) => badge(token.scope, token.scope === "admin" ? "notice" : "plain")],
      ["Account", (token) => opens(token, accounts)],
      ["Last use", (token) => time(token.last_used_at)],
      ["Created", (token) => time(token.created_at)],
      ["", (token) => el("div", { class: "buttons" }, el("button", { type: "button", class: "danger-text", aria: { label: `Revoke ${token.name}` }, onclick: () => revoke(token, shown.reload) }, "Revoke")), "buttons"],
    ],
    empty: () => nothing("No API token yet",
      "Servers that require extra authentication want one beside their URL, so that a leaked URL alone is useless. Scripts can use one in place of the admin key.",
      create()),
  });
  return el("div", {}, el("div", { class: "title" }, el("div", {}, el("h1", {}, "API tokens"),
    el("p", { class: "faint" }, "The second proof of servers that require one, and keys for scripts.")), create()), told, shown.root);
}

function opens(token, accounts) {
  if (token.scope === "admin") return el("span", { class: "faint" }, "everything");
  if (!token.integrated_account_id) return el("span", { class: "faint" }, "all");
  const account = accounts.find((one) => one.id === token.integrated_account_id);
  return account ? el("a", { href: `#/account/${account.id}` }, account.name) : el("span", { class: "faint" }, "one that is gone");
}

function make(accounts, done) {
  open({ title: "Create API token" }, (close) => {
    const name = el("input", { type: "text", name: "name", maxLength: 200, required: true, autocomplete: "off" });
    const account = el("select", { name: "integrated_account_id" }, el("option", { value: "" }, "All accounts"),
      accounts.map((one) => el("option", { value: one.id }, one.name)));
    const only = field({ name: "integrated_account_id", label: "Opens servers of", control: account });
    const scope = group({ name: "scope", legend: "Scope" }, Object.entries(SCOPES).map(([word, [text, sentence]]) =>
      choice({ type: "radio", name: "scope", value: word, checked: word === "mcp", text, sentence, onchange: () => { only.hidden = word === "admin"; } })));
    const form = el("form", { method: "post" },
      field({ name: "name", label: "Name", hint: "Who or what uses it.", control: name }), scope, only,
      el("div", { class: "actions" }, el("button", { type: "button", onclick: close }, "Cancel"),
        el("button", { type: "submit", class: "primary" }, "Create")));
    submitting(form, async () => {
      const word = checked(scope, "scope")[0];
      const body = { name: name.value, scope: word };
      if (word === "mcp" && account.value) body.integrated_account_id = account.value;
      const made = await post(["api-token"], body);
      close();
      done();
      reveal(made);
    });
    return form;
  });
}

function reveal(token) {
  open({ title: `API token ${token.name}`, held: true }, (close) => el("div", {},
    el("p", {}, "It is shown only now. Send it in the header ", el("code", {}, token.scope === "mcp" ? "Toolpress-Api-Token" : "Authorization: Bearer"), "."),
    copyable(token.token, { about: "API token" }),
    el("div", { class: "actions" }, el("button", { type: "button", class: "primary", onclick: close }, "I have copied it"))));
}

async function revoke(token, done) {
  const sure = await confirm({
    title: `Revoke ${token.name}?`,
    text: "Whoever uses it is refused from the next request on.",
    action: "Revoke token",
    act: () => remove(["api-token", token.id]),
  });
  if (!sure) return;
  say(`${token.name} is revoked.`);
  done();
}
