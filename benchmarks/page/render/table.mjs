// The text form of a chart: every number of a workload.
import { html } from '../lib/html.mjs';
import { place, quantity, ratio, ratioSpread, spread } from '../lib/format.mjs';
import { pointsByX, verdict, yardstickName } from '../lib/results.mjs';
import { seriesName, verdictSign } from './marks.mjs';

/** The columns that a series has: those of which at least one number is there, the median always. */
function columnsOf(series, item) {
    const has = part => series.points.some(point => point[part] !== undefined);
    return [
        { kind: 'median', head: 'median' },
        has('advantage') ? { kind: 'advantage', head: 'our advantage' } : undefined,
        has('p10') || has('p90') ? { kind: 'spread', head: 'p10 – p90' } : undefined,
        has('overYardstick') ? { kind: 'yardstick', head: `over ${yardstickName(item)}` } : undefined,
    ].filter(column => column !== undefined);
}

function cell(kind, point, unit) {
    switch (kind) {
        case 'median': return quantity(point?.median, unit);
        case 'spread': return point === undefined ? '' : point.rounds === 1 ? 'one round' : spread(point.p10, point.p90, unit);
        case 'yardstick': return point?.overYardstick ? html`${ratio(point.overYardstick.median)} <small>${ratioSpread(point.overYardstick)}</small>` : '';
        default: return point?.advantage
            ? html`${verdictSign(verdict(point.advantage))} ${ratio(point.advantage.median)} <small>${ratioSpread(point.advantage)}</small>` : '';
    }
}

export function table(item, styles, places) {
    const columns = item.series.map(series => columnsOf(series, item));
    const points = item.series.map(pointsByX);
    const rounds = item.series.flatMap(series => series.points.map(point => point.rounds)).filter(value => value !== undefined);
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Table: ${item.title}"><table>
<caption>${item.title}: ${item.convention}; ${item.better} is better.${rounds.length === 0 ? ''
    : ` ${range(rounds)} ${Math.max(...rounds) === 1 ? 'round' : 'rounds'}.`}${columns.flat().some(column => column.kind === 'advantage') ? ' Advantage: how many times better Urma.Net\'s baseline is.' : ''}</caption>
<thead><tr><td></td>${item.series.map((series, i) =>
        html`<th scope="colgroup" colspan="${columns[i].length}" data-peer="${series.peer}"><span class="named">${seriesName(series, styles[i], item)}</span></th>`)}</tr>
<tr><th scope="col">${item.x.name === 'bytes' ? 'size' : item.x.name}</th>${item.series.map((series, i) => columns[i].map((column, c) =>
        html`<th scope="col" class="number${c === 0 ? ' first' : ''}" data-peer="${series.peer}">${column.head}</th>`))}</tr></thead>
<tbody>${places.map(at => html`<tr><th scope="row">${place(at, item.x)}</th>${item.series.map((series, i) => columns[i].map((column, c) =>
        html`<td class="number ${column.kind}${c === 0 ? ' first' : ''}" data-peer="${series.peer}" data-series="${series.id}">
${cell(column.kind, points[i].get(at.x), item.unit)}</td>`))}</tr>`)}
</tbody></table></div>`;
}

const range = rounds => Math.min(...rounds) === Math.max(...rounds) ? `${rounds[0]}` : `${Math.min(...rounds)} to ${Math.max(...rounds)}`;
