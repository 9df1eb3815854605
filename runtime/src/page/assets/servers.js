// The tab "MCP Servers" of an account.

import { badge, count, el } from "./dom.js";
import { post, remove } from "./api.js";
import { confirm, open, say } from "./dialog.js";
import { acting, field, submitting } from "./form.js";
import { list, nothing } from "./list.js";
import { serverForm } from "./server_form.js";
import { reveal } from "./snippets.js";
import { described } from "./scope.js";
import { date, time } from "./when.js";

export async function servers(account) {
  const told = el("div", { role: "status" });
  const create = () => acting(el("button", { type: "button", class: "primary" }, "Create MCP Server"), told, () =>
    serverForm(account, null, (server) => {
      shown.reload();
      reveal(server, { account });
    }));
  const shown = list({
    words: ["integrated-account", account.id, "mcp"],
    label: "MCP Servers",
    columns: [
      ["Server", (server) => el("div", {}, el("strong", {}, server.name), el("div", { class: "faint" }, el("code", { class: "plain" }, server.token_hint)))],
      ["Limits", (server) => limits(server)],
      ["Last use", (server) => time(server.last_used_at)],
      ["Expires", (server) => time(server.expires_at)],
      ["", (server) => buttons(server), "buttons"],
    ],
    empty: () => nothing("No MCP server yet",
      "An MCP server is a URL that gives an agent some of this account's tools, for as long as you say. Create one, then paste its URL into ChatGPT, Claude, Cursor or any other client.",
      create()),
  });
  const buttons = (server) => el("div", { class: "buttons" },
    acting(el("button", { type: "button", aria: { label: `Edit ${server.name}` } }, "Edit"), told, () => serverForm(account, server, shown.reload)),
    el("button", { type: "button", aria: { label: `Rotate ${server.name}` }, onclick: () => rotate(account, server, shown.reload) }, "Rotate"),
    el("button", { type: "button", class: "danger-text", aria: { label: `Revoke ${server.name}` }, onclick: () => revoke(account, server, shown.reload) }, "Revoke"));
  await shown.ready;
  return el("div", {},
    el("div", { class: "title" }, el("h2", {}, "MCP Servers"), create()),
    told, shown.root);
}

function limits(server) {
  return el("div", {},
    described(server.config).map((part) => el("div", {}, part)),
    el("div", { class: "faint" }, count(server.tools, "tool")),
    server.config.require_api_token_auth ? badge("API token required", "notice") : null);
}

async function revoke(account, server, done) {
  const sure = await confirm({
    title: `Revoke ${server.name}?`,
    text: "Its URL is refused from the next call on, for good. Other servers of the account go on.",
    action: "Revoke server",
    act: () => remove(["integrated-account", account.id, "mcp", server.id]),
  });
  if (!sure) return;
  say(`${server.name} is revoked.`);
  done();
}

const OVERLAPS = [["3600", "1 hour"], ["900", "15 minutes"], ["86400", "1 day"], ["604800", "7 days"], ["0", "not at all: end it now"]];

/** A new URL; the old one goes on for a while, so that clients can change over. */
function rotate(account, server, done) {
  open({ title: `Rotate ${server.name}` }, (close) => {
    const overlap = el("select", { name: "overlap_seconds" }, OVERLAPS.map(([value, text]) => el("option", { value }, text)));
    const form = el("form", { method: "post" },
      el("p", {}, "The server gets a new URL. Tools, limits and expiry stay the same."),
      field({ name: "overlap_seconds", label: "The old URL goes on for", hint: "Time to put the new one into your clients.", control: overlap }),
      el("div", { class: "actions" }, el("button", { type: "button", onclick: close }, "Cancel"),
        el("button", { type: "submit", class: "primary" }, "Make a new URL")));
    submitting(form, async () => {
      const words = ["integrated-account", account.id, "mcp", server.id, "rotate"];
      const rotated = await post(words, { overlap_seconds: Number(overlap.value) });
      close();
      done();
      const until = rotated.old_token_valid_until;
      const told = until ? `The old URL goes on until ${date(until)}.` : "The old URL is refused from now on.";
      reveal(rotated, { account, told });
    });
    return form;
  });
}
