// The walk, from the first log-in to the last log-out. walk.mjs PROGRAM FOLDER
import { entering } from './entering.mjs';
import { looks } from './looks.mjs';
import { set } from './scene.mjs';
import { servers } from './servers.mjs';
import { tools } from './tools.mjs';
import { trouble } from './trouble.mjs';

const [program, work] = process.argv.slice(2);
const scene = await set(program, work);
for (const part of [entering, servers, tools, trouble, looks]) await part(scene);
process.exitCode = await scene.end();
