// The walk: from the first log-in to a revoked server, then what could go wrong. walk.mjs PROGRAM FOLDER
import assert from 'node:assert/strict';
import { called, listed, refusal } from './agent.mjs';
import { Book, browse, serve } from './stage.mjs';

const [program, work] = process.argv.slice(2);
const HOSTILE = '<img src=x onerror=alert(1)>"\'></script><script>alert(2)</script>{{7*7}}';

const server = await serve(program, work);
const { browser, open, noticed, expected } = await browse(server.url);
const { address: simulator, secret: TOKEN } = server.simulators.api_token;
const book = new Book(work, noticed, expected);
const page = await open();

const button = (name, where = page) => where.getByRole('button', { name, exact: true });
const dialog = (where = page) => where.getByRole('dialog').last();
const api = async (address, where = page) => {
  const answer = await where.request.get(`/${address}`);
  assert.equal(answer.status(), 200, address);
  return answer.json();
};
const logIn = async (where = page) => {
  await where.getByLabel('Admin key').fill(server.key);
  await button('Log in', where).click();
  await where.getByRole('heading', { name: 'Accounts' }).waitFor();
};
/** Names in the preview of the open form, once it has come to rest. */
const previewed = async (where = page) => {
  await where.waitForTimeout(250);
  await where.waitForLoadState('networkidle');
  return (await dialog(where).locator('.tool-names code').allTextContents()).sort();
};
const create = (where = page) => button('Create server', dialog(where)).click();
const shownUrl = async (where = page) => {
  const code = dialog(where).getByLabel('URL', { exact: true });
  await code.waitFor();
  return code.textContent();
};
const saved = async (where = page) => {
  await button('I have copied it', dialog(where)).click();
  await dialog(where).waitFor({ state: 'detached' });
};
const newest = async () => (await api(`integrated-account/${account}/mcp`)).result[0];
/** The page must not be wider than its window. */
const fits = async (where) => {
  const [page, window] = await where.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(page <= window, `the page is ${page} px wide, the window ${window}`);
};

let account;
let readerUrl;
let readerTools;

await book.step('wrong key', { statuses: [401], page }, async () => {
  await page.goto('/');
  await page.getByLabel('Admin key').fill('not-the-key-at-all');
  await button('Log in').click();
  await page.getByText('This is not the admin key').waitFor();
});

await book.step('log in', { page }, async () => {
  await logIn();
  const cookies = await page.context().cookies();
  const session = cookies.find((cookie) => cookie.name === 'toolpress_session');
  assert.ok(session.httpOnly && session.sameSite === 'Strict', JSON.stringify({ ...session, value: '' }));
});

await book.step('connect refused at its fields', { statuses: [400], page }, async () => {
  await button('Connect account').click();
  await dialog().getByLabel('Vendor').selectOption('sequin_stream');
  await button('Connect', dialog()).click();
  await dialog().locator('[data-field="name"] .error').getByText('1 to 200').waitFor();
  await dialog().getByLabel('Name', { exact: true }).fill('Second account');
  await button('Connect', dialog()).click();
  await dialog().locator('[data-field="credentials.api_token"] .error').getByText('Is missing').waitFor();
});

await book.step('check before connecting', { page }, async () => {
  await dialog().getByLabel('Base URL').fill(simulator);
  await dialog().getByLabel('api_token').fill('wrong');
  await button('Check connection', dialog()).click();
  await dialog().locator('.notice.bad').getByText('401').first().waitFor();
  await dialog().getByLabel('api_token').fill(TOKEN);
  await button('Check connection', dialog()).click();
  await dialog().getByText('took the credentials').waitFor();
});

await book.step('connect account', { rows: [38, 39, 40], page }, async () => {
  await button('Connect', dialog()).click();
  await page.getByRole('heading', { name: 'Second account' }).waitFor();
  account = new URL(page.url()).hash.split('/')[2];
  assert.equal(await page.getByRole('tab', { name: 'MCP Servers' }).getAttribute('aria-selected'), 'true');
  await button('Create MCP Server').first().waitFor();
  await page.goto('/#/');
  await page.getByRole('link', { name: 'Second account' }).click();
  await page.getByRole('heading', { name: 'Second account' }).waitFor();
});

