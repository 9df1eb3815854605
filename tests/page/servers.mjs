// MCP servers: created, looked at by a client, changed, revoked; and API tokens.
import assert from 'node:assert/strict';
import { listed, refusal } from './agent.mjs';

export async function servers(scene) {
  const { api, book, button, create, dialog, newest, page, previewed, saved, shownUrl } = scene;

  let readerUrl;
  let readerTools;

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
    const expiry = (await api(`integrated-account/${scene.account}/mcp`)).result.find((one) => one.name === 'reader').expires_at;
    await dialog().getByLabel('Name', { exact: true }).fill('reader of databases');
    await dialog().getByRole('checkbox', { name: /^sinks/ }).uncheck();
    await dialog().getByRole('checkbox', { name: /^databases/ }).check();
    const names = await previewed();
    await button('Save', dialog()).click();
    await button('Edit reader of databases').waitFor();
    assert.deepEqual(await listed(readerUrl), names);
    const changed = (await api(`integrated-account/${scene.account}/mcp`)).result.find((one) => one.name === 'reader of databases');
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

  await book.step('extra authentication', { page }, async () => {
    await button('Create MCP Server').click();
    await dialog().getByLabel('Name optional').fill('guarded');
    await dialog().getByRole('checkbox', { name: /^Require an API token/ }).check();
    await create();
    scene.guardedUrl = await shownUrl();
    assert.equal(await refusal(scene.guardedUrl), 401);
    await dialog().getByLabel('Client', { exact: true }).selectOption('ChatGPT');
    await dialog().getByText('takes no header').waitFor();
    await button('Create an API token for it', dialog()).click();
    const token = await dialog().getByLabel('API token', { exact: true }).textContent();
    await dialog().getByLabel('Client', { exact: true }).selectOption('Cursor');
    const snippet = JSON.parse(await dialog().locator('.snippets pre').textContent());
    const { url, headers } = Object.values(snippet.mcpServers)[0];
    assert.deepEqual([url, headers], [scene.guardedUrl, { 'Toolpress-Api-Token': token }]);
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
    assert.equal(await refusal(scene.guardedUrl, { 'Toolpress-Api-Token': token }), null);
    await page.getByText('continuous integration').waitFor();
    await button('Revoke continuous integration').click();
    await button('Revoke token', dialog()).click();
    await button('Revoke continuous integration').waitFor({ state: 'detached' });
    assert.equal(await refusal(scene.guardedUrl, { 'Toolpress-Api-Token': token }), 401);
  });
}
