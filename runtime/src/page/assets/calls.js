// What was called lately. Only that it was; what was in it is kept nowhere.

import { badge, bytes, el, toolName } from "./dom.js";
import { list, nothing } from "./list.js";
import { time } from "./when.js";

const OUTCOME = {
  ok: ["ok", "good"],
  error: ["error", "bad"],
  refused: ["refused", "notice"],
  cancelled: ["cancelled", "plain"],
};

export async function calls(account) {
  const shown = list({
    words: ["integrated-account", account.id, "call"],
    label: "Recent calls",
    columns: [
      ["When", (call) => time(call.at)],
      ["Tool", (call) => toolName(call.tool)],
      ["Through", (call) => call.mcp_name ?? el("span", { class: "faint" }, call.mcp_id ? "a server that is gone" : "this page")],
      ["Outcome", (call) => outcome(call)],
      ["Time", (call) => `${call.duration_ms.toLocaleString()} ms`, "number"],
      ["Sent / received", (call) => `${bytes(call.request_bytes)} / ${bytes(call.response_bytes)}`, "number"],
    ],
    empty: () => nothing("No call yet", "Calls of agents appear here within a second or so, for seven days. Arguments and answers are not kept."),
  });
  const again = el("button", { type: "button", onclick: shown.reload }, "Refresh");
  return el("div", {},
    el("div", { class: "title" }, el("div", {}, el("h2", {}, "Recent calls"), el("p", { class: "faint" }, "Arguments and answers are not kept.")), again),
    shown.root);
}

function outcome(call) {
  const [text, kind] = OUTCOME[call.outcome] ?? [call.outcome, "plain"];
  return el("span", {}, badge(text, kind), call.upstream_status ? el("span", { class: "faint" }, ` HTTP ${call.upstream_status}`) : null);
}
