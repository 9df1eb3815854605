// What a chat client such as ChatGPT hands its model: the text and the structured content. rate_limit.mjs URL SECONDS
import assert from 'node:assert/strict';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const [url, seconds] = process.argv.slice(2);
const client = new Client({ name: 'test', version: '1' });
await client.connect(new StreamableHTTPClientTransport(new URL(url)));
const result = await client.callTool({ name: 'list_all_sequin_stream_sink_consumers', arguments: {} });
assert.equal(result.isError, true);
assert.match(result.content[0].text, new RegExp(`Wait ${seconds} s before the next call`));
assert.equal(result.structuredContent.error.retry_after, Number(seconds));
await client.close();
console.log(JSON.stringify({ rows: [169], did: "reads a vendor's rate limit in the text and the structured content" }));