await book.step('check connection', { page }, async () => {
  await button('Check connection').click();
  await page.getByText('took the credentials').waitFor();
});

await book.step('read-only preview', { rows: [42, 43], page }, async () => {
  await button('Create MCP Server').first().click();
  await dialog().getByLabel('Name optional').fill('reader');
  assert.ok(await dialog().getByRole('radio', { name: /^Read-only/ }).isChecked());
  const before = await previewed();
  await dialog().getByRole('checkbox', { name: /^sinks/ }).check();
  readerTools = await previewed();
  assert.ok(readerTools.length > 0 && readerTools.length < before.length, `${readerTools.length} of ${before.length}`);
  assert.match(await dialog().locator('.numbers').textContent(), new RegExp(`^${readerTools.length} tools?, about [\\d,]+ tokens`));
});

await book.step('create read-only server', { rows: [41, 42, 43, 44], page }, async () => {
  await dialog().getByRole('radio', { name: '7 days' }).check();
  await create();
  readerUrl = await shownUrl();
  await button('Copy URL', dialog()).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), readerUrl);
  const made = await newest();
  assert.equal(made.name, 'reader');
  assert.deepEqual(made.config, { methods: ['read'], tags: ['sinks'], effects: ['read'], require_api_token_auth: false, output_schemas: false });
  assert.ok(Math.abs(new Date(made.expires_at) - Date.now() - 7 * 86_400_000) < 60_000, made.expires_at);
});

await book.step('a client lists what was previewed', { rows: [44] }, async () => {
  assert.deepEqual(await listed(readerUrl), readerTools);
});

await book.step('snippets', { page }, async () => {
  const select = dialog().getByLabel('Client', { exact: true });
  for (const client of await select.locator('option').allTextContents()) {
    await select.selectOption(client);
    assert.ok((await dialog().locator('.snippets pre').first().textContent()).includes(readerUrl), client);
  }
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  assert.ok(await dialog().isVisible(), 'Escape closed what is shown once');
  await saved();
  await page.getByRole('row', { name: /reader/ }).waitFor();
});

await book.step('a warning without any filter', { rows: [9], page }, async () => {
  await button('Create MCP Server').click();
  await dialog().getByRole('radio', { name: /^Everything/ }).check();
  await dialog().getByText('Nothing is filtered').waitFor();
  await dialog().getByRole('checkbox', { name: /^sinks/ }).check();
  await dialog().getByText('Nothing is filtered').waitFor({ state: 'detached' });
  await dialog().getByRole('checkbox', { name: /^sinks/ }).uncheck();
  await dialog().getByText('Nothing is filtered').waitFor();
});

await book.step('a choice of methods', { rows: [41], page }, async () => {
  await dialog().getByRole('radio', { name: /^Custom choice/ }).check();
  await dialog().getByRole('checkbox', { name: /^All of read/ }).uncheck();
  await dialog().getByRole('checkbox', { name: 'export', exact: true }).check();
  await dialog().getByRole('checkbox', { name: 'get', exact: true }).check();
  const names = await previewed();
  assert.ok(names.every((name) => /^get_single|_export$/.test(name)) && names.length > 1, names.join());
});

await book.step('no tool left', { statuses: [400], page }, async () => {
  await dialog().getByRole('checkbox', { name: 'get', exact: true }).uncheck();
  await dialog().getByRole('checkbox', { name: /^tunnels/ }).check();
  await dialog().getByText('No tool is left').waitFor();
  await create();
  await dialog().locator('[data-field="config"]').getByText('Leaves no tool').waitFor();
  await dialog().getByRole('checkbox', { name: /^tunnels/ }).uncheck();
});

