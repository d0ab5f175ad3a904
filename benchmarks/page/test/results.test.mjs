import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { comparisonsOf, deficitsOf, duelsOf, failureGroups, placesOf, runsOf, sectionsOf, summaryOf, verdict, yardstickComparisonsOf, yardstickName } from '../lib/results.mjs';
import { looksOf, seriesLooks } from '../lib/palette.mjs';
import { axisFor, binaryTicks, linearTicks, logTicks, ticksFor } from '../lib/scale.mjs';

const sample = JSON.parse(readFileSync(new URL('sample.json', import.meta.url), 'utf8'));

/** A workload with one of ours and one peer, whose advantages are given as [x, median, p10, p90]. */
function workloadOf(advantages, more = {}) {
    const ours = { id: 'ours', peer: 'urma', name: 'ours', isOurs: true, isBaseline: true, command: 'a', points: advantages.map(([x]) => ({ x, median: 10 })) };
    const points = advantages.map(([x, median, p10, p90]) => ({ x, median: 10 * median, advantage: { median, p10, p90 } }));
    const peer = { id: 'ucx', peer: 'ucx', name: 'UCX', isOurs: false, isBaseline: false, command: 'b', points };
    return { id: 'w', group: 'latency', x: { name: 'bytes', scale: 'log2' }, injectsFabric: false, series: [ours, peer], ...more };
}

test('ahead and behind only where the whole spread agrees', () => {
    assert.equal(verdict({ median: 1.2, p10: 1.1, p90: 1.3 }), 'ahead');
    assert.equal(verdict({ median: 1.2, p10: 0.9, p90: 1.3 }), 'level');
    assert.equal(verdict({ median: 0.8, p10: 0.7, p90: 0.9 }), 'behind');
    assert.equal(verdict({ median: 0.8, p10: 0.7, p90: 1.1 }), 'level');
    assert.equal(verdict({ median: 1, p10: 1, p90: 1 }), 'level');
    assert.equal(verdict({ median: 0.8 }), 'behind');
});

test('a summary counts every comparison once and leaves out what crosses a modelled link', () => {
    const real = workloadOf([[8, 2, 1.9, 2.1], [16, 0.9, 0.8, 1.1], [32, 0.5, 0.4, 0.6]]);
    const modelled = workloadOf([[8, 3, 2, 4]], { id: 'm', injectsFabric: true });
    const sum = summaryOf({ workloads: [real, modelled] });
    assert.deepEqual(sum, { ahead: 1, level: 1, behind: 1, total: 3, workloads: 1, peers: 1, medianBehind: 2, single: 0 });
});

test('a yardstick is no peer: it is not counted, and told apart', () => {
    const item = workloadOf([[8, 0.5, 0.4, 0.6]], { yardstick: { id: 'ucx', name: 'raw C: a ring' } });
    assert.equal(comparisonsOf(item).length, 0);
    assert.equal(summaryOf({ workloads: [item] }).total, 0);
    assert.deepEqual(deficitsOf([item]), []);
    assert.equal(deficitsOf([item], yardstickComparisonsOf)[0].worst.point.x, 8);
    assert.equal(yardstickName(item), 'raw C');
});

test('comparisons of a single round are told', () => {
    const item = workloadOf([[8, 2, 2, 2], [16, 2, 1.9, 2.1]]);
    item.series[1].points[0].rounds = 1;
    assert.equal(summaryOf({ workloads: [item] }).single, 1);
});

test('points without an advantage are no comparison', () => {
    const item = workloadOf([[8, 2, 1.9, 2.1]]);
    item.series[1].points.push({ x: 16 }, { x: 32, median: 5 });
    assert.equal(comparisonsOf(item).length, 1);
});

test('the mean of a duel is geometric: twice as good and half as good is even', () => {
    const [duel] = duelsOf(workloadOf([[8, 2, 1.9, 2.1], [16, 0.5, 0.4, 0.6]]));
    assert.ok(Math.abs(duel.mean - 1) < 1e-12);
    assert.deepEqual([duel.least, duel.most, duel.ahead, duel.behind], [0.5, 2, 1, 1]);
});

