// Puts known mistakes into the code and checks that the tests fail: see ../README.md.
//
//     node tests/mutations/run.mjs            all mutations
//     node tests/mutations/run.mjs 17 23      these only
//
// The mutations are in mutations.json. Each has an id, a file, a snippet of the file that occurs once (find), its replacement
// (replace), and the tests that have to fail. If the snippet occurs more than once, "after" is the text directly before it. Kinds:
//
//     expression   a whole expression of C#, also in a page after "@"
//     statement    whole statements, also in the code of a page
//     markup       whole elements of a page, where markup is expected and not code
//     text         anything else; built and run alone, which is slow
//
// All other kinds are built together, each behind a switch. The environment variable PIPELINE_MUTANT switches one on.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const buildLimit = 15 * 60_000;
const baselineLimit = 10 * 60_000;
const mutantLimit = 2 * 60_000;

const here = dirname(fileURLToPath(import.meta.url));
const repository = resolve(here, '../..');
const all = JSON.parse(readFileSync(join(here, 'mutations.json'), 'utf8'));
const wanted = process.argv.slice(2).map(Number);
const chosen = wanted.length === 0 ? all : all.filter(mutation => wanted.includes(mutation.id));

check();
const folder = mkdtempSync(join(tmpdir(), 'pipeline-mutations-'));
const running = new Set();
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    running.forEach(end);
    process.exit(130);
  });

const begun = Date.now();
copy();
const originals = new Map(all.map(mutation => [mutation.file, readFileSync(join(folder, mutation.file), 'utf8')]));
all.forEach(locate);
writeSwitches();
const projects = [...new Set(chosen.flatMap(mutation => mutation.tests).map(test => test.project))].sort();
say(`Building ${projects.join(', ')} with ${chosen.length} mutations …`);
const built = await build();
if (built !== null)
  stop(`The copy does not build:\n${built}`);
say(`Built after ${seconds(begun)} s. Running all tests of the mutations without a mutation …`);
await baseline();
say(`They pass, after ${seconds(begun)} s.`);

let survived = 0;
const waiting = chosen.filter(mutation => mutation.kind !== 'text');
// In parallel, because many failing tests wait for a deadline.
await Promise.all(Array.from({ length: 2 * availableParallelism() }, async () => {
  while (waiting.length > 0)
    await tell(waiting.shift());
}));
for (const mutation of chosen.filter(each => each.kind === 'text'))
  await tell(mutation);

say(`${chosen.length - survived} killed, ${survived} survived (${Math.ceil((Date.now() - begun) / 60_000)} minutes)`);
process.exit(survived > 0 ? 1 : 0);

async function tell(mutation) {
  const since = Date.now();
  const verdict = mutation.kind === 'text' ? await judgeText(mutation) : await judge(mutation, mutation.id);
  survived += verdict.startsWith('killed') ? 0 : 1;
  say(`${String(mutation.id).padStart(3)}  ${verdict}  ${seconds(since)} s  ${mutation.breaks}`);
}

/** Checks the list of mutations. */
function check() {
  const ids = all.map(mutation => mutation.id);
  for (const id of wanted)
    if (!ids.includes(id))
      stop(`There is no mutation ${id}.`);
  for (const { id, kind, file, breaks, find, replace, tests } of all)
  {
    const isUnique = ids.filter(each => each === id).length === 1;
    const isKind = ['expression', 'statement', 'markup', 'text'].includes(kind);
    const isChange = find && replace !== undefined && find !== replace;
    const hasTests = tests?.length > 0 && tests.every(test => test.project && !test.class !== !test.method);
    if (!isUnique || !isKind || !file || !breaks || !isChange || !hasTests)
      stop(`Mutation ${id} is incomplete, or its id is used twice.`);
  }
}

/** Clones the last commit. It uses the npm packages that are installed here. If there are none, the tests install them. */
function copy() {
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', repository, folder]);
  for (const installed of ['LocalHost/Azurite/node_modules', 'tests/EndToEnd.Tests/html/node_modules'])
    if (existsSync(join(repository, installed)))
      symlinkSync(join(repository, installed), join(folder, installed), 'junction');

  // Many runs wait until the deadline, so that it is shorter here.
  const deadline = join(folder, 'tests/Pipeline.Tests/Eventually.cs');
  const text = readFileSync(deadline, 'utf8');
  if (!text.includes('FromSeconds(60)'))
    stop('The deadline in Eventually.cs is not 60 seconds. Change run.mjs.');
  writeFileSync(deadline, text.replace('FromSeconds(60)', 'FromSeconds(20)'));
}

/** Finds the position of a mutation in its file. The snippet has to occur exactly once. */
function locate(mutation) {
  const text = originals.get(mutation.file);
  const before = mutation.after ?? '';
  const at = text.indexOf(before + mutation.find);
  if (at < 0 || text.indexOf(before + mutation.find, at + 1) >= 0)
    stop(`The snippet of mutation ${mutation.id} occurs ${at < 0 ? 'nowhere' : 'more than once'} in ${mutation.file}.`);
  mutation.start = at + before.length;
  mutation.end = mutation.start + mutation.find.length;
}

