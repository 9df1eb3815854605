// Connecting an account, and changing one.

import { el, fill, outside } from "./dom.js";
import { integrations, patch, post } from "./api.js";
import { acting, field, refused, submitting } from "./form.js";
import { open, say } from "./dialog.js";

/** Opens the form for a new account; afterwards its page. */
export async function connect() {
  const vendors = await integrations();
  open({ title: "Connect account" }, (close) => newForm(vendors, close));
}

function newForm(vendors, close) {
  const vendor = el("select", { name: "integration" },
    vendors.map((vendor) => el("option", { value: vendor.slug }, vendor.label)));
  const name = nameInput("");
  const chosen = el("div");
  const verdict = el("div", { role: "status" });
  let fields = null;
  const chose = () => {
    const described = vendors.find((one) => one.slug === vendor.value);
    fields = described ? details(described) : null;
    name.placeholder = described ? `${described.label}, production` : "";
    fill(chosen, fields?.root);
    fill(verdict);
  };
  vendor.addEventListener("change", chose);
  chose();

  const check = el("button", { type: "button" }, "Check connection");
  const form = el("form", { method: "post" },
    field({ name: "integration", label: "Vendor", control: vendor }),
    field({ name: "name", label: "Name", hint: "What you call this account here.", control: name }),
    chosen, verdict,
    el("div", { class: "actions" }, check, el("button", { type: "submit", class: "primary" }, "Connect")));
  check.addEventListener("click", async () => {
    check.disabled = true;
    fill(verdict, el("p", { class: "faint" }, "Asking the vendor…"));
    try {
      const body = { base_url: fields.baseUrl(), credentials: fields.credentials() };
      fill(verdict, checkResult(await post(["integration", vendor.value, "check"], body)));
    } catch (problem) {
      fill(verdict);
      refused(form, problem);
    } finally {
      check.disabled = false;
    }
  });
  submitting(form, async () => {
    const account = await post(["integrated-account"], {
      integration: vendor.value,
      name: name.value,
      base_url: fields.baseUrl(),
      credentials: fields.credentials(),
    });
    close();
    say(`${account.name} is connected.`);
    location.hash = `#/account/${account.id}`;
  });
  return form;
}

/** Opens the form that changes an account; calls `done` with what it has become. */
export async function edit(account, done) {
  const vendors = await integrations();
  const vendor = vendors.find((one) => one.slug === account.integration);
  open({ title: "Edit account" }, (close) => {
    const name = nameInput(account.name);
    const fields = vendor ? details(vendor, account) : null;
    const form = el("form", { method: "post" },
      field({ name: "name", label: "Name", control: name }),
      fields?.root,
      el("div", { class: "actions" }, el("button", { type: "button", onclick: close }, "Cancel"),
        el("button", { type: "submit", class: "primary" }, "Save")));
    submitting(form, async () => {
      const change = { name: name.value };
      const url = fields?.baseUrl();
      if (fields && url !== (account.base_url === vendor.base_url ? null : account.base_url)) change.base_url = url;
      const given = fields?.credentials() ?? {};
      if (Object.keys(given).length > 0) change.credentials = given;
      const changed = await patch(["integrated-account", account.id], change);
      close();
      say("Saved.");
      done(changed);
    });
    return form;
  });
}

function nameInput(value) {
  return el("input", { type: "text", name: "name", value, maxLength: 200, required: true, autocomplete: "off" });
}

/** Fields that the vendor's description asks for. */
function details(vendor, account = null) {
  const own = account && account.base_url !== vendor.base_url ? account.base_url : "";
  const url = el("input", { type: "url", name: "base_url", value: own ?? "", placeholder: vendor.base_url ?? "https://", autocomplete: "off", spellcheck: false });
  const where = vendor.base_url ? "Leave it empty for the vendor's own cloud." : "The address of your instance.";
  const moved = account ? " Another host makes the credentials void; enter them again." : "";
  const inputs = vendor.credentials.map((credential) => [credential, el("input", {
    type: credential.secret ? "password" : "text",
    name: credential.name,
    autocomplete: credential.secret ? "new-password" : "off",
    spellcheck: false,
  })]);
  const isSet = (name) => account?.credentials.some((credential) => credential.name === name && credential.set);
  const root = el("div", {},
    field({ name: "base_url", label: "Base URL", optional: Boolean(vendor.base_url), hint: where + moved, control: url }),
    el("div", { data: { field: "credentials" } }, inputs.map(([credential, control]) => {
      if (isSet(credential.name)) control.placeholder = "stored; leave empty to keep it";
      return field({
        name: `credentials.${credential.name}`,
        label: credential.name,
        optional: !credential.required,
        hint: credential.help,
        control,
      });
    }), el("p", { class: "error" })),
    vendor.docs ? el("p", { class: "hint" }, outside(vendor.docs, `Documentation of ${vendor.label}`)) : null);
  return {
    root,
    baseUrl: () => url.value.trim() || null,
    credentials: () => Object.fromEntries(inputs.filter(([, control]) => control.value)
      .map(([credential, control]) => [credential.name, control.value])),
  };
}

/** What a check of the connection found. */
export function checkResult(checked) {
  const status = checked.upstream_status ? `HTTP ${checked.upstream_status}, ` : "";
  return el("div", { class: `notice ${checked.ok ? "good" : "bad"}` },
    el("p", {}, checked.message),
    el("p", { class: "hint" }, `${checked.tool}: ${status}${checked.duration_ms} ms`));
}

/** A button that checks a stored account; the result appears in `place`. */
export function checkButton(id, place) {
  const button = el("button", { type: "button" }, "Check connection");
  return acting(button, place, async () => {
    fill(place, el("p", { class: "faint" }, "Asking the vendor…"));
    fill(place, checkResult(await post(["integrated-account", id, "check"])));
  });
}
