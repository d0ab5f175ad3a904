import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { complaints } from '../lib/validate.mjs';

const text = readFileSync(new URL('sample.json', import.meta.url), 'utf8');

/** The complaints about the sample after a change. */
function after(change) {
    const results = JSON.parse(text);
    change(results);
    return complaints(results);
}

test('the sample is valid', () => assert.deepEqual(after(() => { }), []));

const cases = [
    ['null for what was not measured', r => { r.workloads[0].series[0].points[2].median = null; },
        "workloads[0] 'send_lat' series[0] 'urma.loopback' points[2].median: null should be a number (what was not measured is absent, never null)"],
    ['a missing part', r => { delete r.machine.processor; }, "machine: 'processor' is missing"],
    ['a part that is not known', r => { r.workloads[1].colour = 1; }, "workloads[1] 'put_lat': 'colour' is not known; these are: id, group,"],
    ['a value that is not known', r => { r.workloads[0].unit = 'min'; }, "workloads[0] 'send_lat' unit: \"min\" is none of ns, us,"],
    ['another schema', r => { r.schema = 2; }, 'schema: 2 should be 1'],
    ['a missing peer without a reason', r => { delete r.peers.find(p => p.state === 'missing').why; }, "'why' is missing"],
    ['an id that is no anchor', r => { r.workloads[0].id = 'a b'; }, '"a b" must match pattern'],
    ['two baselines', r => { r.workloads[0].series[1].isBaseline = true; }, "workload 'send_lat': more than one series is the baseline"],
    ['an advantage of ours', r => { r.workloads[0].series[0].points[0].advantage = { median: 2 }; }, 'only peers have one'],
    ['a point twice', r => { r.workloads[0].series[0].points[1].x = 1; }, 'two points at x = 1'],
    ['a spread upside down', r => { r.workloads[0].series[0].points[0].p10 = 1e9; }, 'p10 is more than p90 at x = 1'],
    ['an id twice', r => { r.workloads[1].id = 'send_lat'; }, "workloads: two have the id 'send_lat'"],
    ['a category without a name', r => { delete r.workloads.find(w => w.x.scale === 'category').series[0].points[0].label; }, 'no label at x = 0'],
];

for (const [name, change, message] of cases) {
    test(`${name} is said in words`, () => {
        const list = after(change);
        assert.ok(list.some(line => line.includes(message)), `${message}\nis not among\n${list.join('\n')}`);
    });
}
