// What the page does beyond being read: charts, filters, colours, copying commands.
import { looksOf } from '../lib/palette.mjs';
import { readAddress, writeAddress } from './address.mjs';
import { startContents } from './contents.mjs';
import { Filter } from './filter.mjs';
import { Plot } from './plot.mjs';
import { startTheme } from './theme.mjs';

/** Below these widths the contents, and the cards of the overview, begin closed. */
const Narrow = '(max-width: 900px)';
const Phone = '(max-width: 600px)';

const results = JSON.parse(document.getElementById('results').textContent);
const byId = id => document.getElementById(id);
const looks = looksOf(results);
const ours = [...new Set(results.workloads.flatMap(item => item.series.filter(series => series.isOurs).map(series => series.peer)))];
const filter = new Filter();
const plots = new Map();

startTheme(byId('theme'), () => plots.forEach(plot => plot.refresh()));
startCharts();
startFilters();
startButtons();
startContents(document.querySelector('.contents'));
if (matchMedia(Narrow).matches) document.querySelector('.contents details').open = false;
if (matchMedia(Phone).matches) for (const card of document.querySelectorAll('.card')) card.open = false;
goTo(readAddress(location.hash).target);

function startCharts() {
    for (const figure of document.querySelectorAll('figure.plot')) {
        const item = results.workloads.find(workload => workload.id === figure.dataset.workload);
        plots.set(figure, new Plot(figure, item, looks));
    }
    const inView = new IntersectionObserver(entries => {
        for (const entry of entries) {
            const plot = plots.get(entry.target);
            if (entry.isIntersecting && !plot.isDrawn) plot.draw();
        }
    }, { rootMargin: '600px' });
    const widths = new WeakMap();
    const resized = new ResizeObserver(entries => {
        for (const entry of entries) {
            const width = entry.contentRect.width;
            if (widths.get(entry.target) !== width) plots.get(entry.target).refresh();
            widths.set(entry.target, width);
        }
    });
    for (const figure of plots.keys()) {
        inView.observe(figure);
        resized.observe(figure);
    }
    addEventListener('beforeprint', () => plots.forEach(plot => plot.draw()));
}

function startFilters() {
    const [group, peer] = [byId('group-filter'), byId('peer-filter')];
    const apply = state => {
        [group.value, peer.value] = [state.group, state.peer];
        if (group.selectedIndex < 0) group.value = '';
        if (peer.selectedIndex < 0) peer.value = '';
        const chosen = { group: group.value, peer: peer.value };
        filter.apply(chosen, ours);
        plots.forEach(plot => plot.filter(chosen.peer));
        say(chosen);
    };
    const choose = () => {
        const state = { target: '', group: group.value, peer: peer.value };
        history.replaceState(null, '', writeAddress(state));
        apply(state);
    };
    group.addEventListener('change', choose);
    peer.addEventListener('change', choose);
    addEventListener('hashchange', () => {
        const state = readAddress(location.hash);
        if (state.group || state.peer || !state.target) apply(state);
        goTo(state.target);
    });
    byId('filtered').addEventListener('click', event => {
        if (event.target.tagName === 'BUTTON') { [group.value, peer.value] = ['', '']; choose(); }
    });
    apply(readAddress(location.hash));
}

/** Says that something is hidden, and how much is left. */
function say({ group, peer }) {
    const message = byId('filtered');
    message.hidden = !group && !peer;
    if (message.hidden) return;
    const left = results.workloads.filter(item => (!peer || item.series.some(series => series.peer === peer))
        && (!group || (item.injectsFabric ? 'modelled' : item.group) === group)).length;
    const name = results.peers.find(entry => entry.id === peer)?.name ?? peer;
    message.textContent = `Filtered: ${left} of ${results.workloads.length} workloads${peer ? ` with ${name}` : ''}. `;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Show all';
    message.append(button);
}

/** To a workload or a section; one that a filter hides is shown again. */
function goTo(target) {
    const element = target && byId(target);
    if (!element) return;
    if (element.offsetParent === null) {
        filter.apply({ group: '', peer: '' }, ours);
        [byId('group-filter').value, byId('peer-filter').value] = ['', ''];
        plots.forEach(plot => plot.filter(''));
        say({ group: '', peer: '' });
    }
    if (element.tagName === 'DETAILS') element.open = true;
    element.scrollIntoView();
    if (element.matches('.workload')) {
        document.querySelectorAll('.workload.target').forEach(other => other.classList.remove('target'));
        element.classList.add('target');
    }
}

function startButtons() {
    byId('tables').addEventListener('click', event => {
        const button = event.currentTarget;
        const open = button.getAttribute('aria-pressed') !== 'true';
        button.setAttribute('aria-pressed', String(open));
        button.textContent = open ? 'Close tables' : 'Open tables';
        for (const fold of document.querySelectorAll('.fold')) if (fold.querySelector('table')) fold.open = open;
    });
    document.addEventListener('click', event => {
        const button = event.target.closest('.copy');
        if (button) copy(button);
    });
    byId('download').addEventListener('click', () => {
        const link = document.createElement('a');
        link.href = URL.createObjectURL(new Blob([JSON.stringify(results, null, 2)], { type: 'application/json' }));
        link.download = 'results.json';
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
}

async function copy(button) {
    try {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = 'Copied';
    } catch {
        getSelection().selectAllChildren(button.previousElementSibling);
        button.textContent = 'Selected';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
}
