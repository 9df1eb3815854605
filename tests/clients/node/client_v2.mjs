// The second official TypeScript client: client_v2.mjs URL [auto]
import assert from 'node:assert/strict';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { useClient } from './expect.mjs';

const [url, mode] = process.argv.slice(2);
const client = new Client({ name: 'test', version: '1' }, mode ? { versionNegotiation: { mode } } : {});
await client.connect(new StreamableHTTPClientTransport(new URL(url)));
assert.equal(client.getNegotiatedProtocolVersion(), mode ? '2026-07-28' : '2025-11-25');
await useClient(client);
