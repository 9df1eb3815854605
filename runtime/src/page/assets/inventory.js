// The tools of a vendor: search, filter, schemas, and a form to try each.

import { badge, bytes, count, EFFECT, el, fill, toolName } from "./dom.js";
import { all, get, integrations } from "./api.js";
import { trial } from "./trial.js";

/** The page with the tools of every vendor. */
export async function tools(slug) {
  const vendors = await integrations();
  const vendor = vendors.find((one) => one.slug === slug) ?? vendors[0];
  if (!vendor) return el("div", {}, el("h1", {}, "Tools"), el("p", {}, "No vendor is compiled into this binary."));
  const select = el("select", { id: "vendor", onchange: () => { location.hash = `#/tools/${encodeURIComponent(select.value)}`; } },
    vendors.map((one) => el("option", { value: one.slug, selected: one === vendor }, one.label)));
  const accounts = (await all(["integrated-account"])).filter((account) => account.integration === vendor.slug);
  const account = el("select", { id: "account" }, accounts.map((one) => el("option", { value: one.id }, one.name)));
  const chosen = () => accounts.find((one) => one.id === account.value) ?? null;
  return el("div", {},
    el("div", { class: "title" }, el("div", {}, el("h1", {}, "Tools"),
      el("p", { class: "faint" }, "Everything that is compiled in. What an agent gets of it is chosen for each MCP server."))),
    el("div", { class: "filters" },
      el("label", { htmlFor: "vendor" }, "Vendor"), select,
      accounts.length > 0 ? [el("label", { htmlFor: "account" }, "Try with"), account] : el("span", { class: "faint" }, "Connect an account to try them.")),
    await inventory(vendor.slug, chosen));
}

/** The tools of a vendor. `account` is the one to try them with, or a function that gives it. */
export async function inventory(slug, account) {
  const chosen = typeof account === "function" ? account : () => account;
  const { result, total } = await get(["integration", slug, "tools"]);
  const search = el("input", { type: "search", placeholder: "Search names and descriptions", aria: { label: "Search tools" } });
  const effect = options("Effect", "Any effect", ["read", "write", "destructive"]);
  const tag = options("Tag", "Any tag", [...new Set(result.flatMap((tool) => tool.tags))].sort());
  const resource = options("Resource", "Any resource", [...new Set(result.map((tool) => tool.resource))].sort());
  const told = el("p", { class: "faint", role: "status" });
  const rows = result.map((tool) => [tool, entry(tool, chosen)]);
  const shown = el("div", { class: "tools" });
  const none = el("p", { class: "nothing" }, "No tool fits. ", el("button", { type: "button", onclick: () => {
    for (const control of [search, effect, tag, resource]) control.value = "";
    narrow();
    search.focus();
  } }, "Show all"));
  const narrow = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (tool) => words.every((word) => `${tool.name} ${tool.title} ${tool.description}`.toLowerCase().includes(word))
      && (!effect.value || tool.effect === effect.value)
      && (!tag.value || tool.tags.includes(tag.value))
      && (!resource.value || tool.resource === resource.value);
    const found = rows.filter(([tool]) => fits(tool));
    fill(shown, found.length > 0 ? found.map(([, row]) => row) : none);
    const cost = Math.round(found.reduce((sum, [tool]) => sum + tool.bytes, 0) / 4);
    told.textContent = found.length === rows.length
      ? `${count(total.tools, "tool")}, about ${total.estimated_tokens.toLocaleString()} tokens`
      : `${found.length} of ${count(rows.length, "tool")}, about ${cost.toLocaleString()} tokens`;
  };
  for (const control of [search, effect, tag, resource]) control.addEventListener("input", narrow);
  narrow();
  return el("div", {}, el("div", { class: "filters", role: "search" }, search, effect, tag, resource), told, shown);
}

function options(label, any, words) {
  return el("select", { aria: { label } }, el("option", { value: "" }, any), words.map((word) => el("option", { value: word }, word)));
}

/** A tool, folded. What is inside is made when it is opened. */
function entry(tool, account) {
  const inside = el("div", { class: "tool-body" });
  const details = el("details", { class: "tool", data: { tool: tool.name } },
    el("summary", {}, toolName(tool.name), badge(tool.effect, EFFECT[tool.effect]), el("span", { class: "tool-title" }, tool.title)),
    inside);
  details.addEventListener("toggle", () => {
    if (details.open && inside.childElementCount === 0) fill(inside, body(tool, account));
  });
  return details;
}

function body(tool, account) {
  const facts = [
    ["Method", `${tool.method} of ${tool.resource}`],
    ["Effect", `${tool.effect}, ${tool.idempotent ? "a second equal call changes nothing more" : "a second equal call may act again"}`],
    ["Tags", tool.tags.join(", ") || "none"],
    ["Cost", `${bytes(tool.bytes)}, about ${Math.round(tool.bytes / 4).toLocaleString()} tokens`],
  ];
  const place = el("div");
  const open = el("button", { type: "button", onclick: () => {
    const target = account();
    fill(place, target ? trial(tool, target) : el("p", { class: "notice" }, "Connect an account of this vendor first."));
    open.hidden = Boolean(target);
    place.querySelector("input, select, textarea, button")?.focus();
  } }, "Try it");
  return [
    el("p", { class: "prose" }, tool.description),
    el("dl", {}, facts.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
    schema("Input schema", tool.input_schema),
    tool.output_schema ? schema("Output schema", tool.output_schema) : null,
    open, place,
  ];
}

function schema(title, value) {
  return el("details", { class: "schema" }, el("summary", {}, title),
    el("pre", { tabIndex: 0, aria: { label: title } }, JSON.stringify(value, null, 2)));
}
