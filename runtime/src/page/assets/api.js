// The REST API. Addresses are relative to the page, so a proxy may put a prefix before both.

/** Remembers that somebody logged in, so that a first visit need not ask the server. No secret. */
const HINT = "toolpress.session";

let csrf = null;
let ask = null;
let asking = null;

/** Why the server did not do it, or did not answer. */
export class Problem extends Error {
  constructor(status, { code, message, details } = {}, wait = null) {
    super(message ?? `The server answered with HTTP ${status}.`);
    Object.assign(this, { status, code: code ?? "", details: details ?? [], wait });
  }

  /** In words, with how long to wait. */
  get told() {
    if (!this.wait || this.message.includes(`${this.wait} s`)) return this.message;
    return `${this.message} Wait ${this.wait} s before the next attempt.`;
  }
}

/** Sets what is called when a session has ended: it must bring about a new one. */
export function whenLoggedOut(handler) {
  ask = handler;
}

async function send(method, path, body, signal) {
  const headers = {};
  if (body !== undefined) headers["content-type"] = "application/json";
  if (method !== "GET" && csrf) headers["x-csrf-token"] = csrf;
  const text = body === undefined ? undefined : JSON.stringify(body);
  let response;
  try {
    response = await fetch(path, { method, headers, body: text, signal, cache: "no-store", redirect: "error" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { message: "The server does not answer. Is it running, and are you connected?" });
  }
  const answer = await response.text();
  let value = null;
  try {
    value = answer === "" ? null : JSON.parse(answer);
  } catch {
    throw new Problem(response.status, { message: `Something else than the server answered (HTTP ${response.status}).` });
  }
  if (response.ok) return value;
  const wait = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  throw new Problem(response.status, value?.error, Number.isNaN(wait) ? null : wait);
}

/**
 * One request; gives the answer's JSON. When the session has ended, the person is asked to log in and the
 * request is sent again, so nothing on the page is lost.
 */
export async function request(method, path, body, { signal } = {}) {
  try {
    return await send(method, path, body, signal);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status === 401) {
      asking ??= ask().finally(() => { asking = null; });
      await asking;
    } else if (problem.status !== 403 || method === "GET" || !(await renewed())) {
      throw problem;
    }
    return send(method, path, body, signal);
  }
}

/** Another tab may have logged in anew, which changes the token that must be sent along. */
async function renewed() {
  const before = csrf;
  return (await resume()) && csrf !== before;
}

/** Takes up the session of the cookie, if there is one. */
export async function resume() {
  if (!localStorage.getItem(HINT)) return false;
  try {
    csrf = (await send("GET", "session")).csrf_token;
    return true;
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    localStorage.removeItem(HINT);
    return false;
  }
}

export async function logIn(key) {
  csrf = (await send("POST", "session", { admin_key: key })).csrf_token;
  localStorage.setItem(HINT, "1");
  if (!(await resume())) {
    const message = "The key is right, but the browser did not keep the session's cookie. Open the page at the public address of the server, over https.";
    throw new Problem(0, { message });
  }
}

export async function logOut() {
  await send("DELETE", "session");
  csrf = null;
  localStorage.removeItem(HINT);
}

/** An address: words are encoded, `query` is added where it has something. */
export function path(words, query = {}) {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  const search = new URLSearchParams(pairs).toString();
  return words.map(encodeURIComponent).join("/") + (search ? `?${search}` : "");
}

export const get = (words, query, options) => request("GET", path(words, query), undefined, options);
export const post = (words, body) => request("POST", path(words), body);
export const patch = (words, body) => request("PATCH", path(words), body);
export const remove = (words) => request("DELETE", path(words));

let vendors = null;

/** The vendors; they do not change while the server runs. */
export async function integrations() {
  vendors ??= (await get(["integration"])).result;
  return vendors;
}

/** All entries of a list that is read in parts. */
export async function all(words) {
  const found = [];
  let cursor = null;
  do {
    const part = await get(words, { limit: 1000, next_cursor: cursor });
    found.push(...part.result);
    cursor = part.next_cursor;
  } while (cursor);
  return found;
}
