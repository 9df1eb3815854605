// The page: who is logged in, which view the address names.

import { el, fill } from "./dom.js";
import { logOut, resume, whenLoggedOut } from "./api.js";
import { again, front } from "./login.js";
import { notice } from "./form.js";
import { accounts } from "./accounts.js";
import { account } from "./account.js";
import { tools } from "./inventory.js";
import { tokens } from "./tokens.js";

const main = document.getElementById("main");
const top = document.getElementById("top");
const nav = document.getElementById("nav");

let loggedIn = false;
let turn = 0;

/** The view of an address: which link of the top it belongs to, and what makes it. */
function view([first, ...rest]) {
  switch (first) {
    case undefined: return { link: "#/", make: accounts };
    case "account": return { link: "#/", make: () => account(...rest) };
    case "tools": return { link: "#/tools", make: () => tools(...rest) };
    case "tokens": return { link: "#/tokens", make: tokens };
    default: return { link: "", make: async () => missing() };
  }
}

function missing() {
  return el("div", {}, el("h1", {}, "There is no such page"), el("p", {}, el("a", { href: "#/" }, "To the accounts")));
}

function words() {
  try {
    return location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return ["unreadable"];
  }
}

/** Shows what the address names. The focus goes to the heading, unless it stands on a tab. */
async function show() {
  if (!loggedIn) return;
  turn += 1;
  const mine = turn;
  const { link, make } = view(words());
  // What belongs to the view before; what is shown only once stays.
  for (const dialog of document.querySelectorAll("dialog:not(.held)")) dialog.close();
  for (const anchor of nav.children) {
    if (anchor.getAttribute("href") === link) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
  main.setAttribute("aria-busy", "true");
  const tab = document.activeElement?.closest("[role=tab]")?.getAttribute("href");
  let content;
  try {
    content = await make();
  } catch (problem) {
    if (!("told" in problem)) console.error(problem);
    content = el("div", {}, el("h1", {}, problem.status === 404 ? "Not found" : "This did not work"), notice(problem, show));
  }
  if (mine !== turn) return;
  main.removeAttribute("aria-busy");
  fill(main, content);
  const heading = main.querySelector("h1");
  document.title = heading ? `${heading.textContent} · Toolpress` : "Toolpress";
  const same = tab && [...main.querySelectorAll("[role=tab]")].find((other) => other.getAttribute("href") === tab);
  if (same) same.focus();
  else if (heading) {
    heading.tabIndex = -1;
    heading.focus();
    scrollTo(0, 0);
  }
}

function enter() {
  loggedIn = true;
  top.hidden = false;
  return show();
}

function leave() {
  loggedIn = false;
  turn += 1;
  top.hidden = true;
  document.title = "Log in · Toolpress";
  fill(main, front(enter));
  main.querySelector("input[type=password]").focus();
}

document.getElementById("log-out").addEventListener("click", async () => {
  try {
    await logOut();
    for (const dialog of document.querySelectorAll("dialog")) dialog.close();
    leave();
  } catch (problem) {
    main.prepend(notice(problem));
  }
});
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener("hashchange", show);
whenLoggedOut(again);

async function start() {
  try {
    if (await resume()) await enter();
    else leave();
  } catch (problem) {
    fill(main, el("h1", {}, "Toolpress"), notice(problem, start));
  }
}
await start();
