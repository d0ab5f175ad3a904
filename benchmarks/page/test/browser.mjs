// A headless Chromium with the page open, and what the tests ask of it.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

/** test.sh finds it and says where it is; without that, Debian's. */
export const browserPath = [process.env.CHROMIUM, '/usr/bin/chromium'].find(path => path && existsSync(path));

const make = fileURLToPath(new URL('../make.mjs', import.meta.url));

/** Makes the page of results in a folder of its own: { url, remove }. */
export function makePage(results) {
    const folder = mkdtempSync(join(tmpdir(), 'comparison-page-'));
    const [source, page] = [join(folder, 'results.json'), join(folder, 'index.html')];
    writeFileSync(source, JSON.stringify(results));
    const { status, stderr } = spawnSync(process.execPath, [make, source, page], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return { path: page, url: pathToFileURL(page).href, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** As root, Chromium needs to be told that it has no sandbox of its own. */
export const launch = () => chromium.launch({ executablePath: browserPath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });

/** Opens the page; everything that it complains about or asks the network for is kept in page.complaints. */
export async function open(browser, url, { width = 1440, colorScheme = 'light', ...more } = {}) {
    const page = await browser.newPage({ viewport: { width, height: width < 600 ? 844 : 900 }, colorScheme, deviceScaleFactor: width < 600 ? 2 : 1, ...more });
    page.complaints = [];
    page.on('console', message => { if (['error', 'warning'].includes(message.type())) page.complaints.push(message.text()); });
    page.on('pageerror', error => page.complaints.push(error.message));
    page.on('request', request => { if (!/^(file|data|blob):/.test(request.url())) page.complaints.push(`asks for ${request.url()}`); });
    await page.goto(url);
    return page;
}

/** Scrolls a chart into view and waits until it is drawn. */
export async function drawn(page, id) {
    await page.locator(`#${escaped(id)} .canvas`).scrollIntoViewIfNeeded();
    await page.waitForSelector(`#${escaped(id)} .canvas canvas`, { timeout: 10_000 });
    await page.evaluate(() => new Promise(resolve => { requestAnimationFrame(() => requestAnimationFrame(resolve)); }));
}

const escaped = id => id.replaceAll('.', '\\.');

/** How many pixels of a chart have about each of these hues; the canvas is read once. */
export const pixelsOf = (page, id, hues) => page.evaluate(([workload, names]) => {
    const canvas = document.getElementById(workload).querySelector('canvas');
    const style = getComputedStyle(document.documentElement);
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return names.map(name => {
        const color = style.getPropertyValue(`--hue-${name}`).trim();
        const wanted = [1, 3, 5].map(i => parseInt(color.slice(i, i + 2), 16));
        let count = 0;
        for (let i = 0; i < data.length; i += 4) {
            if (data[i + 3] > 200 && wanted.every((value, c) => Math.abs(value - data[i + c]) < 12)) count++;
        }
        return count;
    });
}, [id, hues]);
