// The head of the page: the result in one sentence, and under which conditions it was taken.
import { html } from '../lib/html.mjs';
import { count, duration, moment, quantity } from '../lib/format.mjs';
import { comparisonsOf, deficitsOf, summaryOf, tally, wasBusy, yardstickComparisonsOf } from '../lib/results.mjs';
import { tallyBar } from './marks.mjs';

export function summary(results) {
    const sum = summaryOf(results);
    const hasYardsticks = deficitsOf(results.workloads, yardstickComparisonsOf).length > 0;
    return html`<section id="summary" aria-labelledby="title">
<h1 id="title">Urma.Net beside its peers</h1>
${sum.total === 0 ? html`<p class="lede">No peer was compared in this run.</p>` : html`
<p class="lede">Ahead in <strong class="ahead">${sum.ahead.toLocaleString('en-US')}</strong> of ${count(sum.total, 'comparison')},
level in <strong>${sum.level.toLocaleString('en-US')}</strong>, <a href="#behind">behind in <strong class="${sum.behind > 0 ? 'behind' : ''}">${sum.behind.toLocaleString('en-US')}</strong></a>.</p>
${tallyBar(sum)}
<p class="prose">A comparison is one workload at one size against one peer: ${count(sum.workloads, 'workload')}, ${count(sum.peers, 'peer')}. Both run in turns, pinned to
the same processors; the ratio is formed inside each round. Ahead or behind means that the spread from the 10th to the 90th percentile of those ratios lies on
one side of 1; level means that it does not. By the median alone, a peer is ahead in ${sum.medianBehind.toLocaleString('en-US')}.
Yardsticks (raw C on the same memory) say what the machine gives; they are no peers and ${hasYardsticks ? html`<a href="#yardsticks">stand apart</a>` : 'stand apart'}.</p>`}
${warnings(results, sum).map(text => html`<p class="warn">${text}</p>`)}
${modelled(results)}
${facts(results)}
</section>`;
}

/** What makes the numbers of this run doubtful. */
function warnings(results, sum) {
    const { machine } = results;
    return [
        wasBusy(machine) ? `The machine was busy: a load of ${machine.loadAverage.toFixed(1)} on ${count(machine.processors, 'processor')} before the first round. `
            + 'Take everything here with care, and measure again.' : undefined,
        sum.single > 0 ? `Comparisons that rest on a single round, and so have no spread: ${sum.single} of ${sum.total}.` : undefined,
    ].filter(text => text !== undefined);
}

function modelled(results) {
    const workloads = results.workloads.filter(workload => workload.injectsFabric);
    if (workloads.length === 0) return '';
    const sum = tally(workloads.flatMap(comparisonsOf));
    return html`<p class="prose"><a href="#group-modelled">${count(workloads.length, 'workload')} over a modelled link</a> ${workloads.length === 1 ? 'stands' : 'stand'} apart
and ${workloads.length === 1 ? 'is' : 'are'} not counted here${sum.total === 0 ? '' : html` (ahead ${sum.ahead}, level ${sum.level}, behind ${sum.behind})`}.</p>`;
}

function facts(results) {
    const { machine } = results;
    const rows = [
        ['Taken', html`<time datetime="${results.taken}">${moment(results.taken)}</time>`],
        ['Run', results.mode === 'quick' ? `quick (few rounds), ${duration(results.durationSeconds)}` : `full, ${duration(results.durationSeconds)}`],
        ['Urma.Net', `${results.version}, commit ${results.commit}`],
        ['Processor', `${machine.processor}, ${count(machine.processors, 'processor')}`],
        ['Memory', quantity(machine.memoryBytes, 'bytes')],
        ['System', `${machine.os}, Linux ${machine.kernel.replace(/^Linux /, '')}`],
        ['Runtime', machine.runtime],
        machine.pinning ? ['Pinned to', `processors ${machine.pinning}`] : undefined,
        machine.loadAverage === undefined ? undefined
            : ['Load before', machine.loadAverage.toFixed(2)],
    ].filter(row => row !== undefined);
    return html`<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
