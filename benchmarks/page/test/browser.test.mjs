import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import axe from 'axe-core';
import { place, quantity, ratio } from '../lib/format.mjs';
import { comparisonsOf, placesOf, summaryOf } from '../lib/results.mjs';
import { looksOf } from '../lib/palette.mjs';
import { browserPath, drawn, launch, makePage, open, pixelsOf } from './browser.mjs';

const results = JSON.parse(readFileSync(process.env.RESULTS ?? new URL('sample.json', import.meta.url), 'utf8'));
const measured = results.workloads.filter(item => item.series.some(series => series.points.some(point => point.median !== undefined)));
const isPlot = item => measured.includes(item) && item.x.scale !== 'category' && placesOf(item).length > 1;
const plotted = results.workloads.filter(isPlot);
const skip = browserPath ? false : 'no Chromium is installed (set CHROMIUM to its path)';

let browser;
let made;
before(async () => {
    if (skip) return;
    made = makePage(results);
    browser = await launch();
});
after(async () => {
    await browser?.close();
    made?.remove();
});

const views = [1440, 900, 390].flatMap(width => ['light', 'dark'].map(colorScheme => ({ width, colorScheme })));

for (const view of views) {
    test(`every chart is drawn and nothing is wider than the page, ${view.width} ${view.colorScheme}`, { skip }, async () => {
        const page = await open(browser, made.url, view);
        const looks = looksOf(results);
        for (const item of plotted) {
            await drawn(page, item.id);
            const present = item.series.filter(series => series.points.some(point => point.median !== undefined));
            const counts = await pixelsOf(page, item.id, present.map(series => looks.get(series.peer).hue));
            present.forEach((series, i) => assert.ok(counts[i] > 20, `${item.id}: nothing of ${series.name}`));
        }
        await page.evaluate(() => document.querySelectorAll('details').forEach(details => { details.open = true; }));
        const { page: wide, view: room } = await page.evaluate(() => ({ page: document.documentElement.scrollWidth, view: innerWidth }));
        assert.ok(wide <= room, `the page is ${wide} wide in ${room}`);
        assert.deepEqual(page.complaints, []);
        await page.close();
    });

    if (view.width === 900) continue;
    test(`axe finds nothing, ${view.width} ${view.colorScheme}`, { skip }, async () => {
        // Injected as a script of the page would be: the page itself allows no other source.
        const page = await open(browser, made.url, view);
        await page.evaluate(() => document.querySelectorAll('details').forEach(details => { details.open = true; }));
        await page.evaluate(`${axe.source}; undefined`);
        const { violations } = await page.evaluate('axe.run()');
        assert.deepEqual(violations.map(violation => `${violation.id}: ${violation.nodes.length} × ${violation.nodes[0].html.slice(0, 160)}`), []);
        await page.close();
    });
}

test('the colors of the dark page are dark, and the switch goes through system, light and dark', { skip }, async () => {
    const page = await open(browser, made.url, { colorScheme: 'dark' });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number)[0]);
    assert.ok(await ground() < 60);
    await page.click('#theme');
    assert.ok(await ground() > 200, 'light');
    if (plotted.length > 0) {
        await drawn(page, plotted[0].id);
        const { hue } = looksOf(results).get(plotted[0].series[0].peer);
        assert.ok((await pixelsOf(page, plotted[0].id, [hue]))[0] > 20);
    }
    await page.click('#theme');
    assert.ok(await ground() < 60, 'dark');
    await page.click('#theme');
    assert.equal(await page.locator('.theme-name').textContent(), 'System');
    await page.close();
});

