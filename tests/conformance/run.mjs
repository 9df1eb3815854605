// Runs the suite's server scenarios one by one and judges them by exceptions.yml; see run.sh.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ERAS = ['2025-11-25', '2026-07-28'];
// The product's tools have schemas that every client reads; this scenario wants one that few do.
const SERVERS = { 'json-schema-2020-12': 'schema' };

const [work, ...chosen] = process.argv.slice(2);
const require = createRequire(join(work, 'node_modules/'));
const { parse } = require('yaml');
const exceptions = parse(readFileSync(new URL('exceptions.yml', import.meta.url), 'utf8'));
const urls = Object.fromEntries(
  readFileSync(join(work, 'urls'), 'utf8').trim().split('\n').map((line) => line.split(' ')),
);

async function suite(...args) {
  try {
    return (await promisify(execFile)('conformance', args, { timeout: 60_000, maxBuffer: 1 << 26 })).stdout;
  } catch (error) {
    // It ends with 1 when a check has failed.
    if (error.code === 1) return error.stdout;
    throw error;
  }
}

async function scenarios() {
  const lines = (await suite('list', '--server')).matchAll(/^ +- (\S+) \[(.+)\]$/gm);
  return [...lines].map(([, name, versions]) => ({ name, versions: versions.split(',') }));
}

async function checks(name, era) {
  const folder = mkdtempSync(join(work, 'run-'));
  try {
    const url = urls[SERVERS[name] ?? 'fixtures'];
    await suite('server', '--url', url, '--scenario', name, '--spec-version', era, '--timeout', '20000', '-o', folder);
    const [run] = readdirSync(folder);
    return run === undefined ? [] : JSON.parse(readFileSync(join(folder, run, 'checks.json'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function matches(pattern, name) {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function judge(name, era, found) {
  const applies = (exception) => exception.scenario === name && (exception.era ?? era) === era;
  const excepted = new Set(exceptions.checks.filter(applies).flatMap((exception) => exception.ids));
  const result = { scenario: name, era, passed: 0, excepted: 0, total: 0, problems: [] };
  const missed = new Set();
  for (const { id, status, errorMessage, details } of found) {
    if (status !== 'SUCCESS' && status !== 'FAILURE' && status !== 'WARNING') continue;
    result.total += 1;
    if (status === 'SUCCESS') {
      result.passed += 1;
    } else if (excepted.has(id)) {
      result.excepted += 1;
      missed.add(id);
    } else {
      result.problems.push(`${id}: ${errorMessage ?? details?.message ?? status}`);
    }
  }
  for (const id of excepted) {
    if (!missed.has(id)) result.problems.push(`${id} does not fail any more; take it out of exceptions.yml`);
  }
  // A scenario that does not apply to a server says so; one that says nothing has not run.
  if (found.length === 0) result.problems.push('the scenario gave no result');
  return result;
}

const summary = { eras: ERAS, results: [], not_run: [] };
for (const { name, versions } of await scenarios()) {
  const exception = exceptions.scenarios.find(({ names }) => names.some((pattern) => matches(pattern, name)));
  const wanted = chosen.length === 0 || chosen.includes(name);
  if (exception !== undefined && !chosen.includes(name)) {
    summary.not_run.push({ scenario: name, reason: exception.reason });
    continue;
  }
  for (const era of wanted ? ERAS.filter((era) => versions.includes(era)) : []) {
    const result = judge(name, era, await checks(name, era));
    summary.results.push(result);
    const verdict = result.problems.length === 0 ? 'ok    ' : 'FAILED';
    const count = `${result.passed}/${result.total}`;
    const note = result.excepted > 0 ? `, ${result.excepted} excepted` : '';
    console.log(`${verdict} ${name.padEnd(36)} ${era}  ${count}${note}`);
    for (const problem of result.problems) console.log(`         ${problem}`);
  }
}

const sum = (key) => summary.results.reduce((total, result) => total + result[key], 0);
const failed = summary.results.filter(({ problems }) => problems.length > 0).length;
summary.passed = sum('passed');
summary.excepted = sum('excepted');
summary.total = sum('total');
summary.failed_scenarios = failed;
writeFileSync(join(work, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
console.log(
  `${summary.results.length - failed} of ${summary.results.length} scenario runs ok; ` +
    `${summary.passed} of ${summary.total} checks passed, ${summary.excepted} excepted; ` +
    `${summary.not_run.length} scenarios do not apply (exceptions.yml)`,
);
process.exitCode = failed === 0 && summary.results.length > 0 ? 0 : 1;
