// The program, the browser, and the book that is kept of the steps.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/** Starts the program; gives its address and the admin key it printed. */
export async function serve(program, work) {
  const log = fs.openSync(path.join(work, 'server.log'), 'w');
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TOOLPRESS_')));
  const child = spawn(program, ['serve', '--sandbox', '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', log], env: environment });
  let out = '';
  const ready = new Promise((resolve, reject) => {
    child.stdout.on('data', (data) => { out += data; if (out.includes('Stop with')) resolve(); });
    child.once('exit', () => reject(new Error('the server did not start; see server.log')));
  });
  await ready;
  const url = /listens on (\S+)/.exec(out)[1];
  const key = /Admin key\s+(\S+)/.exec(out)[1];
  // Where its simulators are, and what they take, by the name of the vendor's credential.
  const simulators = Object.fromEntries([...out.matchAll(/Simulator\s+(\S+)  (\w+)=(\S+)/g)].map(([, address, name, secret]) => [name, { address, secret }]));
  return { url, key, simulators, stop: async () => { child.kill(); await once(child, 'exit'); } };
}

/** A browser in which nothing goes by unnoticed. */
export async function browse(url) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
  const noticed = [];
  /** Statuses of refusals that a step is about: browsers put each failed request into the console. */
  const expected = new Set();
  const open = async (options = {}) => {
    const context = await browser.newContext({ baseURL: url, viewport: { width: 1200, height: 860 }, ...options });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url });
    const page = await context.newPage();
    page.setDefaultTimeout(8000);
    page.on('dialog', (dialog) => { noticed.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    page.on('pageerror', (error) => noticed.push(`error: ${error.message}`));
    page.on('console', (message) => {
      const status = /^Failed to load resource: .* status of (\d+)/.exec(message.text())?.[1];
      if (['error', 'warning'].includes(message.type()) && !(status && expected.has(Number(status)))) {
        noticed.push(`console ${message.type()}: ${message.text()}`);
      }
    });
    page.on('request', (request) => { if (!request.url().startsWith(url)) noticed.push(`request to ${request.url()}`); });
    if (process.env.PAGE_FILES) await fromFiles(page, process.env.PAGE_FILES);
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`));
    });
    return page;
  };
  return { browser, open, noticed, expected };
}

async function fromFiles(page, folder) {
  await page.route(/\/(page\/[^/]+)?$/, async (route) => {
    const name = new URL(route.request().url()).pathname.slice('/page/'.length) || 'index.html';
    const response = await route.fetch();
    if (response.status() !== 200) return route.fulfill({ response });
    return route.fulfill({ response, body: fs.readFileSync(path.join(folder, name)) });
  });
}

/** Runs steps one after the other and writes down how each ended. */
export class Book {
  constructor(work, noticed, expected) {
    Object.assign(this, { work, noticed, expected, results: [] });
  }

  /** A step; `rows` are the numbered requirements that it shows. `statuses` are refusals that it causes. */
  async step(name, { rows = [], statuses = [], page }, act) {
    const started = Date.now();
    const label = rows.length > 0 ? `${name} (${rows.length > 1 ? 'rows' : 'row'} ${rows.join(', ')})` : name;
    let problem = null;
    this.noticed.length = 0;
    this.expected.clear();
    statuses.forEach((status) => this.expected.add(status));
    try {
      await act();
      if (page) await this.picture(page, name);
      if (this.noticed.length > 0) throw new Error(`the browser noticed: ${this.noticed.join('; ')}`);
    } catch (error) {
      problem = error.message.split('\n').slice(0, 3).join(' ').replace(/\u001b\[\d+m/g, '');
      if (page) {
        await this.picture(page, `FAILED ${name}`).catch(() => {});
        // The next step is not to stumble over what this one left open.
        await page.evaluate(() => document.querySelectorAll('dialog').forEach((dialog) => dialog.close())).catch(() => {});
      }
    }
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    this.results.push({ step: name, rows, ok: problem === null, seconds: Number(seconds), problem });
    console.log(problem === null ? `ok     ${label}, ${seconds} s` : `FAILED ${label}: ${problem}`);
    return problem === null;
  }

  async picture(page, name) {
    this.pictures = (this.pictures ?? 0) + 1;
    const file = `${String(this.pictures).padStart(2, '0')}-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.png`;
    await page.screenshot({ path: path.join(this.work, 'screenshots', file) });
  }

  /** Writes the summary; gives the exit code. */
  close() {
    const passed = this.results.filter((result) => result.ok).length;
    const summary = { passed, failed: this.results.length - passed, total: this.results.length, steps: this.results };
    fs.writeFileSync(path.join(this.work, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
    console.log(`${passed} of ${this.results.length} steps ok`);
    return passed === this.results.length && passed > 0 ? 0 : 1;
  }
}
