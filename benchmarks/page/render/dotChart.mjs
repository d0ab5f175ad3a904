// The chart of places that have names: for each of them a lane with a dot per series.
import { html } from '../lib/html.mjs';
import { place, quantity, ratio, spread, tick } from '../lib/format.mjs';
import { verdict } from '../lib/results.mjs';
import { axisFor } from '../lib/scale.mjs';
import { scaleRow, track } from './lanes.mjs';
import { seriesName, verdictSign } from './marks.mjs';

export function dotChart(item, styles, places) {
    const values = item.series.flatMap(series => series.points.flatMap(point => [point.median, point.p10, point.p90]))
        .filter(value => value !== undefined);
    const axis = axisFor(values, item.unit, 5);
    const lines = axis.ticks.map(value => ({ at: axis.at(value), strong: value === 0 }));
    return html`<figure class="dots" data-workload="${item.id}">
<div class="dot-lane head" aria-hidden="true"><span></span><span></span><span>median</span><span>${item.series.some(series => !series.isOurs) ? 'advantage' : ''}</span></div>
${places.map(at => html`<div class="dot-group"><h4>${place(at, item.x)}</h4>
${item.series.map((series, i) => lane(item, series, styles[i], at, axis, lines))}</div>`)}
<div class="dot-lane axis-lane" aria-hidden="true"><span></span>${scaleRow(axis, value => tick(value, item.unit))}<span></span><span></span></div>
</figure>`;
}

function lane(item, series, look, at, axis, lines) {
    const point = series.points.find(candidate => candidate.x === at.x);
    if (!point) return '';
    const { median, p10, p90, advantage } = point;
    return html`<div class="dot-lane" data-peer="${series.peer}"><span class="named">${seriesName(series, look, item)}</span>
${track(axis, look, median, p10, p90, lines)}
<span class="lane-value ${look.strong ? 'strong' : ''}" title="${spread(p10, p90, item.unit)}">${quantity(median, item.unit)}</span>
<span class="lane-advantage">${advantage ? html`${verdictSign(verdict(advantage))} ${ratio(advantage.median)}` : ''}</span></div>`;
}
