// The tools of an account: searched, tried, and what is told of the calls.
import assert from 'node:assert/strict';

export async function tools(scene) {
  const { accountPage, book, button, dialog, page } = scene;

  const tool = (name) => page.locator(`details[data-tool="${name}"]`);

  await book.step('tools, searched and opened', { page }, async () => {
    await accountPage();
    await page.getByRole('tab', { name: 'Tools' }).click();
    await page.getByLabel('Search tools').fill('sink consumer');
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

  await book.step('try a tool with objects inside', { page }, async () => {
    await page.getByLabel('Effect', { exact: true }).selectOption('write');
    const row = tool('create_a_sequin_stream_sink_consumer');
    await row.locator('summary').first().click();
    await button('Try it', row).click();
    await row.locator('[name="name"]').fill('made_by_hand');
    await row.locator('[name="database"]').fill('prod_db');
    await row.locator('[name="destination.type"]').selectOption('sequin_stream');
    await button('Call tool', row).click();
    const shown = JSON.parse(await row.getByLabel('result', { exact: true }).textContent());
    assert.equal(shown.result.destination.type, 'sequin_stream');
  });

  await book.step('a destructive tool asks first', { page }, async () => {
    await page.getByLabel('Effect', { exact: true }).selectOption('destructive');
    const row = tool('delete_a_sequin_stream_sink_consumer_by_id');
    await row.locator('summary').first().click();
    await button('Try it', row).click();
    await row.getByRole('textbox', { name: 'id' }).fill('made_by_hand');
    await button('Call tool', row).click();
    await dialog().getByText('It is destructive').waitFor();
    await button('Cancel', dialog()).click();
    assert.equal(await row.locator('.result > *').count(), 0);
    await button('Call tool', row).click();
    await button('Call it', dialog()).click();
    await row.locator('.result').getByText('ok', { exact: true }).waitFor();
  });

  await book.step('recent calls', { page }, async () => {
    await page.waitForTimeout(1300);
    await page.getByRole('tab', { name: 'Recent calls' }).click();
    await page.getByText('delete_a_sequin_stream_sink_consumer_by_id').first().waitFor();
    await page.getByText('this page').first().waitFor();
  });
}