await book.step('an expiry too near', { rows: [145], statuses: [400], page }, async () => {
  await dialog().getByRole('radio', { name: 'Date…' }).check();
  const local = (ahead) => page.evaluate((ahead) => new Date(Date.now() + ahead - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 16), ahead);
  await dialog().getByLabel('Date and time').fill(await local(-60_000));
  await create();
  await dialog().locator('[data-field="expires_at"] .error').getByText('at least 60 s').waitFor();
  // The field counts in minutes: two from now are between one and two away.
  await dialog().getByLabel('Date and time').fill(await local(120_000));
  await create();
  const url = await shownUrl();
  assert.ok((await listed(url)).length > 0);
  const left = new Date((await newest()).expires_at) - Date.now();
  assert.ok(left > 55_000 && left <= 120_000, `${left} ms`);
  await saved();
});

await book.step('edit', { page }, async () => {
  await button('Edit reader').click();
  assert.ok(await dialog().getByRole('radio', { name: /^Read-only/ }).isChecked());
  assert.ok(await dialog().getByRole('checkbox', { name: /^sinks/ }).isChecked());
  const expiry = (await api(`integrated-account/${account}/mcp`)).result.find((one) => one.name === 'reader').expires_at;
  await dialog().getByLabel('Name', { exact: true }).fill('reader of databases');
  await dialog().getByRole('checkbox', { name: /^sinks/ }).uncheck();
  await dialog().getByRole('checkbox', { name: /^databases/ }).check();
  const names = await previewed();
  await button('Save', dialog()).click();
  await button('Edit reader of databases').waitFor();
  assert.deepEqual(await listed(readerUrl), names);
  const changed = (await api(`integrated-account/${account}/mcp`)).result.find((one) => one.name === 'reader of databases');
  assert.deepEqual([changed.config.tags, changed.expires_at], [['databases'], expiry]);
});

await book.step('rotate', { page }, async () => {
  await button('Rotate reader of databases').click();
  await dialog().getByLabel('The old URL goes on for').selectOption('15 minutes');
  await button('Make a new URL', dialog()).click();
  const before = readerUrl;
  readerUrl = await shownUrl();
  assert.notEqual(readerUrl, before);
  await dialog().getByText('The old URL goes on until').waitFor();
  assert.deepEqual(await listed(readerUrl), await listed(before));
});

await book.step('list of servers', { page }, async () => {
  await saved();
  assert.equal(await page.getByRole('table', { name: 'MCP Servers' }).getByRole('row').count(), 3);
});

await book.step('revoke', { rows: [37], page }, async () => {
  await button('Revoke reader of databases').click();
  await button('Revoke server', dialog()).click();
  await button('Revoke reader of databases').waitFor({ state: 'detached' });
});

await book.step('a revoked client is refused', { rows: [37] }, async () => {
  assert.equal(await refusal(readerUrl), 404);
});

let guardedUrl;
await book.step('extra authentication', { page }, async () => {
  await button('Create MCP Server').click();
  await dialog().getByLabel('Name optional').fill('guarded');
  await dialog().getByRole('checkbox', { name: /^Require an API token/ }).check();
  await create();
  guardedUrl = await shownUrl();
  assert.equal(await refusal(guardedUrl), 401);
  await dialog().getByLabel('Client', { exact: true }).selectOption('ChatGPT');
  await dialog().getByText('takes no header').waitFor();
  await button('Create an API token for it', dialog()).click();
  const token = await dialog().getByLabel('API token', { exact: true }).textContent();
  await dialog().getByLabel('Client', { exact: true }).selectOption('Cursor');
  const snippet = JSON.parse(await dialog().locator('.snippets pre').textContent());
  const { url, headers } = Object.values(snippet.mcpServers)[0];
  assert.deepEqual([url, headers], [guardedUrl, { 'Toolpress-Api-Token': token }]);
  assert.ok((await listed(url, headers)).length > 0);
});

