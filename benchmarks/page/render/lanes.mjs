// Horizontal lanes: a range with a marker on a shared axis. Made of boxes in percent, so that they need no script and fit any width.
import { html } from '../lib/html.mjs';
import { markerOnly } from './marks.mjs';

const percent = share => `${(Math.min(1, Math.max(0, share)) * 100).toFixed(2)}%`;

/** One lane: the range from low to high and the marker at the value; the lines are shares of the axis that every lane of a chart shows. */
export function track(axis, look, value, low, high, lines) {
    const from = low === undefined ? undefined : axis.at(low);
    const to = high === undefined ? undefined : axis.at(high);
    return html`<span class="track" aria-hidden="true">${lines.map(line =>
        html`<i class="${line.strong ? 'line strong' : 'line'}" style="left:${percent(line.at)}"></i>`)}
${from === undefined || to === undefined ? '' : html`<i class="range hue-${look.hue}" style="left:${percent(from)};width:${percent(Math.min(1, to) - Math.max(0, from))}"></i>`}
${value === undefined ? '' : markerOnly(look, `left:${percent(axis.at(value))}`)}</span>`;
}

/** Labels at the very ends stay inside. */
const endOf = share => share < 0.05 ? 'first' : share > 0.95 ? 'last' : '';

/** The labels of the axis, below or above the lanes. */
export function scaleRow(axis, label) {
    return html`<span class="track scale" aria-hidden="true">${axis.ticks.map(tick =>
        html`<i class="tick ${endOf(axis.at(tick))}" style="left:${percent(axis.at(tick))}">${label(tick)}</i>`)}</span>`;
}
