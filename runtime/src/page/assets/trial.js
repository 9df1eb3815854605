// Trying a tool: a form of its arguments, and what came of the call.

import { badge, copyable, el, fill } from "./dom.js";
import { post } from "./api.js";
import { confirm } from "./dialog.js";
import { submitting } from "./form.js";
import { fields } from "./arguments.js";

export function trial(tool, account) {
  const inputs = fields(tool.input_schema);
  const result = el("div", { class: "result", role: "status" });
  const form = el("form", { method: "post", class: "trial", aria: { label: `Try ${tool.name}` } },
    el("p", { class: "hint" }, `Calls ${account.label} with the account ${account.name}.`),
    inputs.roots.length > 0 ? inputs.roots : el("p", { class: "faint" }, "This tool takes no arguments."),
    el("div", { class: "actions" }, el("button", { type: "submit", class: tool.effect === "destructive" ? "danger" : "primary" }, "Call tool")));
  submitting(form, async () => {
    const values = inputs.value();
    const call = async () => {
      fill(result, el("p", { class: "faint" }, "Calling…"));
      const started = performance.now();
      try {
        const answer = await post(["integrated-account", account.id, "tool", tool.name], { arguments: values });
        fill(result, outcome(answer, performance.now() - started));
        result.scrollIntoView({ block: "nearest" });
      } catch (problem) {
        fill(result);
        throw problem;
      }
    };
    if (tool.effect !== "destructive") return call();
    await confirm({
      title: `Call ${tool.name}?`,
      text: `It is destructive: what it deletes, cancels or overwrites at ${account.label} does not come back. The account is ${account.name}.`,
      action: "Call it",
      act: call,
    });
  });
  return el("div", {}, form, result);
}

function outcome(answer, milliseconds) {
  const status = answer._meta?.["toolpress/status"];
  const limits = Object.entries(answer._meta?.["toolpress/ratelimit"] ?? {}).map(([name, value]) => `${name} ${value}`);
  const facts = [status ? `HTTP ${status}` : null, `${Math.round(milliseconds)} ms`, ...limits].filter(Boolean).join(" · ");
  const texts = (answer.content ?? []).map((part) => part.text ?? "").join("\n\n");
  return [
    el("p", {}, answer.isError ? badge("error", "bad") : badge("ok", "good"), " ", el("span", { class: "faint" }, facts)),
    answer.isError || !isJson(texts)
      ? el("pre", { class: "wrap", tabIndex: 0, aria: { label: "Answer" } }, texts)
      : copyable(indented(texts), { about: "result", block: true }),
  ];
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON with line breaks. Its values stay as they were written: as numbers, the largest would be rounded. */
function indented(text) {
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  // Strings, empty pairs of brackets, what shapes the text, and everything else.
  const pieces = text.match(/"(?:[^"\\]|\\.)*"|\[\s*\]|\{\s*\}|[[\]{},:]|[^\s[\]{},:"]+/g) ?? [];
  return pieces.map((piece) => {
    if (piece === "{" || piece === "[") { depth += 1; return piece + line(); }
    if (piece === "}" || piece === "]") { depth -= 1; return line() + piece; }
    if (piece === ",") return piece + line();
    return piece === ":" ? ": " : piece;
  }).join("");
}
