// What a server is limited to: between the choices of the form and the API's `config`.

/** Access levels, each with the words it stands for. */
export const ACCESS = {
  read: { text: "Read-only", methods: ["read"], effects: ["read"], sentence: "List and get, nothing that changes anything." },
  write: { text: "Read and write", methods: ["read", "write"], effects: null, sentence: "Also create, update and delete; not the vendor's own methods." },
  all: { text: "Everything", methods: null, effects: null, sentence: "Every method of the vendor." },
  custom: { text: "Custom choice", methods: null, effects: null, sentence: "Methods by name." },
};

export const EFFECTS = {
  read: "Changes nothing.",
  write: "Changes something that can be changed back.",
  destructive: "Deletes, cancels or overwrites.",
};

/** Groups of methods that a filter may name. */
export const GROUPS = { read: "list, get", write: "create, update, delete", custom: "all others" };

/** Which group a method belongs to. */
export function groupOf(method) {
  if (["list", "get"].includes(method)) return "read";
  return ["create", "update", "delete"].includes(method) ? "write" : "custom";
}

const same = (some, others) => some !== null && others !== null && some.length === others.length && some.every((word) => others.includes(word));

/** The access level that a config amounts to. */
export function accessOf(config) {
  const methods = config.methods ?? null;
  if (methods === null) return "all";
  return ["read", "write"].find((level) => same(methods, ACCESS[level].methods)) ?? "custom";
}

/** The query that asks which tools a config gives. */
export function query(config) {
  const words = (list) => (list ? list.join(",") : null);
  return { methods: words(config.methods), tags: words(config.tags), effects: words(config.effects) };
}

export function limitsNothing(config) {
  return !config.methods && !config.tags && !config.effects;
}

/** A config in a few words. */
export function described(config) {
  const access = accessOf(config);
  const parts = [access === "custom" ? `Methods: ${config.methods.join(", ")}` : ACCESS[access].text];
  if (config.tags) parts.push(`Tags: ${config.tags.join(", ")}`);
  if (config.effects && !(access === "read" && same(config.effects, ["read"]))) parts.push(`Effects: ${config.effects.join(", ")}`);
  return parts;
}