test('the tables say what the results say, also without script', { skip }, async () => {
    const page = await open(browser, made.url, { javaScriptEnabled: false });
    const rows = await page.locator('.workload table').evaluateAll(tables => tables.map(table => ({
        id: table.closest('.workload').id,
        rows: [...table.tBodies[0].rows].map(row => ({
            place: row.cells[0].textContent,
            cells: [...row.cells].slice(1).map(cell => ({ series: cell.dataset.series, kind: cell.className.split(' ')[1], text: cell.textContent.trim() })),
        })),
    })));
    assert.deepEqual(rows.map(table => table.id).sort(), measured.map(item => item.id).sort());
    for (const table of rows) {
        const item = results.workloads.find(workload => workload.id === table.id);
        const places = placesOf(item);
        assert.equal(table.rows.length, places.length);
        table.rows.forEach((row, i) => {
            assert.equal(row.place, place(places[i], item.x));
            for (const cell of row.cells) {
                const point = item.series.find(series => series.id === cell.series).points.find(candidate => candidate.x === places[i].x);
                if (cell.kind === 'median') assert.equal(cell.text, quantity(point?.median, item.unit));
                if (cell.kind === 'advantage' && point?.advantage) assert.ok(cell.text.includes(ratio(point.advantage.median)), cell.text);
                if (cell.kind === 'yardstick' && point?.overYardstick) assert.ok(cell.text.startsWith(ratio(point.overYardstick.median)), cell.text);
            }
        });
    }
    await page.close();
});

test('the headline counts as the results do, and names every peer that is absent and every failure', { skip }, async () => {
    const page = await open(browser, made.url);
    const sum = summaryOf(results);
    const lede = await page.locator('.lede').textContent();
    if (sum.total > 0) for (const value of [sum.ahead, sum.total, sum.level, sum.behind]) assert.ok(lede.includes(value.toLocaleString('en-US')), lede);
    const peers = await page.locator('#peers').textContent();
    for (const peer of results.peers.filter(entry => entry.state !== 'found')) {
        for (const text of [peer.name, peer.why, peer.install ?? '']) assert.ok(peers.includes(text), text);
    }
    for (const failure of results.failures) assert.ok(peers.includes(failure.message), failure.message);
    const commands = new Set(await page.locator('.commands code').allTextContents());
    for (const item of measured) for (const series of item.series) assert.ok(commands.has(series.command), series.command);
    await page.close();
});

test('every place where a peer is ahead leads to its workload', { skip }, async () => {
    const page = await open(browser, made.url);
    const expected = new Set(results.workloads.flatMap(comparisonsOf).filter(c => c.advantage.median < 1).map(c => `${c.workload.id} ${c.series.peer}`));
    const listed = new Set(await page.locator('#behind > .scroll tbody tr').evaluateAll(rows => rows.map(row => `${row.dataset.workload} ${row.dataset.peer}`)));
    assert.deepEqual([...listed].sort(), [...expected].sort());
    await page.close();
});

test('a link to a workload leads there, with a filter when it says one', { skip }, async () => {
    const item = plotted.at(-1);
    const page = await open(browser, `${made.url}#${item.id}`);
    const top = () => page.locator(`[id="${item.id}"]`).evaluate(element => element.getBoundingClientRect().top);
    await page.waitForFunction(id => Math.abs(document.getElementById(id).getBoundingClientRect().top) < 700, item.id);
    assert.ok(await top() > 0, 'the bar hides it');
    await page.waitForFunction(id => document.querySelector('.contents [aria-current]').hash === `#${id}`, item.id);
    const peer = plotted[0].series.find(series => !series.isOurs)?.peer;
    if (peer) {
        await page.goto(`${made.url}#${plotted[0].id}&peer=${peer}`);
        await page.waitForFunction(value => document.getElementById('peer-filter').value === value, peer);
    }
    assert.deepEqual(page.complaints, []);
    await page.close();
});