await book.step('API tokens', { page }, async () => {
  await saved();
  await page.getByRole('link', { name: 'API tokens' }).click();
  await button('Create API token').click();
  await dialog().getByLabel('Name', { exact: true }).fill('continuous integration');
  await button('Create', dialog()).click();
  const token = await dialog().getByLabel('API token', { exact: true }).textContent();
  await saved();
  assert.equal(await refusal(guardedUrl, { 'Toolpress-Api-Token': token }), null);
  await page.getByText('continuous integration').waitFor();
  await button('Revoke continuous integration').click();
  await button('Revoke token', dialog()).click();
  await button('Revoke continuous integration').waitFor({ state: 'detached' });
  assert.equal(await refusal(guardedUrl, { 'Toolpress-Api-Token': token }), 401);
});

const accountPage = async (where = page) => {
  await where.goto('/#/');
  await where.getByRole('link', { name: 'Second account' }).click();
  await where.getByRole('heading', { name: 'Second account' }).waitFor();
};
const tool = (name) => page.locator(`details[data-tool="${name}"]`);

await book.step('tools, searched and opened', { page }, async () => {
  await accountPage();
  await page.getByRole('tab', { name: 'Tools' }).click();
  await page.getByLabel('Search tools').fill('sink_consumers');
  assert.ok(await page.locator('details.tool').count() > 0);
  await page.getByLabel('Effect', { exact: true }).selectOption('read');
  const row = tool('list_all_sequin_stream_sink_consumers');
  await row.locator('summary').first().click();
  await row.getByText('Input schema').click();
  assert.equal(JSON.parse(await row.getByLabel('Input schema').textContent()).type, 'object');
});

await book.step('try a tool', { page }, async () => {
  const row = tool('list_all_sequin_stream_sink_consumers');
  await button('Try it', row).click();
  await row.getByLabel('limit').fill('1');
  await button('Call tool', row).click();
  const shown = JSON.parse(await row.getByLabel('result', { exact: true }).textContent());
  assert.equal(shown.result_count, 1);
});

await book.step('wrong arguments', { page }, async () => {
  const row = tool('list_all_sequin_stream_sink_consumers');
  await row.getByLabel('limit').fill('many');
  await button('Call tool', row).click();
  await row.getByText('Must be a number').waitFor();
  await row.getByLabel('limit').fill('100000');
  await button('Call tool', row).click();
  await row.getByLabel('Answer').getByText('limit').waitFor();
});

await book.step('a destructive tool asks first', { page }, async () => {
  await page.getByLabel('Effect', { exact: true }).selectOption('destructive');
  const row = tool('delete_a_sequin_stream_sink_consumer_by_id');
  await row.locator('summary').first().click();
  await button('Try it', row).click();
  await row.getByLabel('id').fill('no_such_sink');
  await button('Call tool', row).click();
  await dialog().getByText('It is destructive').waitFor();
  await button('Cancel', dialog()).click();
  assert.equal(await row.locator('.result > *').count(), 0);
  await button('Call tool', row).click();
  await button('Call it', dialog()).click();
  await row.getByText('error', { exact: true }).waitFor();
});

await book.step('recent calls', { page }, async () => {
  await page.waitForTimeout(1300);
  await page.getByRole('tab', { name: 'Recent calls' }).click();
  await page.getByText('delete_a_sequin_stream_sink_consumer_by_id').first().waitFor();
  await page.getByText('this page').first().waitFor();
});

