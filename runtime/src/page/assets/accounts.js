// The connected accounts.

import { badge, el } from "./dom.js";
import { time } from "./when.js";
import { list, nothing } from "./list.js";
import { connect } from "./connect.js";

export async function accounts() {
  const button = () => el("button", { type: "button", class: "primary", onclick: () => connect() }, "Connect account");
  const shown = list({
    words: ["integrated-account"],
    label: "Accounts",
    columns: [
      ["Account", (account) => el("a", { class: "main-link", href: `#/account/${account.id}` }, account.name)],
      ["Vendor", (account) => account.label],
      ["Address", (account) => el("code", { class: "plain" }, account.base_url ?? "")],
      ["State", (account) => state(account)],
      ["Connected", (account) => time(account.created_at)],
    ],
    empty: () => nothing("No account is connected yet",
      "An account is your access to a vendor's API. Connect one with its credential, then create MCP servers for it: URLs that give an agent just the tools you choose.",
      button()),
  });
  return el("div", {},
    el("div", { class: "title" }, el("div", {}, el("h1", {}, "Accounts"),
      el("p", { class: "faint" }, "Your access to vendors. Open one to give agents some of its tools.")), button()),
    shown.root);
}

export function state(account) {
  return account.ready ? badge("ready", "good") : badge("credential missing", "bad");
}