test('every place at which a peer has the better median is among the deficits', () => {
    const listed = deficitsOf(sample.workloads).flatMap(deficit => deficit.behindAt.map(c => `${c.workload.id} ${c.series.id} ${c.point.x}`));
    const expected = sample.workloads.flatMap(w => w.series.filter(s => s.id !== w.yardstick?.id).flatMap(s => s.points.filter(p => p.advantage?.median < 1).map(p => `${w.id} ${s.id} ${p.x}`)));
    assert.ok(expected.length > 10);
    assert.deepEqual(listed.sort(), expected.sort());
});

test('deficits that the spread confirms come before those that it leaves open, the worst first', () => {
    const items = [workloadOf([[8, 0.7, 0.5, 1.2]], { id: 'open' }), workloadOf([[8, 0.9, 0.85, 0.95]], { id: 'mild' }), workloadOf([[8, 0.5, 0.4, 0.6]], { id: 'bad' })];
    assert.deepEqual(deficitsOf(items).map(deficit => deficit.workload.id), ['bad', 'mild', 'open']);
});

test('the worst place is one that the spread confirms, if there is any', () => {
    const [deficit] = deficitsOf([workloadOf([[8, 0.5, 0.2, 1.5], [16, 0.9, 0.85, 0.95]])]);
    assert.equal(deficit.worst.point.x, 16);
});

test('neighbours join to runs', () => {
    const places = [8, 16, 32, 64, 128].map(x => ({ x }));
    const runs = runsOf(new Set([8, 16, 32, 128]), places).map(([from, to]) => [from.x, to.x]);
    assert.deepEqual(runs, [[8, 32], [128, 128]]);
});

test('places come in order of size, categories as they are given, each once', () => {
    const item = workloadOf([[64, 1], [8, 1]]);
    assert.deepEqual(placesOf(item).map(at => at.x), [8, 64]);
    assert.deepEqual(placesOf({ ...item, x: { name: 'how', scale: 'category' } }).map(at => at.x), [64, 8]);
});

test('every workload is in exactly one section, modelled links in the last', () => {
    const sections = sectionsOf(sample);
    const ids = sections.flatMap(section => section.workloads.map(item => item.id));
    assert.deepEqual([...ids].sort(), sample.workloads.map(item => item.id).sort());
    assert.equal(sections.at(-1).id, 'modelled');
    assert.ok(sections.at(-1).workloads.every(item => item.injectsFabric));
});

test('a peer has one hue everywhere, and no two series of a chart look the same without it', () => {
    const looks = looksOf(sample);
    assert.equal(looks.get('urma').hue, 'ours');
    for (const item of sample.workloads) {
        const styles = seriesLooks(item, looks);
        item.series.forEach((series, i) => assert.equal(styles[i].hue, looks.get(series.peer).hue));
        const shapes = styles.map(style => `${style.marker} ${style.dash}`);
        assert.equal(new Set(shapes).size, shapes.length, `${item.id}: ${shapes.join(', ')}`);
    }
});

test('ticks are round, inside, and few', () => {
    assert.deepEqual(logTicks(1.5, 60, 7), [2, 5, 10, 20, 50]);
    assert.deepEqual(logTicks(0.8, 2.6), [1, 1.5, 2]);
    assert.deepEqual(logTicks(0.5, 2000, 5), [1, 10, 100, 1000]);
    assert.ok(logTicks(1, 1e9).length <= 9);
    assert.deepEqual(linearTicks(0, 61, 5), [0, 20, 40, 60]);
    assert.deepEqual(binaryTicks(1, 2 ** 26, 10).at(0), 1);
    assert.ok(binaryTicks(1, 2 ** 26, 5).length <= 5);
    assert.deepEqual(ticksFor('bytes', true, 3000, 40000, 7), [4096, 8192, 16384, 32768]);
    assert.deepEqual(ticksFor('bytes', false, 0, 5000, 6), [0, 1024, 2048, 3072, 4096]);
    const wide = axisFor([1, 1000], 'ns');
    const narrow = axisFor([10, 20], 'ns');
    assert.ok(wide.log && !narrow.log);
    assert.equal(narrow.at(0), 0);
});

test('failures that say the same come together', () => {
    const groups = failureGroups([{ workload: 'a', message: 'x' }, { workload: 'b', message: 'y' }, { workload: 'c', message: 'x' }]);
    assert.deepEqual(groups.map(group => [group.message, group.members.map(member => member.workload)]), [['x', ['a', 'c']], ['y', ['b']]]);
});
