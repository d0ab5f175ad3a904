// One workload: what is done, its chart, its table, its commands.
import { html } from '../lib/html.mjs';
import { count, place, ratio } from '../lib/format.mjs';
import { comparisonsOf, deficitsOf, failureGroups, placesInText, placesOf, tally } from '../lib/results.mjs';
import { seriesLooks } from '../lib/palette.mjs';
import { dotChart } from './dotChart.mjs';
import { readout } from './readout.mjs';
import { table } from './table.mjs';
import { seriesName, tallySigns, verdictSign } from './marks.mjs';
import { NotKnown } from './behind.mjs';

/** Tables of so few rows are open from the start. */
const ShortTable = 3;

const Units = {
    'ns': 'time', 'us': 'time', 'ms': 'time', 'GB/s': 'bandwidth', 'M/s': 'rate', 'bytes': 'memory',
    's/M': 'processor time', 'x': 'factor', '%': 'share',
};

export function workload(item, results, looks) {
    const styles = seriesLooks(item, looks);
    const measured = item.series.some(series => series.points.some(point => point.median !== undefined));
    const places = placesOf(item);
    const failures = results.failures.filter(failure => failure.workload === item.id);
    return html`<article id="${item.id}" class="workload" data-peers="${[...new Set(item.series.map(series => series.peer))].join(' ')}" aria-labelledby="${item.id}-title">
<header><h3 id="${item.id}-title">${item.title} <a class="anchor" href="#${item.id}" aria-label="Link to ${item.title}">#</a></h3>
${tallySigns(tally(comparisonsOf(item)))}</header>
<p class="prose">${item.about}</p>
<p class="convention"><span class="better">${item.better === 'lower' ? '↓ lower is better' : '↑ higher is better'}</span>
${Units[item.unit]}: ${item.convention}.${item.yardstick ? html` Yardstick: ${item.yardstick.name}.` : ''}</p>
${failures.length === 0 ? '' : absent(failures, item)}
${measured ? html`${chart(item, styles, places)}
<details class="fold" ${places.length <= ShortTable ? 'open' : ''}><summary>Table <small>${count(places.length, 'row')}</small></summary>${table(item, styles, places)}</details>
${reasons(item, styles)}
${commands(item, styles)}` : html`<p class="failure">Nothing was measured here.</p>`}
</article>`;
}

/** Who was not measured in one line, and why under a fold. */
function absent(failures, item) {
    const names = group => group.map(failure => nameOf(failure, item)).join('; ');
    return html`<details class="failure"><summary><strong>Not measured:</strong> ${names(failures)}</summary>
${failureGroups(failures).map(group => html`<p>${names(group.members)}: <span class="message">${group.message}</span></p>`)}</details>`;
}

const nameOf = (failure, item) => item.series.find(series => series.id === failure.series)?.name || failure.series || 'the workload';

/** Why peers are ahead, where they are. */
function reasons(item, styles) {
    const deficits = deficitsOf([item]);
    if (deficits.length === 0) return '';
    return html`<details class="fold"><summary>Where a peer is ahead, and why <small>${deficits.length}</small></summary><dl class="reasons">
${deficits.map(({ series, behindAt, worst }) => html`<div data-peer="${series.peer}"><dt><span class="named">${seriesName(series, styles[item.series.indexOf(series)])}</span>
<small>${placesInText(behindAt, item)}; ${verdictSign(worst.verdict)} ${ratio(worst.advantage.median)} at worst</small></dt><dd>${series.why ?? NotKnown}</dd></div>`)}
</dl></details>`;
}

/** Lines over an axis of numbers; dots where the places are names, or where there is only one. */
function chart(item, styles, places) {
    if (item.x.scale === 'category' || places.length === 1) return dotChart(item, styles, places);
    return html`<figure class="plot" data-workload="${item.id}">
<div class="canvas" tabindex="0" role="group" aria-label="Chart: ${item.title},
from ${place(places[0], item.x)} to ${place(places[places.length - 1], item.x)}. The arrow keys move along it; the table below has the same numbers."></div>
${readout(item, styles, places)}
</figure>`;
}

function commands(item, styles) {
    const groups = new Map();
    item.series.forEach((series, i) => groups.set(series.command, [...groups.get(series.command) ?? [], i]));
    return html`<details class="fold"><summary>Commands <small>${groups.size}</small></summary><dl class="commands">
${[...groups].map(([command, members]) => html`<div data-peer="${item.series[members[0]].peer}"><dt>${members.map(i => html`<span class="named">${seriesName(item.series[i], styles[i])}</span> `)}</dt>
<dd>${commandLine(command)}</dd></div>`)}
</dl></details>`;
}

export const commandLine = command =>
    html`<span class="command"><code>${command}</code><button type="button" class="copy" data-copy="${command}">Copy</button></span>`;
