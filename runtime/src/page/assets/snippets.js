// The URL of a server, shown once, and how each client is told of it.

import { copyable, el, fill, freshId } from "./dom.js";
import { post } from "./api.js";
import { open } from "./dialog.js";
import { acting } from "./form.js";

const HEADER = "Toolpress-Api-Token";
const PLACEHOLDER = "YOUR_API_TOKEN";

/** A word that is fit for command lines and as a key. */
function key(name) {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40) || "toolpress";
}

const pretty = (value) => JSON.stringify(value, null, 2);

/** The clients: what to do, what to paste, and what to know. `token` is null unless one is required. */
function clients(name, url, token) {
  const headers = token ? { headers: { [HEADER]: token } } : {};
  const environment = { TOOLPRESS_URL: url, ...(token ? { TOOLPRESS_HEADER: `${HEADER}: ${token}` } : {}) };
  const install = token ? ` --header '${HEADER}: ${token}'` : "";
  const noHeader = "Its form takes no header, so this server, which requires an API token, cannot be used there.";
  const python = token
    ? `client = MultiServerMCPClient({"${name}": {\n    "transport": "streamable_http",\n    "url": "${url}",\n    "headers": {"${HEADER}": "${token}"},\n}})`
    : `client = MultiServerMCPClient({"${name}": {"transport": "streamable_http", "url": "${url}"}})`;
  return [
    { client: "ChatGPT", web: true, steps: token ? noHeader : "Settings → Apps → Advanced settings → Developer mode, then add a connector with a name and this URL. In older versions: Settings → Connectors → Add.", code: token ? null : url },
    { client: "Claude (web)", web: true, steps: token ? noHeader : "Settings → Connectors → Add custom connector, then paste this URL.", code: token ? null : url },
    { client: "Claude Desktop", steps: "Run this and restart Claude Desktop:", code: `toolpress install claude-desktop --name ${name} --url ${url}${install}`, also: ["or, in claude_desktop_config.json:", pretty({ mcpServers: { [name]: { command: "toolpress", args: ["bridge"], env: environment } } })] },
    { client: "Claude Code", steps: "Run:", code: `claude mcp add --transport http ${name} ${url}${token ? ` --header "${HEADER}: ${token}"` : ""}` },
    { client: "Cursor", steps: "In .cursor/mcp.json of a project, or ~/.cursor/mcp.json for all:", code: pretty({ mcpServers: { [name]: { url, ...headers } } }) },
    { client: "VS Code", steps: "In .vscode/mcp.json:", code: pretty({ servers: { [name]: { type: "http", url, ...headers } } }) },
    { client: "LangChain", steps: "With langchain-mcp-adapters:", code: `from langchain_mcp_adapters.client import MultiServerMCPClient\n\n${python}\ntools = await client.get_tools()` },
    { client: "toolpress bridge", steps: "For clients that only start commands; it speaks MCP on standard input and output:", code: token ? `API_TOKEN=${token} TOOLPRESS_URL=${url} toolpress bridge --header-env ${HEADER}=API_TOKEN` : `TOOLPRESS_URL=${url} toolpress bridge` },
    { client: "curl", steps: "Lists the tools:", code: `curl ${url}${token ? ` -H '${HEADER}: ${token}'` : ""} -H 'content-type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'` },
  ];
}

/** Clients on the web reach only what is on the web. */
function reach(url) {
  const { protocol, hostname } = new URL(url);
  const here = ["localhost", "127.0.0.1", "[::1]"].includes(hostname) || hostname.endsWith(".localhost");
  if (protocol === "https:" && !here) return null;
  return el("p", { class: "notice notice-warn" }, "The web cannot reach this address. Put the server behind a proxy with https and start it with ", el("code", { class: "plain flag" }, "--public-url"), "; until then use a client on this machine.");
}

/** Shows a server that has just been given its URL. */
export function reveal(server, { account, told }) {
  open({ title: `URL of ${server.name}`, wide: true, held: true }, (close) => {
    const required = server.config.require_api_token_auth;
    const place = el("div", { class: "snippets" });
    const show = (token) => fill(place, tabs(server, token));
    show(required ? PLACEHOLDER : null);
    return el("div", {},
      el("p", {}, "Whoever has this URL can use the server. It is shown only now; a lost one is replaced by rotating."),
      copyable(server.url, { label: "Copy", about: "URL" }),
      told ? el("p", { class: "notice good" }, told) : null,
      required ? secondProof(account, server, show) : null,
      el("h3", {}, "Connect a client"),
      place,
      el("div", { class: "actions" }, el("button", { type: "button", class: "primary", onclick: close }, "I have copied it")));
  });
}

function secondProof(account, server, show) {
  const place = el("div", { class: "notice" });
  const failed = el("div");
  const make = acting(el("button", { type: "button" }, "Create an API token for it"), failed, async () => {
    const made = await post(["api-token"], { name: server.name, integrated_account_id: account.id });
    fill(place, el("p", {}, "The API token, also shown only now. It opens the servers of this account that require one."), copyable(made.token, { about: "API token" }));
    show(made.token);
  });
  fill(place, el("p", {}, "This server requires an API token, in the header ", el("code", {}, HEADER), " or as ", el("code", {}, "Authorization: Bearer"), "."), make, failed);
  return place;
}

function tabs(server, token) {
  const all = clients(key(server.name), server.url, token);
  const select = el("select", { id: freshId("client") }, all.map(({ client }) => el("option", {}, client)));
  const panel = el("div");
  const show = () => {
    const { steps, code, also, web } = all[select.selectedIndex];
    fill(panel, el("p", {}, steps), code ? copyable(code, { about: "snippet", block: true }) : null,
      also ? [el("p", {}, also[0]), copyable(also[1], { about: "snippet", block: true })] : null,
      web && code ? reach(server.url) : null);
  };
  select.addEventListener("change", show);
  show();
  return [el("label", { htmlFor: select.id, class: "visually-hidden" }, "Client"), select, panel];
}