await book.step('text stays text', { page }, async () => {
  await button('Edit').click();
  await dialog().getByLabel('Name', { exact: true }).fill(HOSTILE);
  await button('Save', dialog()).click();
  await page.getByRole('heading', { name: HOSTILE }).waitFor();
  await page.getByRole('tab', { name: 'MCP Servers' }).click();
  await button('Create MCP Server').first().click();
  await dialog().getByLabel('Name optional').fill(HOSTILE);
  await create();
  const url = await shownUrl();
  const snippet = await dialog().getByLabel('Client', { exact: true }).selectOption('Claude Code').then(() => dialog().locator('.snippets pre').textContent());
  assert.match(snippet, /^claude mcp add --transport http [a-z0-9-]+ http\S+$/);
  await saved();
  await button(`Revoke ${HOSTILE}`).click();
  await dialog().getByRole('heading', { name: HOSTILE }).waitFor();
  await button('Cancel', dialog()).click();
  await called(url, 'list_all_sequin_stream_sink_consumers', { limit: 1 });
  await page.waitForTimeout(1300);
  await page.getByRole('tab', { name: 'Recent calls' }).click();
  await page.getByText(HOSTILE).last().waitFor();
  await page.getByRole('link', { name: 'API tokens' }).click();
  await button('Create API token').click();
  await dialog().getByLabel('Name', { exact: true }).fill(HOSTILE);
  await button('Create', dialog()).click();
  await saved();
  await button(`Revoke ${HOSTILE}`).waitFor();
  await page.goto('/#/');
  await page.getByRole('link', { name: HOSTILE }).click();
  await page.getByRole('heading', { name: HOSTILE }).waitFor();
  assert.equal(await page.locator('main img').count() + await page.locator('main script').count(), 0);
});

await book.step('an address that is none', { statuses: [400], page }, async () => {
  await button('Edit').click();
  await dialog().getByLabel('Base URL').fill('javascript:alert(1)');
  await button('Save', dialog()).click();
  await dialog().locator('[data-field="base_url"] .error').getByText('cannot be used', { exact: false }).waitFor();
  await button('Cancel', dialog()).click();
  await button('Edit').click();
  await dialog().getByLabel('Name', { exact: true }).fill('Second account');
  await button('Save', dialog()).click();
  await page.getByRole('heading', { name: 'Second account' }).waitFor();
});

await book.step('an ended session loses nothing', { statuses: [401], page }, async () => {
  await page.getByRole('tab', { name: 'MCP Servers' }).click();
  await button('Create MCP Server').first().click();
  await dialog().getByLabel('Name optional').fill('half written');
  await page.context().clearCookies();
  await create();
  await dialog().getByRole('heading', { name: 'Your session has ended' }).waitFor();
  await page.keyboard.press('Escape');
  await dialog().getByLabel('Admin key').fill(server.key);
  await button('Log in', dialog()).click();
  await shownUrl();
  assert.equal((await newest()).name, 'half written');
  await saved();
});

await book.step('more than one part', { page }, async () => {
  const words = `integrated-account/${account}/mcp`;
  const session = await api('session');
  for (let made = 0; made < 60; made += 1) {
    const answer = await page.request.post(`/${words}`, { data: { name: `many ${made}` }, headers: { 'x-csrf-token': session.csrf_token } });
    assert.equal(answer.status(), 201);
  }
  await page.reload();
  const rows = page.locator('tbody tr');
  await button('Load more').waitFor();
  assert.equal(await rows.count(), 50);
  await button('Load more').click();
  await rows.nth(60).waitFor();
  assert.equal(await button('Load more').count(), 0);
  const { result } = await api(`${words}?limit=1000`);
  assert.deepEqual(await rows.evaluateAll((rows) => rows.map((row) => row.dataset.id)), result.map((one) => one.id));
  for (const one of result.filter(({ name }) => name.startsWith('many'))) {
    await page.request.delete(`/${words}/${one.id}`, { headers: { 'x-csrf-token': session.csrf_token } });
  }
});

await book.step('told when to come again', { statuses: [503, 429], page }, async () => {
  await page.route('**/integrated-account?**', (route) => route.fulfill({
    status: 503, headers: { 'retry-after': '7' }, contentType: 'application/json',
    body: JSON.stringify({ error: { code: 'unavailable', message: 'The database is not available now.' } }),
  }), { times: 1 });
  await page.goto('/#/');
  await page.getByText('The database is not available now. Wait 7 s').waitFor();
  await button('Try again').click();
  await page.getByRole('link', { name: 'Second account' }).waitFor();
});

