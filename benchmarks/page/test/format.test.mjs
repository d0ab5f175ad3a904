import assert from 'node:assert/strict';
import { test } from 'node:test';
import { count, day, digits, duration, moment, place, placeInText, quantity, ratio, spread, tick } from '../lib/format.mjs';

const plain = text => text.replaceAll('\u00a0', ' ');

test('three significant digits, no idle zeros, thousands grouped', () => {
    for (const [value, text] of [[145.2, '145'], [14.54, '14.5'], [2.104, '2.1'], [2.0, '2'], [0.0621, '0.0621'], [99.96, '100'], [0, '0'],
        [12_400, '12,400'], [1_234_567, '1,234,567'], [999.6, '1,000'], [-3.456, '-3.46']]) {
        assert.equal(digits(value), text, String(value));
    }
});

test('a quantity takes the unit of its size, also where rounding crosses the border', () => {
    for (const [value, unit, text] of [[145, 'ns', '145 ns'], [2104, 'ns', '2.1 µs'], [999.7, 'ns', '1 µs'], [999.4, 'ns', '999 ns'], [0.3, 'ns', '0.3 ns'],
        [2.9, 'us', '2.9 µs'], [0.351, 'us', '351 ns'], [1500, 'us', '1.5 ms'], [3_200_000_000, 'ns', '3.2 s'], [12, 'ms', '12 ms'], [54.02, 'GB/s', '54 GB/s'],
        [0.0307, 'GB/s', '30.7 MB/s'], [20.2, 'M/s', '20.2 M/s'], [0.12, 'M/s', '120 k/s'], [65536, 'bytes', '64 KiB'], [1_410_000, 'bytes', '1.34 MiB'],
        [300, 'bytes', '300 B'], [0.29, 's/M', '0.29 s/M'], [1.306, 'x', '1.31×'], [0, 'ns', '0 ns']]) {
        assert.equal(plain(quantity(value, unit)), text, `${value} ${unit}`);
    }
});

test('what was not measured is a dash, never a zero', () => {
    assert.equal(quantity(undefined, 'ns'), '–');
    assert.equal(ratio(undefined), '–');
    assert.equal(spread(undefined, 3, 'ns'), '');
});

test('a unit that is not known is refused', () => assert.throws(() => quantity(1, 'furlong'), /furlong/));

test('ratios keep two decimals where they decide', () => {
    for (const [value, text] of [[1, '1.00×'], [0.996, '1.00×'], [1.306, '1.31×'], [9.99, '9.99×'], [9.996, '10×'], [12.44, '12.4×'], [690, '690×'], [0.0443, '0.044×']]) {
        assert.equal(ratio(value), text);
    }
});

test('a spread says its unit once where both ends share it', () => {
    assert.equal(plain(spread(140, 160, 'ns')), '140–160 ns');
    assert.equal(plain(spread(980, 1100, 'ns')), '980 ns – 1.1 µs');
    assert.equal(spread(0.94, 1.07, 'x'), '0.94–1.07×');
    assert.equal(plain(spread(145.1, 145.2, 'ns')), '145 ns');
});

test('a tick has no unit at zero and no idle decimals', () => {
    assert.equal(tick(0, 'M/s'), '0');
    assert.equal(tick(4, 'x'), '4×');
});

test('places are sizes, labels, or numbers', () => {
    assert.equal(plain(place({ x: 65536, label: '65536' }, { name: 'bytes', scale: 'log2' })), '64 KiB');
    assert.equal(place({ x: 0, label: 'one batch' }, { name: 'mode', scale: 'category' }), 'one batch');
    assert.equal(place({ x: 3 }, { name: 'senders', scale: 'linear' }), '3');
});

test('moments, durations, counts', () => {
    assert.equal(day('2026-11-22T23:30:00Z'), '2026-11-22');
    assert.equal(moment('2026-11-22T10:00:59Z'), '2026-11-22 10:00 UTC');
    assert.equal(plain(duration(288)), '4 min 48 s');
    assert.equal(plain(duration(59.6)), '60 s');
    assert.equal(plain(duration(119.7)), '2 min');
    assert.equal(count(1, 'row'), '1 row');
    assert.equal(count(1200, 'row'), '1,200 rows');
});

test('in a text, numbers of an axis say what they count', () => {
    assert.equal(placeInText({ x: 256, label: '256' }, { name: 'regions', scale: 'log2' }), '256 regions');
    assert.equal(placeInText({ x: 1, label: '1' }, { name: 'senders', scale: 'linear' }), '1 sender');
    assert.equal(plain(placeInText({ x: 4096 }, { name: 'bytes', scale: 'log2' })), '4 KiB');
    assert.equal(placeInText({ x: 0, label: 'one batch' }, { name: 'mode', scale: 'category' }), 'one batch');
});