function writeSwitches() {
  const switched = chosen.filter(mutation => mutation.kind !== 'text');
  for (const file of new Set(switched.map(mutation => mutation.file))) {
    let text = originals.get(file);
    let next = Infinity;
    // From the end, so that the positions stay correct.
    for (const mutation of switched.filter(each => each.file === file).sort((one, other) => other.start - one.start)) {
      if (mutation.end > next)
        stop(`Mutation ${mutation.id} overlaps with another one in ${file}.`);
      text = text.slice(0, mutation.start) + switchOf(mutation) + text.slice(mutation.end);
      next = mutation.start;
    }

    writeFileSync(join(folder, file), text);
  }

  writeFileSync(join(folder, 'Core/Mutant.cs'), `
    namespace Pipeline;
    public static class Mutant
    {
        private static readonly string Chosen = System.Environment.GetEnvironmentVariable("PIPELINE_MUTANT") ?? "";
        public static bool Is(string id) => Chosen == id;
    }
    `);
}

function switchOf({ id, kind, find, replace }) {
  const isOn = `global::Pipeline.Mutant.Is("${id}")`;
  switch (kind) {
    case 'expression': return `(${isOn} ? (${replace}) : (${find}))`;
    case 'statement': return `if (${isOn}) { ${replace} } else { ${find} }`;
    default: return `@if (${isOn}) { <text>${replace}</text> } else { <text>${find}</text> }`;
  }
}

/** Returns null, or the output of the compiler if it fails. */
async function build() {
  for (const project of projects) {
    // Without code style and analyzers, and without a compiler server, which would keep files open.
    const { code, output } = await run('dotnet', [
      'build', join('tests', project), '--nologo', '--verbosity', 'quiet', '-clp:ErrorsOnly', '-nodeReuse:false',
      '-p:UseSharedCompilation=false', '-p:TreatWarningsAsErrors=false', '-p:EnforceCodeStyleInBuild=false',
      '-p:RunAnalyzers=false', '-p:GenerateDocumentationFile=false',
    ], buildLimit);
    if (code !== 0)
      return output;
  }

  return null;
}

async function baseline() {
  for (const project of projects) {
    const methods = (await run(executable(project), ['-list', 'methods', '-noLogo'], baselineLimit)).output.split('\n');
    const tests = chosen.flatMap(mutation => mutation.tests).filter(test => test.project === project);
    for (const filter of ['class', 'method']) {
      const names = [...new Set(tests.filter(test => test[filter]).map(test => test[filter]))];
      // A run without a matching test would pass.
      for (const name of names)
        if (!methods.some(method => method.includes(filter === 'class' ? `.${name}.` : name)))
          stop(`${project} has no test with the ${filter} ${name}.`);
      if (names.length === 0)
        continue;
      const { code, output } = await runTests(project, filter, names, '', baselineLimit);
      if (code !== 0)
        stop(`Tests fail without a mutation, or did not end in time:\n${output}`);
    }
  }
}

async function judge(mutation, id) {
  for (const test of mutation.tests) {
    const filter = test.class ? 'class' : 'method';
    const { code, failed, isLate } = await runTests(test.project, filter, [test[filter]], String(id), mutantLimit);
    if (isLate)
      return 'killed (the tests did not end in time)';
    if (code !== 0)
      return failed > 0 ? 'killed' : 'killed (the tests did not finish)';
  }

  return 'SURVIVED';
}

async function judgeText(mutation) {
  const path = join(folder, mutation.file);
  const there = readFileSync(path, 'utf8');
  // The file may have switches of other mutations, so that the position has changed.
  const at = there.indexOf((mutation.after ?? '') + mutation.find);
  if (at < 0)
    stop(`Mutation ${mutation.id} is inside another one.`);
  const start = at + (mutation.after ?? '').length;
  writeFileSync(path, there.slice(0, start) + mutation.replace + there.slice(start + mutation.find.length));
  try {
    const output = await build();
    return output === null ? await judge(mutation, '') : stop(`Mutation ${mutation.id} does not build:\n${output}`);
  } finally {
    writeFileSync(path, there);
  }
}

function executable(project) {
  const name = project.startsWith('Pipeline.') ? project : `Pipeline.${project}`;
  return join(folder, 'tests', project, 'bin/Debug/net10.0', process.platform === 'win32' ? `${name}.exe` : name);
}

function filters(filter, names) {
  return names.flatMap(name => [`-${filter}`, filter === 'class' ? `*.${name}` : `*${name}*`]);
}

async function runTests(project, filter, names, mutant, limit) {
  const options = ['-noLogo', '-noColor', ...(mutant === '' ? [] : ['-stopOnFail'])];
  const result = await run(executable(project), [...filters(filter, names), ...options], limit, { PIPELINE_MUTANT: mutant });
  const count = name => Number(new RegExp(`${name}: (\\d+)`).exec(result.output.slice(result.output.lastIndexOf('Total:')))?.[1] ?? 0);
  return { ...result, failed: count('Failed') + count('Errors') };
}

function run(command, args, limit, environment = {}) {
  return new Promise((done, failed) => {
    // In a process group, so that its child processes end with it.
    const child = spawn(command, args, {
      cwd: folder, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32',
    });
    running.add(child);
    let output = '';
    let isLate = false;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', text => output += text);
    const timer = setTimeout(() => {
      isLate = true;
      end(child);
    }, limit);
    child.on('error', failed);
    child.on('close', code => {
      clearTimeout(timer);
      running.delete(child);
      done({ code: code ?? 1, output, isLate });
    });
  });
}

function end(child) {
  try {
    process.platform === 'win32' ? execFileSync('taskkill', ['/pid', String(child.pid), '/t', '/f']) : process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The process has already ended.
  }
}

function seconds(since) {
  return ((Date.now() - since) / 1000).toFixed(1);
}

function say(line) {
  console.log(line);
}

function stop(why) {
  console.error(why);
  process.exit(2);
}