await book.step('keyboard only', { rows: [40, 44] }, async () => {
  const other = await open();
  await other.goto('/');
  await other.keyboard.type(server.key);
  await other.keyboard.press('Enter');
  const name = () => other.evaluate(() => document.activeElement?.textContent?.trim() || document.activeElement?.value || '');
  const tabTo = async (text) => {
    for (let pressed = 0; pressed < 60; pressed += 1) {
      if ((await name()) === text) {
        const seen = await other.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
        assert.notEqual(seen, 'none', `${text} shows no focus`);
        return;
      }
      await other.keyboard.press('Tab');
    }
    assert.fail(`${text} cannot be reached by the keyboard`);
  };
  await other.getByRole('link', { name: 'Second account' }).waitFor();
  await tabTo('Second account');
  await other.keyboard.press('Enter');
  await other.getByRole('tab', { name: 'MCP Servers' }).waitFor();
  await tabTo('MCP Servers');
  await other.keyboard.press('ArrowRight');
  await other.getByLabel('Search tools').waitFor();
  assert.equal(await name(), 'Tools');
  await other.keyboard.press('ArrowLeft');
  await button('Create MCP Server', other).first().waitFor();
  await tabTo('Create MCP Server');
  await other.keyboard.press('Enter');
  await dialog(other).waitFor();
  await other.keyboard.type('typed');
  await other.keyboard.press('Enter');
  const url = await shownUrl(other);
  assert.ok((await listed(url)).length > 0);
  await tabTo('I have copied it');
  await other.keyboard.press('Enter');
  await dialog(other).waitFor({ state: 'detached' });
  await book.picture(other, 'keyboard only');
  await other.context().close();
});

for (const [name, options] of [
  ['phone', { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 }],
  ['dark', { colorScheme: 'dark' }],
]) {
  await book.step(name, {}, async () => {
    const other = await open(options);
    await other.goto('/');
    await other.getByLabel('Admin key').waitFor();
    await fits(other);
    await book.picture(other, `${name} log in`);
    await logIn(other);
    await other.getByRole('link', { name: 'Second account' }).waitFor();
    for (const [place, ready] of [
      ['', 'Second account'], [`account/${account}/servers`, 'Revoke'], [`account/${account}/tools`, 'list_all_sequin_stream_sink_consumers'],
      [`account/${account}/calls`, 'this page'], ['tools', 'Vendor'], ['tokens', 'Scope'],
    ]) {
      await other.goto(`/#/${place}`);
      await other.getByText(ready).first().waitFor();
      await fits(other);
      await book.picture(other, `${name} ${place.split('/').pop() || 'accounts'}`);
    }
    await other.goto(`/#/account/${account}/servers`);
    await button('Create MCP Server', other).first().click();
    await previewed(other);
    await fits(other);
    await book.picture(other, `${name} create`);
    await create(other);
    await shownUrl(other);
    await fits(other);
    await book.picture(other, `${name} url`);
    await saved(other);
    await other.context().close();
  });
}

await book.step('delete account', { page }, async () => {
  await accountPage();
  await button('Delete').click();
  await button('Delete account', dialog()).click();
  await page.getByRole('heading', { name: 'Accounts' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Second account' }).count(), 0);
  assert.equal(await refusal(guardedUrl), 404);
});

await book.step('nothing yet', { page }, async () => {
  for (const { id } of (await api('integrated-account')).result) {
    await page.goto(`/#/account/${id}`);
    await button('Delete').click();
    await button('Delete account', dialog()).click();
    await page.getByRole('heading', { name: 'Accounts' }).waitFor();
  }
  await page.getByText('No account is connected yet').waitFor();
});

await book.step('log out', { statuses: [401], page }, async () => {
  const cookies = await page.context().cookies();
  await button('Log out').click();
  await page.getByLabel('Admin key').waitFor();
  await page.reload();
  await page.getByLabel('Admin key').waitFor();
  const session = cookies.find(({ name }) => name === 'toolpress_session');
  const answer = await fetch(`${server.url}/integrated-account`, { headers: { cookie: `${session.name}=${session.value}` } });
  assert.equal(answer.status, 401);
});

await browser.close();
await server.stop();
process.exitCode = book.close();
