// A client that starts commands, with our bridge to a URL: bridge.mjs PROGRAM URL
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { useClient } from './expect.mjs';

const [, , program, url] = process.argv;
const client = new Client({ name: 'test', version: '1' });
const command = { command: program, args: ['bridge'], env: { TOOLPRESS_URL: url } };
await client.connect(new StdioClientTransport(command));
await useClient(client);
