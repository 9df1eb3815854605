// A form made of the JSON Schema of a tool's arguments. What a form cannot say is written as JSON.

import { el } from "./dom.js";
import { field, group } from "./form.js";

/** An argument that is not what its field says. */
export class Unfit extends Error {
  constructor(name, problem) {
    super(problem);
    this.details = [{ field: name, problem }];
  }

  get told() {
    return this.message;
  }
}

/** Fields for the properties of an object. `value` gives the object; what is left empty is left out. */
export function fields(schema, path = "") {
  const required = new Set(schema.required ?? []);
  const parts = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const at = path ? `${path}.${name}` : name;
    return [name, one(name, at, property, required.has(name))];
  });
  return {
    roots: parts.map(([, part]) => part.root),
    value() {
      const pairs = parts.map(([name, part]) => [name, part.value()]);
      return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
    },
  };
}

function one(name, at, schema, required) {
  const known = schema.properties && Object.keys(schema.properties).length > 0;
  if (schema.type === "object" && known && !schema.additionalProperties) return nested(name, at, schema, required);
  const hint = [schema.description, bounds(schema)].filter(Boolean).join(" ");
  const { control, read } = scalar(at, schema);
  control.name = at;
  if (required) control.required = true;
  return { root: field({ name: at, label: name, optional: !required, hint, control }), value: () => read(control.value) };
}

/** An object within an object, folded away unless it is wanted. */
function nested(name, at, schema, required) {
  const inner = fields(schema, at);
  const root = group({ name: at, legend: name, hint: schema.description },
    el("details", { open: required }, el("summary", {}, `Fields of ${name}`), inner.roots));
  return {
    root,
    value: () => {
      const value = inner.value();
      return required || Object.keys(value).length > 0 ? value : undefined;
    },
  };
}

function scalar(at, schema) {
  if (schema.enum || schema.type === "boolean") {
    const words = schema.enum ?? [true, false];
    const control = el("select", {}, el("option", { value: "" }, "—"), words.map((word) => el("option", { value: JSON.stringify(word) }, String(word))));
    return { control, read: (text) => (text === "" ? undefined : JSON.parse(text)) };
  }
  if (schema.type === "integer" || schema.type === "number") {
    // Not of type number: browsers round what is large.
    const control = el("input", { type: "text", inputMode: schema.type === "integer" ? "numeric" : "decimal", autocomplete: "off" });
    return { control, read: (text) => number(at, schema, text.trim()) };
  }
  if (schema.type === "string") {
    return { control: el("input", { type: "text", autocomplete: "off", spellcheck: false }), read: (text) => (text === "" ? undefined : text) };
  }
  const control = el("textarea", { rows: 3, spellcheck: false, placeholder: schema.type === "array" ? '["…"]' : '{"…": "…"}' });
  return { control, read: (text) => json(at, text.trim()) };
}

function number(at, schema, text) {
  if (text === "") return undefined;
  const value = Number(text);
  if (Number.isNaN(value)) throw new Unfit(at, "must be a number");
  // A digit that JavaScript cannot hold would be lost on the way; as text the server takes it exactly.
  if (schema.type === "integer" && !Number.isSafeInteger(value)) return text;
  return value;
}

function json(at, text) {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Unfit(at, `must be JSON: ${error.message}`);
  }
}

function bounds(schema) {
  const parts = [];
  if (schema.minimum !== undefined) parts.push(`from ${schema.minimum}`);
  if (schema.maximum !== undefined) parts.push(`to ${schema.maximum}`);
  if (schema.default !== undefined) parts.push(`default ${JSON.stringify(schema.default)}`);
  if (!["string", "boolean"].includes(schema.type) && !schema.enum) parts.unshift(schema.type);
  return parts.length > 0 ? `(${parts.join(", ")})` : "";
}
