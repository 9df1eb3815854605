// The Inspector's command line, one process for each request: inspector.mjs URL ERA
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { use } from './expect.mjs';

const [url, era] = process.argv.slice(2);

async function inspect(...args) {
  const common = ['--cli', url, '--transport', 'http', '--protocol-era', era, '--format', 'json', '-q'];
  try {
    return (await promisify(execFile)('mcp-inspector', [...common, ...args], { maxBuffer: 1 << 26 })).stdout;
  } catch (error) {
    // It ends with 5 when a result is an error.
    if (error.code === 5) return error.stdout;
    throw error;
  }
}

function result(output) {
  return JSON.parse(output.trim().split('\n')[0]).result;
}

await use(
  // Ends with 6 when a schema is not portable.
  async () => result(await inspect('--method', 'tools/list', '--strict')).tools,
  async ({ name, arguments: args }) => {
    const pairs = Object.entries(args).flatMap(([key, value]) => ['--tool-arg', `${key}=${value}`]);
    return result(await inspect('--method', 'tools/call', '--tool-name', name, ...pairs));
  },
);
