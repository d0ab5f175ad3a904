// Every place where a peer is ahead of us, as prominent as the others.
import { html, raw } from '../lib/html.mjs';
import { count, placeInText, quantity, ratio, ratioSpread } from '../lib/format.mjs';
import { deficitsOf, isYardstick, placesInText, yardstickComparisonsOf } from '../lib/results.mjs';
import { seriesLooks } from '../lib/palette.mjs';
import { seriesName, verdictSign } from './marks.mjs';

/** What stands where the suite gives no reason. */
export const NotKnown = 'The reason is not known.';

export function behind(results, looks) {
    const real = results.workloads.filter(workload => !workload.injectsFabric);
    const [peers, modelled, yardsticks] = [
        deficitsOf(real), deficitsOf(results.workloads.filter(workload => workload.injectsFabric)), deficitsOf(results.workloads, yardstickComparisonsOf),
    ];
    return html`<section id="behind" aria-labelledby="behind-title">
<h2 id="behind-title">Where a peer is ahead of us</h2>
${peers.length + modelled.length === 0 ? html`<p class="prose">Nowhere in this run: no peer has the better median in any comparison.</p>` : html`
<p class="prose">Every place at which a peer's median is better than ours, the worst first. ${verdictSign('behind')} marks what the spread confirms;
${verdictSign('level')} what it leaves open. The advantage is ours: 0.80× means that we are at four fifths of the peer.</p>
${table(peers, looks, 'Where a peer is ahead of us')}
${modelled.length === 0 ? '' : html`<h3>Over a modelled link</h3>${table(modelled, looks, 'Where a peer is ahead of us over a modelled link')}`}`}
${yardsticks.length === 0 ? '' : html`<details class="fold" id="yardsticks"><summary>Beside the yardsticks <small>${count(yardsticks.length, 'workload')}</small></summary>
<p class="prose">Where raw C on the same memory is ahead, with no library between it and the hardware: the room that is left.</p>
${table(yardsticks, looks, 'Where the yardstick is ahead of us')}</details>`}
</section>`;
}

function table(deficits, looks, caption) {
    if (deficits.length === 0) return html`<p class="prose">Nowhere.</p>`;
    const head = ['Workload', 'Peer', 'Where', 'At worst', 'Ours', 'Theirs', 'Advantage'];
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Table: ${caption}"><table class="behind-table" role="table">
<caption class="unseen">${caption}</caption>
<thead role="rowgroup"><tr role="row">${head.map((name, i) => html`<th scope="col" role="columnheader"${i > 3 ? raw(' class="number"') : ''}>${name}</th>`)}</tr></thead>
<tbody role="rowgroup">${deficits.map(deficit => row(deficit, looks))}</tbody></table></div>`;
}

/** The roles are said, since on a phone the rows are laid out as cards and a browser then no longer takes them for rows. */
function row(deficit, looks) {
    const { workload, series, worst, sureAt, behindAt } = deficit;
    const look = seriesLooks(workload, looks)[workload.series.indexOf(series)];
    const open = behindAt.filter(comparison => !sureAt.includes(comparison));
    const at = placeInText(worst.point, workload.x);
    const theirs = quantity(worst.point.median, workload.unit);
    const marks = html`role="row" data-peer="${series.peer}" data-group="${workload.injectsFabric ? 'modelled' : workload.group}" data-workload="${workload.id}"`;
    return html`<tr ${marks}>
<th scope="row" role="rowheader"><a href="#${workload.id}">${workload.title}</a></th>
<td role="cell" class="peer">${seriesName(series, look)}</td>
<td role="cell" class="where">${sureAt.length === 0 ? '' : html`<div>${verdictSign('behind')} ${placesInText(sureAt, workload)}</div>`}
${open.length === 0 ? '' : html`<div>${verdictSign('level')} ${placesInText(open, workload)}</div>`}
<small>${behindAt.length} of ${count(deficit.total, 'place')}</small></td>
<td role="cell" class="worst">${at}</td>
<td role="cell" class="number ours" data-at="${at}" data-theirs="${theirs}">${quantity(worst.ours?.median, workload.unit)}</td>
<td role="cell" class="number theirs">${theirs}</td>
<td role="cell" class="number advantage"><strong class="${worst.verdict}">${ratio(worst.advantage.median)}</strong> <small>${ratioSpread(worst.advantage)}</small></td></tr>
${isYardstick(series, workload) ? '' : html`<tr class="why" ${marks}><td role="cell" colspan="7">${series.why ?? NotKnown}</td></tr>`}`;
}
