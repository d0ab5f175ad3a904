// The whole at a glance: a lane for every peer of every workload, all on one axis of the advantage.
import { html } from '../lib/html.mjs';
import { ratio } from '../lib/format.mjs';
import { comparisonsOf, duelsOf, isYardstick, sectionsOf, tally, yardstickComparisonsOf, yardstickName } from '../lib/results.mjs';
import { seriesLooks } from '../lib/palette.mjs';
import { scaleRow, track } from './lanes.mjs';
import { tallyBar, tallySigns } from './marks.mjs';

const Ticks = [1 / 16, 1 / 4, 1, 4, 16, 64];

/** What lies beyond is drawn at the edge; its number stands beside it. */
const Widest = [1 / 16, 64];

/** The axis of all lanes: by the logarithm, as wide as the advantages go. */
function axisOf(duels) {
    const least = Math.max(Widest[0], Math.min(0.5, ...duels.map(duel => duel.least)));
    const most = Math.min(Widest[1], Math.max(2, ...duels.map(duel => duel.most)));
    const [min, max] = [least / 1.15, most * 1.15];
    return { min, max, ticks: Ticks.filter(tick => tick >= min && tick <= max), at: v => Math.log(v / min) / Math.log(max / min) };
}

const tickLabel = tick => tick < 1 ? `1/${Math.round(1 / tick)}` : `${tick}×`;

export function overview(results, looks) {
    const sections = sectionsOf(results);
    const axis = axisOf(sections.flatMap(section => section.workloads.flatMap(workload => duelsOf(workload))));
    const lines = axis.ticks.map(tick => ({ at: axis.at(tick), strong: tick === 1 }));
    const cards = sections.map(section => card(section, axis, lines, looks)).filter(markup => markup !== undefined);
    if (cards.length === 0) return html``;
    return html`<section id="overview" aria-labelledby="overview-title">
<h2 id="overview-title">At a glance</h2>
<p class="prose">Each lane is one peer on one workload. The marker is the mean advantage of Urma.Net over all sizes (the geometric mean), the bar goes from
the least to the most. Yardsticks have lanes, too, but are not counted. Right of the strong line we are ahead, left of it the peer is. The signs count places:
<span class="sign ahead">▲</span> ahead, <span class="sign level">=</span> level within the spread, <span class="sign behind">▼</span> behind.</p>
<div class="cards">${cards}</div>
</section>`;
}

function card(section, axis, lines, looks) {
    const workloads = section.workloads.map(workload => ({ workload, duels: [...duelsOf(workload), ...duelsOf(workload, yardstickComparisonsOf(workload))] })).filter(entry => entry.duels.length > 0);
    if (workloads.length === 0) return undefined;
    const sum = tally(section.workloads.flatMap(comparisonsOf));
    return html`<details class="card" open data-group="${section.id}">
<summary><h3>${section.title}</h3>${tallySigns(sum)}${tallyBar(sum)}</summary>
<div class="lane axis-lane" aria-hidden="true"><span></span>${scaleRow(axis, tickLabel)}<span></span><span></span></div>
<div class="lanes" role="list">
${workloads.map(({ workload, duels }) => html`<div class="lane-group" role="listitem" data-peers="${[...new Set(duels.map(duel => duel.series.peer))].join(' ')}">
<a class="lane-title" href="#${workload.id}">${workload.title}</a>
${duels.map(duel => lane(duel, seriesLooks(workload, looks)[workload.series.indexOf(duel.series)], axis, lines))}
</div>`)}
</div></details>`;
}

function lane(duel, look, axis, lines) {
    return html`<div class="lane" data-peer="${duel.series.peer}">
<span class="lane-name">${isYardstick(duel.series, duel.workload) ? html`${yardstickName(duel.workload)} <small>(yardstick)</small>` : duel.series.name}</span>
${track(axis, look, duel.mean, duel.least, duel.most, lines)}
<span class="lane-value" title="mean advantage over all sizes; from ${ratio(duel.least)} to ${ratio(duel.most)}">${ratio(duel.mean)}</span>
${tallySigns(duel)}</div>`;
}
