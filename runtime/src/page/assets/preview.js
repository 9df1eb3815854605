// Which tools a choice gives, and what they cost a model, while it is being made.

import { badge, count, EFFECT, el, fill, toolName } from "./dom.js";
import { get } from "./api.js";
import { sentence } from "./form.js";
import { limitsNothing, query } from "./scope.js";

/** How long a choice must rest before the server is asked, in milliseconds. */
const REST = 120;

/** A preview for a vendor. `update` takes a config. */
export function preview(slug) {
  const numbers = el("p", { class: "numbers", role: "status" });
  const warning = el("div");
  const tools = el("ul", { class: "tool-names" });
  const root = el("section", { class: "preview", aria: { label: "Preview" } }, el("h3", {}, "What an agent gets"), numbers, warning, tools);
  let running = null;
  let timer = null;

  const none = (why, what = "No tool is left") => {
    fill(numbers, el("strong", { data: { tools: 0 } }, what));
    fill(warning, el("p", { class: "notice bad" }, why));
    fill(tools);
  };
  const ask = async (config) => {
    running?.abort();
    const unchosen = ["methods", "effects"].find((name) => config[name]?.length === 0);
    if (unchosen) return none(`Choose one at least of the ${unchosen}.`);
    running = new AbortController();
    try {
      const found = await get(["integration", slug, "tools"], query(config), { signal: running.signal });
      const { total } = found;
      fill(numbers, el("strong", { data: { tools: total.tools } }, count(total.tools, "tool")),
        `, about ${total.estimated_tokens.toLocaleString()} tokens in every conversation`);
      fill(tools, found.result.map((tool) => el("li", { title: tool.description },
        toolName(tool.name), badge(tool.effect, EFFECT[tool.effect]))));
      fill(warning, limitsNothing(config) ? unfiltered(total.tools) : null);
    } catch (problem) {
      if (problem.name === "AbortError") return;
      if (!("told" in problem)) console.error(problem);
      none(sentence(problem.told ?? String(problem)), problem.code === "no_tools" ? "No tool is left" : "No preview");
    }
  };
  const update = (config) => {
    clearTimeout(timer);
    timer = setTimeout(() => ask(config), REST);
  };
  return { root, update };
}

function unfiltered(tools) {
  return el("p", { class: "notice notice-warn" }, `Nothing is filtered: whoever has the URL can use all ${count(tools, "tool")}, also those that change and delete. Agents work better, and cheaper, with the few they need.`);
}
