// Other ways to use the page: by keyboard, on a phone, in the dark; and the way out.
import assert from 'node:assert/strict';
import { listed, refusal } from './agent.mjs';

export async function looks(scene) {
  const { accountPage, api, book, button, create, dialog, fits, logIn, open, page, previewed, saved, server, shownUrl } = scene;

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
        ['', 'Second account'], [`account/${scene.account}/servers`, 'Revoke'], [`account/${scene.account}/tools`, 'list_all_sequin_stream_sink_consumers'],
        [`account/${scene.account}/calls`, 'this page'], ['tools', 'Vendor'], ['tokens', 'Scope'],
      ]) {
        await other.goto(`/#/${place}`);
        await other.getByText(ready).first().waitFor();
        await fits(other);
        await book.picture(other, `${name} ${place.split('/').pop() || 'accounts'}`);
      }
      await other.goto(`/#/account/${scene.account}/servers`);
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
    assert.equal(await refusal(scene.guardedUrl), 404);
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
}
