// Small signs that several parts of the page share.
import { html, raw } from '../lib/html.mjs';
import { Shapes } from '../lib/palette.mjs';
import { digits } from '../lib/format.mjs';
import { isYardstick } from '../lib/results.mjs';

const round = value => Number(value.toFixed(2));

/** A marker as an SVG shape around (x, y). */
function markerShape(marker, x, y, size) {
    const corners = Shapes[marker];
    if (!corners) return raw(`<circle cx="${x}" cy="${y}" r="${size}"/>`);
    return raw(`<polygon points="${corners.map(([a, b]) => `${round(x + a * size)},${round(y + b * size)}`).join(' ')}"/>`);
}

/** A piece of the series' line with its marker: the key of a chart. */
function swatch(look) {
    return html`<svg class="swatch hue-${look.hue}" viewBox="0 0 34 14" width="34" height="14" aria-hidden="true">
<line x1="1" y1="7" x2="33" y2="7" stroke-width="${look.strong ? 3 : 2}" stroke-dasharray="${look.dash.join(' ')}"/>
${markerShape(look.marker, 17, 7, look.strong ? 5 : 4)}</svg>`;
}

/** The marker alone, such as on a lane. */
export function markerOnly(look, style) {
    return html`<svg class="marker hue-${look.hue}" viewBox="0 0 14 14" width="14" height="14" aria-hidden="true" style="${style}">
${markerShape(look.marker, 7, 7, look.strong ? 5.2 : 4.4)}</svg>`;
}

const Signs = { ahead: '▲', level: '=', behind: '▼' };

/** Who is ahead, as a sign and (for those who do not see it) a word. */
export function verdictSign(verdict) {
    return html`<span class="sign ${verdict}" title="${verdict}"><span aria-hidden="true">${Signs[verdict]}</span><span class="unseen">${verdict}</span></span>`;
}

/** How often ahead, level and behind; what never happened is left out. */
export function tallySigns(tally) {
    const parts = ['ahead', 'level', 'behind'].filter(verdict => tally[verdict] > 0);
    return html`<span class="tally">${parts.map(verdict => html`<span class="sign ${verdict}" title="${verdict} at ${tally[verdict]} of ${tally.total}">
<span aria-hidden="true">${Signs[verdict]}</span> ${digits(tally[verdict])}<span class="unseen"> ${verdict} </span></span>`)}</span>`;
}

/** Ahead, level and behind as parts of one bar. */
export function tallyBar(tally) {
    return html`<span class="bar" aria-hidden="true">${['ahead', 'level', 'behind'].filter(verdict => tally[verdict] > 0).map(verdict =>
        html`<span class="${verdict}" style="flex-grow:${tally[verdict]}"></span>`)}</span>`;
}

/** Which series it is, with its hue's mark. */
export const seriesName = (series, look, workload) =>
    html`${swatch(look)}<span>${series.name}${workload && isYardstick(series, workload) ? html` <small>(yardstick)</small>` : ''}</span>`;
