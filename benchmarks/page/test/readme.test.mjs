import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { complaintAbout, replaceTable, tableText } from '../lib/readme.mjs';
import { comparisonsOf, deficitsOf } from '../lib/results.mjs';

const sample = JSON.parse(readFileSync(new URL('sample.json', import.meta.url), 'utf8'));
const empty = '# Title\n\nbefore\n\n<!-- compare:begin -->\n<!-- compare:end -->\n\nafter\n';

test('only what is between the markers changes, and the same results give the same text', () => {
    const once = replaceTable(empty, sample);
    assert.ok(once.startsWith('# Title\n\nbefore\n\n<!-- compare:begin -->\n'));
    assert.ok(once.endsWith('<!-- compare:end -->\n\nafter\n'));
    assert.equal(replaceTable(once, sample), once);
});

test('the table says date, machine, load, how it was taken and who is not compared', () => {
    const text = tableText(sample);
    for (const part of ['2026-11-22', sample.machine.processor, 'load 0.70', './build.sh compare --quick', 'perftest over soft-RoCE (missing', 'gloo (failed', 'Not measured or failed: broadcast (1 series)']) {
        assert.ok(text.includes(part), part);
    }
});

test('a row is against the peer that does best there', () => {
    const item = sample.workloads.find(workload => workload.id === 'send_lat');
    const least = Math.min(...comparisonsOf(item).filter(c => c.point.x === 8).map(c => c.advantage.median));
    const row = tableText(sample).split('\n').find(line => line.startsWith('| Messages: latency, 8 B |'));
    assert.ok(row.includes(`| ${least.toFixed(2)}×`), row);
    assert.ok(row.includes('C ring'), row);
});

test('check finds other results, a change by hand, and nothing when there is none', () => {
    const written = replaceTable(empty, sample);
    assert.equal(complaintAbout(written, sample), undefined);
    assert.equal(complaintAbout(written), undefined);
    const forged = written.replace(/Ahead in \d+/.exec(written)[0], 'Ahead in 9999');
    assert.notEqual(forged, written);
    assert.match(complaintAbout(forged, sample), /not what the results say.*\n.*9999.*\n.*Ahead/s);
    assert.match(complaintAbout(forged), /by hand/);
    assert.match(complaintAbout(empty, sample), /nothing/);
    assert.match(complaintAbout(written, { ...sample, taken: '2026-11-23T10:00:00Z' }), /2026-11-22.*\n.*2026-11-23/s);
});

test('markers that are missing, turned round or doubled are refused', () => {
    for (const readme of ['none', '<!-- compare:end --><!-- compare:begin -->', empty + empty]) {
        assert.throws(() => replaceTable(readme, sample), /markers/);
    }
});

test('a text with a bar or a line break does not break the table', () => {
    const results = structuredClone(sample);
    results.workloads[0].series[4].name = 'a|b\nc';
    const row = tableText(results).split('\n').find(line => line.includes('a\\|b c'));
    assert.equal(row.replaceAll('\\|', '').split('|').length, 8);
});

test('the table has the rows that the suite names, where they were measured and say more than our own number', () => {
    const rows = tableText(sample).split('\n').filter(line => line.startsWith('| ')).slice(2).map(line => line.split(' | ')[0].slice(2));
    const title = id => sample.workloads.find(workload => workload.id === id).title;
    assert.deepEqual(rows, [
        `${title('send_lat')}, 8 B`, `${title('send_lat')}, 1 MiB`, `${title('put_bw')}, 4 KiB`,
        `${title('gups')}, ${sample.workloads.find(workload => workload.id === 'gups').series[0].points.map(point => point.label).join(' / ')}`,
        `${title('tiers_model')}, 10 / 50 % of time communicating`,
    ]);
});

test('every place where a peer is ahead is told, with the reason where there is one, whatever rows the suite names', () => {
    for (const results of [sample, { ...sample, workloads: sample.workloads.map(item => ({ ...item, inBrief: undefined })) }]) {
        const text = tableText(results);
        const losses = deficitsOf(results.workloads.filter(item => !item.injectsFabric)).filter(deficit => deficit.sureAt.length > 0);
        assert.ok(losses.length > 3);
        for (const { workload, series, worst } of losses) {
            const line = text.split('\n').find(candidate => candidate.startsWith('- ') && candidate.includes(`${workload.title}, `) && candidate.includes(series.name));
            assert.ok(line?.includes(`${worst.advantage.median.toFixed(2)}×`), `${workload.id} ${series.id}: ${line}`);
        }
        assert.match(text, /^- Writes: latency.*\*The sample says why\.\*$/m);
        assert.match(text, /\*The reason is not known\.\*/);
    }
});

test('results in which nothing was measured still make a page and a table', async () => {
    const { page } = await import('../render/page.mjs');
    for (const results of [{ ...sample, workloads: [], peers: [], failures: [] }, { ...sample, workloads: sample.workloads.map(item => ({ ...item, series: [] })) }]) {
        assert.match(page(results, { script: '', style: '', licenses: [] }), /No peer was compared in this run/);
        assert.match(replaceTable(empty, results), /0 comparisons/);
    }
});
