// mcp-remote, which makes a stdio server of a URL, behind the official SDK: remote.mjs URL
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { useClient } from './expect.mjs';

const client = new Client({ name: 'test', version: '1' });
const command = { command: 'mcp-remote', args: [process.argv[2], '--allow-http'], env: process.env };
await client.connect(new StdioClientTransport(command));
await useClient(client);
