// The page of an account: what it is, and its tabs.

import { el, fill } from "./dom.js";
import { get, remove } from "./api.js";
import { checkButton, edit } from "./connect.js";
import { confirm, say } from "./dialog.js";
import { acting } from "./form.js";
import { state } from "./accounts.js";
import { servers } from "./servers.js";
import { inventory } from "./inventory.js";
import { calls } from "./calls.js";

const TABS = [
  ["servers", "MCP Servers", servers],
  ["tools", "Tools", (account) => inventory(account.integration, account)],
  ["calls", "Recent calls", calls],
];

export async function account(id, tab = "servers") {
  const found = await get(["integrated-account", id]);
  const [chosen, label, make] = TABS.find(([word]) => word === tab) ?? TABS[0];
  const told = el("div", { role: "status" });
  const panel = el("div", { role: "tabpanel", aria: { label } }, await make(found));
  return el("div", {},
    el("p", { class: "crumbs" }, el("a", { href: "#/" }, "Accounts")),
    heading(found, told), told,
    tabs(id, chosen),
    panel);
}

function heading(account, told) {
  const title = el("h1");
  const facts = el("p", { class: "facts" });
  let shown = account;
  const show = (changed) => {
    shown = changed;
    title.textContent = changed.name;
    fill(facts, el("span", {}, changed.label), changed.base_url ? el("code", { class: "plain" }, changed.base_url) : null, state(changed));
  };
  show(account);
  const change = acting(el("button", { type: "button" }, "Edit"), told, () => edit(shown, show));
  const drop = el("button", { type: "button", class: "danger-text", onclick: () => forget(shown) }, "Delete");
  return el("div", { class: "title" }, el("div", {}, title, facts),
    el("div", { class: "buttons" }, checkButton(account.id, told), change, drop));
}

async function forget(account) {
  const done = await confirm({
    title: `Delete ${account.name}?`,
    text: ["Its credentials and all its MCP servers are deleted with it. Agents that use them are refused from their next call on.", "This cannot be undone. Nothing is deleted at the vendor."],
    action: "Delete account",
    act: () => remove(["integrated-account", account.id]),
  });
  if (!done) return;
  say(`${account.name} is deleted.`);
  location.hash = "#/";
}

/** The tabs are links; the arrow keys go from one to the next. */
function tabs(id, chosen) {
  const links = TABS.map(([word, label]) => el("a", {
    role: "tab",
    href: `#/account/${encodeURIComponent(id)}/${word}`,
    tabIndex: word === chosen ? 0 : -1,
    aria: { selected: String(word === chosen) },
  }, label));
  const go = (event) => {
    const here = links.indexOf(event.target);
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: links.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const link = links[(to + links.length) % links.length];
    link.focus();
    link.click();
  };
  return el("div", { role: "tablist", class: "tabs", aria: { label: "Account" }, onkeydown: go }, links);
}
