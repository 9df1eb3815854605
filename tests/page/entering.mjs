// Logging in, and connecting an account.
import assert from 'node:assert/strict';

export async function entering(scene) {
  const { book, button, dialog, logIn, page, server, simulator } = scene;

  await book.step('wrong key', { statuses: [401], page }, async () => {
    await page.goto('/');
    await page.getByLabel('Admin key').fill('not-the-key-at-all');
    await button('Log in').click();
    await page.getByText('This is not the admin key').waitFor();
  });

  await book.step('a browser that keeps no cookie', { statuses: [401], page }, async () => {
    await page.route('**/session', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      const response = await route.fetch();
      const { 'set-cookie': _, ...headers } = response.headers();
      await page.context().clearCookies();
      return route.fulfill({ response, headers });
    });
    await page.getByLabel('Admin key').fill(server.key);
    await button('Log in').click();
    await page.getByText('did not keep the session').waitFor();
    await page.unroute('**/session');
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
    await dialog().getByLabel('Base URL').fill(simulator.address);
    await dialog().getByLabel('api_token').fill('wrong');
    await button('Check connection', dialog()).click();
    await dialog().locator('.notice.bad').getByText('401').first().waitFor();
    await dialog().getByLabel('api_token').fill(simulator.secret);
    await button('Check connection', dialog()).click();
    await dialog().getByText('took the credentials').waitFor();
  });

  await book.step('connect account', { rows: [38, 39, 40], page }, async () => {
    await button('Connect', dialog()).click();
    await page.getByRole('heading', { name: 'Second account' }).waitFor();
    scene.account = new URL(page.url()).hash.split('/')[2];
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
}
