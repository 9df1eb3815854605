// A real MCP client that is given nothing but what the page showed.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/** Names of the tools that a URL gives, sorted. */
export async function listed(url, headers = {}) {
  const client = new Client({ name: 'walk', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  try {
    const { tools } = await client.listTools();
    return tools.map((tool) => tool.name).sort();
  } finally {
    await client.close();
  }
}

/** The HTTP status that a client is refused with; null if it is not. */
export async function refusal(url, headers = {}) {
  try {
    await listed(url, headers);
    return null;
  } catch (error) {
    return error.code ?? Number(/HTTP (\d+)/.exec(error.message)?.[1] ?? 0);
  }
}

export async function called(url, name, args) {
  const client = new Client({ name: 'walk', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  try {
    return await client.callTool({ name, arguments: args });
  } finally {
    await client.close();
  }
}
