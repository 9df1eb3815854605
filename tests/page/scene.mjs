// What the steps share: the page, its account, and words for what a person does on it.
import assert from 'node:assert/strict';
import { Book, browse, serve } from './stage.mjs';

/** Starts everything; functions work on the first page unless they are given another. */
export async function set(program, work) {
  const server = await serve(program, work);
  const { browser, open, noticed, expected } = await browse(server.url);
  const page = await open();
  const scene = { server, open, page, book: new Book(work, noticed, expected), simulator: server.simulators.api_token };

  scene.button = (name, where = page) => where.getByRole('button', { name, exact: true });
  scene.dialog = (where = page) => where.getByRole('dialog').last();
  scene.create = (where = page) => scene.button('Create server', scene.dialog(where)).click();

  /** What the API answers to the session of the page. */
  scene.api = async (address) => {
    const answer = await page.request.get(`/${address}`);
    assert.equal(answer.status(), 200, address);
    return answer.json();
  };
  /** The server that was made last. */
  scene.newest = async () => (await scene.api(`integrated-account/${scene.account}/mcp`)).result[0];

  scene.logIn = async (where = page) => {
    await where.getByLabel('Admin key').fill(server.key);
    await scene.button('Log in', where).click();
    await where.getByRole('heading', { name: 'Accounts' }).waitFor();
  };
  scene.accountPage = async () => {
    await page.goto('/#/');
    await page.getByRole('link', { name: 'Second account' }).click();
    await page.getByRole('heading', { name: 'Second account' }).waitFor();
  };
  /** Names in the preview of the open form, once it has come to rest. */
  scene.previewed = async (where = page) => {
    await where.waitForTimeout(250);
    await where.waitForLoadState('networkidle');
    return (await scene.dialog(where).locator('.tool-names code').allTextContents()).sort();
  };
  /** The URL that is shown once. */
  scene.shownUrl = async (where = page) => {
    const code = scene.dialog(where).getByLabel('URL', { exact: true });
    await code.waitFor();
    return code.textContent();
  };
  scene.saved = async (where = page) => {
    await scene.button('I have copied it', scene.dialog(where)).click();
    await scene.dialog(where).waitFor({ state: 'detached' });
  };
  /** The page must not be wider than its window. */
  scene.fits = async (where) => {
    const [wide, window] = await where.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= window, `the page is ${wide} px wide, the window ${window}`);
  };

  scene.end = async () => {
    await browser.close();
    await server.stop();
    return scene.book.close();
  };
  return scene;
}
