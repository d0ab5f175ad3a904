import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dark, Light } from '../lib/colors.mjs';

/** The relative luminance of a color as WCAG 2 has it. */
function luminance(color) {
    const [r, g, b] = [1, 3, 5].map(i => parseInt(color.slice(i, i + 2), 16) / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
    const [x, y] = [luminance(a), luminance(b)].sort((m, n) => n - m);
    return (x + 0.05) / (y + 0.05);
}

for (const [theme, colors] of [['light', Light], ['dark', Dark]]) {
    test(`texts and lines can be told from the ground, ${theme}`, () => {
        for (const ground of ['paper', 'card', 'shade']) {
            for (const [name, value] of Object.entries(colors)) {
                if (['paper', 'card', 'shade', 'line', 'grid'].includes(name)) continue;
                assert.ok(contrast(value, colors[ground]) >= 4.5, `${name} on ${ground}: ${contrast(value, colors[ground]).toFixed(2)}`);
            }
        }
    });
}

test('light and dark name the same colors', () => assert.deepEqual(Object.keys(Dark), Object.keys(Light)));
