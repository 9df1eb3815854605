// What every client must see, and the calls that show it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

export const READ = { name: 'list_all_sequin_stream_postgres_databases', arguments: {} };
export const FAIL = {
  name: 'get_single_sequin_stream_postgres_database_by_id',
  arguments: { id: 'no-such-database' },
};
export const LONG = { name: 'list_all_sequin_stream_http_endpoints', arguments: { limit: 1000 } };

const expected = JSON.parse(readFileSync(process.env.EXPECTED, 'utf8'));

/** Lists and calls. `list` gives the tools, `call` a result. */
export async function use(list, call) {
  const names = (await list()).map(({ name }) => name);
  assert.deepEqual(names, expected.tools);

  const read = await call(READ);
  assert(!read.isError);
  assert.deepEqual(read.structuredContent, JSON.parse(read.content[0].text));
  assert(read.structuredContent.result[0].name);
  assert.equal(read.structuredContent.result_count, read.structuredContent.result.length);

  const failed = await call(FAIL);
  assert.equal(failed.isError, true);
  assert.match(failed.content[0].text, /404 Not Found/);
  assert(failed.content[0].text.includes(READ.name));

  const long = (await call(LONG)).content[0].text;
  const found = new Set(JSON.parse(long).result.map(({ name }) => name));
  for (let number = 0; number < expected.records; number += 1) {
    assert(found.has(`endpoint-${String(number).padStart(3, '0')}`), String(number));
  }
  assert(long.length > 1_000_000, String(long.length));
  const size = long.length.toLocaleString('en');
  const did = `connects, lists ${names.length} tools, calls, gets an error, an answer of ${size} characters`;
  console.log(JSON.stringify({ did }));
}

/** The same for a client with the methods of the official ones. */
export async function useClient(client) {
  await use(
    async () => (await client.listTools()).tools,
    (call) => client.callTool(call),
  );
  await client.close();
}
