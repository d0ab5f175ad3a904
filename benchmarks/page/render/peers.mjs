// Who was compared with, who could not be, and what failed.
import { html } from '../lib/html.mjs';
import { count } from '../lib/format.mjs';
import { othersOf } from '../lib/results.mjs';
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
    return html`<h3 id="failures">Failures</h3><p class="prose">${count(results.failures.length, 'measurement')} failed in this run; the others went on.</p>
<ul class="absent">${results.failures.map(failure => html`<li>
<p>${known.has(failure.workload) ? html`<a href="#${failure.workload}">${failure.workload}</a>` : failure.workload}${failure.series ? html`, ${failure.series}` : ''}</p>
<p class="message">${failure.message}</p>${failure.command ? html`<p>${commandLine(failure.command)}</p>` : ''}</li>`)}</ul>`;
}
