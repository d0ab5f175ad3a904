// The page as one text: what it says is there without its script, which adds charts, filters and the switch of colours.
import { html, inScript, raw } from '../lib/html.mjs';
import { day } from '../lib/format.mjs';
import { sectionsOf } from '../lib/results.mjs';
import { colorStyle } from '../lib/colors.mjs';
import { looksOf } from '../lib/palette.mjs';
import { summary } from './summary.mjs';
import { overview } from './overview.mjs';
import { behind } from './behind.mjs';
import { peers } from './peers.mjs';
import { workload } from './workload.mjs';

/** The parts that a bundler makes: { script, style, licenses: [{ name, text }] }. */
export function page(results, parts) {
    const looks = looksOf(results);
    const sections = sectionsOf(results);
    return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:">
<meta name="color-scheme" content="light dark">
<title>Urma.Net beside its peers, ${day(results.taken)}</title>
<link rel="icon" href="data:,">
<style>${raw(colorStyle())}
${raw(parts.style)}</style>
</head>
<body>
<a class="skip" href="#summary">To the results</a>
${toolbar(results, sections)}
<div class="frame">
${contents(sections)}
<main>
${summary(results)}
${overview(results, looks)}
${behind(results, looks)}
${peers(results, looks)}
${results.workloads.length === 0 ? '' : html`<section id="reading" aria-labelledby="reading-title"><h2 id="reading-title">Workloads</h2>
<p class="prose">Lines are medians over the rounds, bands go from the 10th to the 90th percentile. Axes of sizes, and of values that differ more than tenfold, are logarithmic. The thick line is the series of ours that every advantage is of.
Point at a chart (or use the arrow keys in it) to read all its series at one place; press a name to hide its line; switch to the advantage to see the ratios
themselves. Each table has every number, and the commands under it are what was run.</p></section>`}
<p id="filtered" class="filtered" role="status" hidden></p>
${sections.map(section => html`<section id="group-${section.id}" class="group" data-group="${section.id}" aria-labelledby="group-${section.id}-title">
<h2 id="group-${section.id}-title">${section.title}</h2>
${section.id === 'modelled' ? html`<p class="prose">These cross a link that exists only as a model: every operation waits for the link's latency and its share of the bandwidth. They say what
the software adds to such a link, not what a machine has.</p>` : ''}
${section.workloads.map(item => workload(item, results, looks))}</section>`)}
${footer(results, parts)}
</main></div>
<script type="application/json" id="results">${inScript(results)}</script>
<script>${raw(parts.script.replace(/<\/script/gi, '<\\/script'))}</script>
</body></html>
`);
}

function toolbar(results, sections) {
    const compared = results.peers.filter(peer => results.workloads.some(item => item.series.some(series => series.peer === peer.id && !series.isOurs)));
    return html`<header class="toolbar" role="banner"><a class="brand" href="#summary">Urma.Net <span>compared</span></a>
<label><span>Group</span><select id="group-filter"><option value="">All groups</option>${sections.map(section => html`<option value="${section.id}">${section.title}</option>`)}</select></label>
<label><span>Peer</span><select id="peer-filter"><option value="">All peers</option>${compared.map(peer => html`<option value="${peer.id}">${peer.name}</option>`)}</select></label>
<button type="button" id="tables" aria-pressed="false">Open tables</button>
<button type="button" id="theme" title="Colours: as the system has them, light, dark"><span aria-hidden="true">◐</span> <span class="theme-name">System</span></button></header>`;
}

function contents(sections) {
    return html`<nav class="contents" aria-label="Contents"><details open><summary>Contents</summary><ul>
<li><a href="#summary">Summary</a></li><li><a href="#overview">At a glance</a></li><li><a href="#behind">Where a peer is ahead</a></li><li><a href="#peers">Peers</a></li>
${sections.map(section => html`<li data-group="${section.id}"><a class="section" href="#group-${section.id}">${section.title}</a><ul>
${section.workloads.map(item => html`<li data-peers="${[...new Set(item.series.map(series => series.peer))].join(' ')}"><a href="#${item.id}">${item.title}</a></li>`)}</ul></li>`)}
</ul></details></nav>`;
}

function footer(results, parts) {
    return html`<footer><p>Made by <code>./build.sh compare${results.mode === 'quick' ? ' --quick' : ''}</code> from results of ${day(results.taken)}.
<button type="button" id="download">Save results.json</button></p>
<details><summary>Licenses of what this page contains</summary>${parts.licenses.map(license => html`<h4>${license.name}</h4><pre tabindex="0">${license.text}</pre>`)}</details></footer>`;
}
