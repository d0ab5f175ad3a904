// The script and the style that go into the page, in one text each, with the licenses of what they contain.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = new URL('../', import.meta.url);

export async function bundle() {
    const [script, style] = await Promise.all(['client/main.mjs', 'client/style.css'].map(async entry => {
        const { outputFiles } = await build({
            entryPoints: [fileURLToPath(new URL(entry, root))], bundle: true, minify: true, write: false, outdir: 'out', charset: 'utf8',
            format: 'iife', target: ['chrome111', 'firefox121', 'safari16.4'], legalComments: 'none', logLevel: 'warning',
        });
        return outputFiles[0].text;
    }));
    const { version } = JSON.parse(readFileSync(new URL('node_modules/uplot/package.json', root), 'utf8'));
    const licenses = [
        { name: `uPlot ${version}`, text: readFileSync(new URL('node_modules/uplot/LICENSE', root), 'utf8').trim() },
        { name: 'Urma.Net', text: readFileSync(new URL('../../LICENSE', root), 'utf8').trim() },
    ];
    return { script, style, licenses };
}
