// The key of a line chart, which is also its readout: every series with its value at the place that is pointed at.
import { html } from '../lib/html.mjs';
import { place, quantity, ratio } from '../lib/format.mjs';
import { verdict } from '../lib/results.mjs';
import { seriesName, verdictSign } from './marks.mjs';

/** Where the readout stands until somebody points: at 8 bytes, the size that the field quotes, or at the first place. */
export const restingPlace = (places, x) => places.find(at => at.x === 8 && x.name === 'bytes') ?? places[0];

export function readout(item, styles, places) {
    const at = restingPlace(places, item.x);
    const compared = item.series.some(series => series.points.some(point => point.advantage));
    return html`<div class="readout">
<p class="readout-head"><span>${item.x.name === 'bytes' ? 'size' : item.x.name} <strong class="at">${place(at, item.x)}</strong></span>
${compared ? html`<span class="switch" role="group" aria-label="What the chart of ${item.title} shows">
<button type="button" data-mode="value" aria-pressed="true">values</button><button type="button" data-mode="advantage" aria-pressed="false">advantage</button></span>` : ''}</p>
<ul>${item.series.map((series, i) => entry(item, series, i, styles[i], at))}</ul></div>`;
}

function entry(item, series, index, look, at) {
    const point = series.points.find(candidate => candidate.x === at.x);
    return html`<li data-peer="${series.peer}">
<button type="button" class="key ${look.strong ? 'strong' : ''}" data-index="${index}" aria-pressed="true" title="Show or hide ${series.name}">
<span class="named">${seriesName(series, look, item)}</span></button>
<span class="value">${quantity(point?.median, item.unit)}</span>
<span class="advantage">${point?.advantage ? html`${verdictSign(verdict(point.advantage))} ${ratio(point.advantage.median)}` : ''}</span></li>`;
}
