#!/usr/bin/env node
// Makes the page and README's table from results.json:
//   node make.mjs RESULTS.json [PAGE.html] [--readme README.md [--check]]
import { existsSync, readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const Usage = `usage: node make.mjs RESULTS.json [PAGE.html] [--readme README.md [--check]]
  RESULTS.json  what ./build.sh compare measured; checked against results.schema.json
  PAGE.html     the page to write, one file that needs nothing else
  --readme      also write the shortened table between the markers of that file
  --check       write nothing: exit code 1 when the table in README is not what the results say;
                without RESULTS.json, when it was changed since it was written`;

const here = dirname(fileURLToPath(import.meta.url));

function fail(message, code) {
    console.error(`make.mjs: ${message}`);
    process.exit(code);
}

/** A fresh checkout has no packages yet; they are installed as the lock file has them, those that only tests need excepted. */
function installPackages() {
    if (existsSync(`${here}/node_modules/uplot`) && existsSync(`${here}/node_modules/ajv`) && existsSync(`${here}/node_modules/esbuild`)) return;
    const { status, error } = spawnSync('npm', ['ci', '--omit=dev', '--ignore-scripts', '--loglevel=error'], { cwd: here, stdio: ['ignore', 2, 2] });
    if (status !== 0) fail(`'npm ci' failed in ${here}${error ? `: ${error.message}` : ''}`, 2);
}

async function readResults(path) {
    const { complaints } = await import('./lib/validate.mjs');
    let results;
    try {
        results = JSON.parse(readFileSync(path, 'utf8'));
    } catch (error) {
        fail(`${path}: ${error.message}`, 2);
    }
    const list = complaints(results);
    if (list.length === 0) return results;
    const Shown = 20;
    const rest = list.length > Shown ? `\n  and ${list.length - Shown} more` : '';
    return fail(`${path} is not as results.schema.json says:\n  ${list.slice(0, Shown).join('\n  ')}${rest}`, 1);
}

async function writePage(results, path) {
    const [{ bundle }, { page }] = await Promise.all([import('./lib/bundle.mjs'), import('./render/page.mjs')]);
    mkdirSync(dirname(resolve(path)), { recursive: true });
    writeFileSync(path, page(results, await bundle()));
    console.log(`wrote ${path}`);
}

async function writeReadme(results, path, check) {
    const { replaceTable, complaintAbout } = await import('./lib/readme.mjs');
    const text = readFileSync(path, 'utf8');
    if (check) {
        const complaint = complaintAbout(text, results);
        if (complaint) fail(`${path}: ${complaint}`, 1);
        console.log(`${path}: the table is ${results ? 'what the results say' : 'as it was written'}`);
        return;
    }
    const changed = replaceTable(text, results);
    if (changed !== text) writeFileSync(path, changed);
    console.log(changed === text ? `${path}: nothing to change` : `wrote the table in ${path}`);
}

function readArguments() {
    try {
        const { values, positionals } = parseArgs({
            allowPositionals: true,
            options: { readme: { type: 'string' }, check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
        });
        return { ...values, resultsPath: positionals[0], pagePath: positionals[1], tooMany: positionals.length > 2 };
    } catch (error) {
        return fail(`${error.message}\n${Usage}`, 2);
    }
}

const options = readArguments();
if (options.help) {
    console.log(Usage);
    process.exit(0);
}
const canDo = options.check ? options.readme && !options.pagePath : options.resultsPath && (options.pagePath || options.readme);
if (!canDo || options.tooMany) fail(Usage, 2);
installPackages();
try {
    const results = options.resultsPath ? await readResults(options.resultsPath) : undefined;
    if (options.pagePath) await writePage(results, options.pagePath);
    if (options.readme) await writeReadme(results, options.readme, options.check);
} catch (error) {
    fail(error.message, 2);
}
