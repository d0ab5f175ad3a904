// Who was compared with, who could not be, and what failed.
import { html } from '../lib/html.mjs';
import { count } from '../lib/format.mjs';
import { failureGroups, othersOf } from '../lib/results.mjs';
import { markerOnly } from './marks.mjs';
import { Markers } from '../lib/palette.mjs';
import { commandLine } from './workload.mjs';

export function peers(results, looks) {
    const others = othersOf(results);
    const found = others.filter(peer => peer.state === 'found');
    const absent = others.filter(peer => peer.state !== 'found');
    return html`<section id="peers" aria-labelledby="peers-title">
<h2 id="peers-title">Peers</h2>
<ul class="chips">${found.map(peer => html`<li>${sign(peer, looks)}<span>${peer.name}</span>${peer.version ? html` <small>${peer.version}</small>` : ''}</li>`)}</ul>
${absent.length === 0 ? '' : html`<h3>Not compared</h3><ul class="absent">${absent.map(peer => html`<li>
<p>${sign(peer, looks)} <strong>${peer.name}</strong>${peer.version ? html` ${peer.version}` : ''} <span class="state">${peer.state}</span></p><p>${peer.why}</p>
${peer.install ? html`<p>Install it: ${commandLine(peer.install)}</p>` : ''}</li>`)}</ul>`}
${failures(results)}
</section>`;
}

function sign(peer, looks) {
    const { hue, marker } = looks.get(peer.id);
    return markerOnly({ hue, marker: Markers[marker] }, '');
}

function failures(results) {
    if (results.failures.length === 0) return '';
    const known = new Set(results.workloads.map(workload => workload.id));
    return html`<h3 id="failures">Failures</h3><p class="prose">${count(results.failures.length, 'measurement')} failed or were not made in this run; the others went on.</p>
<ul class="absent">${failureGroups(results.failures).map(group => failureGroup(group, known))}</ul>`;
}

/** One reason, and whom it struck, their commands under a fold. */
function failureGroup({ message, members }, known) {
    const name = failure => html`<span class="struck">${known.has(failure.workload) ? html`<a href="#${failure.workload}">${failure.workload}</a>`
        : failure.workload}${failure.series ? html`, ${failure.series}` : ''}</span>`;
    const commands = members.filter(failure => failure.command);
    const lines = commands.map(failure => html`<div>${members.length > 1 ? name(failure) : ''}${commandLine(failure.command)}</div>`);
    return html`<li><p class="message">${message}</p><p>${members.map((failure, i) => html`${i === 0 ? '' : '; '}${name(failure)}`)}</p>
${commands.length === 0 ? '' : html`<details class="fold"><summary>Commands <small>${commands.length}</small></summary>
<div class="commands">${lines}</div></details>`}</li>`;
}
