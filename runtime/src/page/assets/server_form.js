// Creating an MCP server, and changing one: the same form.

import { el } from "./dom.js";
import { integrations, patch, post } from "./api.js";
import { checked, choice, field, group, submitting } from "./form.js";
import { open, say } from "./dialog.js";
import { preview } from "./preview.js";
import { ACCESS, accessOf, EFFECTS, groupOf, GROUPS } from "./scope.js";
import { date, local } from "./when.js";

const EXPIRY = [["3600", "1 hour"], ["86400", "1 day"], ["604800", "7 days"], ["2592000", "30 days"], ["never", "Never"], ["date", "Date…"]];
const SUGGESTED = "2592000";

/** Opens the form; `done` gets what the API answers. `server` is the one to change, if there is one. */
export async function serverForm(account, server, done) {
  const vendors = await integrations();
  const vendor = vendors.find((one) => one.slug === account.integration);
  open({ title: server ? "Edit MCP server" : "Create MCP server", wide: true }, (close) => form(account, vendor, server, (answer) => {
    close();
    if (server) say("Saved. It holds from the next call on.");
    done(answer);
  }));
}

function form(account, vendor, server, done) {
  const config = server?.config ?? { methods: ACCESS.read.methods, effects: ACCESS.read.effects };
  const shown = preview(account.integration);
  const name = el("input", { type: "text", name: "name", maxLength: 200, autocomplete: "off", value: server?.name ?? "", placeholder: account.name });
  const methods = methodChoice(vendor, config);
  const tags = tagChoice(vendor, config);
  const effects = effectChoice(config);
  const access = accessChoice(accessOf(config), (level) => {
    methods.root.hidden = level !== "custom";
    // Reading only is to mean it; otherwise the choice of effects is left to the reader.
    effects.set(level === "read" ? ["read"] : Object.keys(EFFECTS));
  });
  methods.root.hidden = access.value() !== "custom";
  const expiry = expiryChoice(server);
  const second = choice({
    type: "checkbox", name: "require_api_token_auth", checked: config.require_api_token_auth ?? false,
    text: "Require an API token as well",
    sentence: "The URL alone is then not enough. For clients that can send a header; ChatGPT and Claude on the web cannot.",
  });

  const chosen = () => {
    const level = access.value();
    return {
      methods: level === "custom" ? methods.value() : ACCESS[level].methods,
      tags: tags.value(),
      effects: effects.value(),
      require_api_token_auth: second.querySelector("input").checked,
    };
  };
  const form = el("form", { method: "post", class: "split" },
    el("div", { class: "fields" },
      field({ name: "name", label: "Name", optional: !server, hint: "What clients show.", control: name }),
      access.root, methods.root, tags.root, effects.root, expiry.root,
      group({ name: "config.require_api_token_auth", legend: "Extra authentication" }, second)),
    shown.root,
    el("div", { class: "whole", data: { field: "config" } }, el("p", { class: "error" })),
    el("div", { class: "actions" }, el("button", { type: "submit", class: "primary" }, server ? "Save" : "Create server")));
  form.addEventListener("change", () => shown.update(chosen()));
  shown.update(chosen());

  submitting(form, async () => {
    const body = { config: chosen() };
    if (name.value.trim() || server) body.name = name.value;
    const until = expiry.value();
    if (until !== undefined) body.expires_at = until;
    const words = ["integrated-account", account.id, "mcp"];
    done(server ? await patch([...words, server.id], body) : await post(words, body));
  });
  return form;
}

function accessChoice(level, changed) {
  const root = group({ name: "config.methods", legend: "Access" }, Object.entries(ACCESS).map(([word, { text, sentence }]) =>
    choice({ type: "radio", name: "access", value: word, checked: word === level, text, sentence, onchange: () => changed(word) })));
  return { root, value: () => checked(root, "access")[0] };
}

/** Methods by name, below the groups that hold them. */
function methodChoice(vendor, config) {
  const has = (word) => config.methods?.includes(word) ?? false;
  const boxes = Object.entries(GROUPS).map(([word, members]) => el("div", { class: "method-group" },
    choice({ type: "checkbox", name: "methods", value: word, checked: has(word), text: `All of ${word}`, sentence: members }),
    el("div", { class: "pills" }, vendor.methods.filter((method) => groupOf(method) === word).map((method) =>
      choice({ type: "checkbox", name: "methods", value: method, checked: has(method), text: method })))));
  const root = group({ name: "", legend: "Methods", hint: "A tool is shown when its method is chosen, by name or by group." }, boxes);
  return { root, value: () => checked(root, "methods") };
}

function tagChoice(vendor, config) {
  // A server that was made elsewhere may use another word for a tag.
  const has = (tag) => [tag.name, ...tag.aliases].some((word) => config.tags?.includes(word));
  const root = group({ name: "config.tags", legend: "Tags", hint: "Only tools with one of these. None chosen: no limit." },
    el("div", { class: "grid" }, vendor.tags.map((tag) =>
      choice({ type: "checkbox", name: "tags", value: tag.name, checked: has(tag), text: tag.name, sentence: tag.description }))));
  return { root, value: () => { const found = checked(root, "tags"); return found.length > 0 ? found : null; } };
}

function effectChoice(config) {
  const root = group({ name: "config.effects", legend: "Effects", hint: "What tools may do, whatever their method is called." },
    Object.entries(EFFECTS).map(([word, sentence]) =>
      choice({ type: "checkbox", name: "effects", value: word, checked: config.effects?.includes(word) ?? true, text: word, sentence })));
  return {
    root,
    value: () => { const found = checked(root, "effects"); return found.length === Object.keys(EFFECTS).length ? null : found; },
    set: (words) => { for (const box of root.querySelectorAll("input")) box.checked = words.includes(box.value); },
  };
}

/** Presets and a date. The value is undefined where the expiry is to stay as it is. */
function expiryChoice(server) {
  const at = el("input", { type: "datetime-local", name: "expires_at", aria: { label: "Date and time" } });
  const told = el("p", { class: "hint" });
  const keep = server ? [["keep", server.expires_at ? `As it is: ${date(server.expires_at)}` : "As it is: never"]] : [];
  const options = [...keep, ...EXPIRY].filter(([value]) => !(server && !server.expires_at && value === "never"));
  const first = server ? "keep" : SUGGESTED;
  const word = () => checked(root, "expiry")[0];
  const moment = () => (word() === "date" ? (at.value ? new Date(at.value) : null) : new Date(Date.now() + Number(word()) * 1000));
  const show = () => {
    at.hidden = word() !== "date";
    if (!at.hidden && !at.value) at.value = local(Date.now() + 86_400_000);
    const until = ["keep", "never"].includes(word()) ? null : moment();
    told.textContent = until ? `Refused from ${date(until)} on.` : "";
  };
  const root = group({ name: "expires_at", legend: "Expires" },
    el("div", { class: "pills" }, options.map(([value, text]) =>
      choice({ type: "radio", name: "expiry", value, checked: value === first, text, onchange: show }))),
    at, told);
  at.addEventListener("input", show);
  show();
  return {
    root,
    value: () => {
      if (word() === "keep") return undefined;
      if (word() === "never") return null;
      return moment()?.toISOString() ?? "";
    },
  };
}