test('the filters show what they name and nothing else, and say so', { skip }, async () => {
    const page = await open(browser, made.url);
    const shown = () => page.locator('.workload').evaluateAll(list => list.filter(item => item.offsetParent !== null).map(item => item.id).sort());
    const all = results.workloads.map(item => item.id).sort();
    assert.deepEqual(await shown(), all);
    const peer = results.workloads.flatMap(item => item.series).find(series => !series.isOurs).peer;
    await page.selectOption('#peer-filter', peer);
    assert.deepEqual(await shown(), results.workloads.filter(item => item.series.some(series => series.peer === peer)).map(item => item.id).sort());
    const others = await page.locator('main [data-peer]').evaluateAll((list, kept) => list.filter(e => !kept.includes(e.dataset.peer) && e.offsetParent !== null).length,
        [peer, ...new Set(results.workloads.flatMap(item => item.series.filter(series => series.isOurs).map(series => series.peer)))]);
    assert.equal(others, 0);
    assert.ok(page.url().endsWith(`#peer=${peer}`));
    await page.selectOption('#peer-filter', '');
    const { group } = results.workloads[0];
    await page.selectOption('#group-filter', group);
    assert.deepEqual(await shown(), results.workloads.filter(item => item.group === group && !item.injectsFabric).map(item => item.id).sort());
    assert.match(await page.locator('#filtered').textContent(), /Filtered: \d+ of/);
    await page.click('#filtered button');
    assert.deepEqual(await shown(), all);
    await page.close();
});

test('the readout follows the pointer and the arrow keys, and a key hides its line', { skip }, async () => {
    const page = await open(browser, made.url);
    const item = plotted.find(workload => workload.series.length > 1 && placesOf(workload).length > 2);
    const places = placesOf(item);
    const at = page.locator(`[id="${item.id}"] .at`);
    await drawn(page, item.id);
    await page.focus(`[id="${item.id}"] .canvas`);
    await page.keyboard.press('End');
    assert.equal(await at.textContent(), place(places.at(-1), item.x));
    await page.keyboard.press('ArrowLeft');
    assert.equal(await at.textContent(), place(places.at(-2), item.x));
    const value = await page.locator(`[id="${item.id}"] .readout .value`).first().textContent();
    assert.equal(value, quantity(item.series[0].points.find(point => point.x === places.at(-2).x)?.median, item.unit));
    const box = await page.locator(`[id="${item.id}"] .u-over`).boundingBox();
    await page.mouse.move(box.x + 3, box.y + box.height / 2);
    await page.waitForFunction(([id, text]) => document.getElementById(id).querySelector('.at').textContent === text, [item.id, place(places[0], item.x)]);
    const { hue } = looksOf(results).get(item.series[0].peer);
    const [before] = await pixelsOf(page, item.id, [hue]);
    await page.locator(`[id="${item.id}"] .key`).first().click();
    await page.waitForFunction(id => document.getElementById(id).querySelector('.key').getAttribute('aria-pressed') === 'false', item.id);
    await drawn(page, item.id);
    assert.ok((await pixelsOf(page, item.id, [hue]))[0] < before);
    await page.close();
});

test('a chart shows the advantage instead, when asked', { skip }, async () => {
    const page = await open(browser, made.url);
    const item = plotted.find(workload => comparisonsOf(workload).length > 2);
    await drawn(page, item.id);
    const picture = () => page.locator(`[id="${item.id}"] canvas`).evaluate(canvas => canvas.toDataURL());
    const values = await picture();
    await page.locator(`[id="${item.id}"] [data-mode=advantage]`).click();
    await drawn(page, item.id);
    assert.notEqual(await picture(), values);
    assert.deepEqual(page.complaints, []);
    await page.close();
});

test('the page is one file: no other source of script, style, font or picture', () => {
    const one = makePage(results);
    const text = readFileSync(one.path, 'utf8');
    one.remove();
    const outside = text.replace(/<script type="application\/json"[\s\S]*?<\/script>/, '').match(/(?:src|href)="(?!#|data:)[^"]*"|@import|url\((?!["']?data:)[^)]*\)/g);
    assert.deepEqual(outside, null);
});

test('texts of the results cannot become markup', { skip }, async () => {
    const hostile = structuredClone(results);
    hostile.workloads[0].title = '<img src=x onerror="document.title=1"></script><script>document.title=2</script>';
    hostile.failures.push({ workload: '"><b>', message: '</script><script>document.title=3</script>' });
    const one = makePage(hostile);
    const page = await open(browser, one.url);
    assert.match(await page.title(), /^Urma\.Net/);
    assert.equal(await page.locator('.workload h3').first().evaluate(element => element.querySelectorAll('img, script').length), 0);
    assert.deepEqual(page.complaints, []);
    await page.close();
    one.remove();
});
