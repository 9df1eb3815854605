// Hostile text, ended sessions, long lists, a server that is busy.
import assert from 'node:assert/strict';
import { called } from './agent.mjs';

const HOSTILE = '<img src=x onerror=alert(1)>"\'></script><script>alert(2)</script>{{7*7}}';

export async function trouble(scene) {
  const { api, book, button, create, dialog, newest, page, previewed, saved, server, shownUrl } = scene;

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
    await previewed();
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
    const words = `integrated-account/${scene.account}/mcp`;
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
}
