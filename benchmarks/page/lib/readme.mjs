// README's table: the results shortened to some places of each workload, between two marker comments.
import { createHash } from 'node:crypto';
import { count, day, duration, placeInText, quantity, ratio, ratioSpread } from './format.mjs';
import { baselineOf, comparisonsOf, placesOf, pointsByX, sectionsOf, summaryOf, wasBusy, yardstickName, othersOf } from './results.mjs';

const Begin = '<!-- compare:begin -->';
const End = '<!-- compare:end -->';

/** The sizes that are shown of a sweep over bytes: a word, a page or two, and large. */
const Sizes = [8, 4096, 1 << 20];

/** At most so many places of a workload whose axis is not bytes. */
const MostPlaces = 4;

/** The places of a workload that stand in the table; the same for the same results. */
export function shownPlaces(workload) {
    const places = placesOf(workload).filter(at => workload.series.some(series => pointsByX(series).get(at.x)?.median !== undefined));
    if (workload.x.name === 'bytes') {
        const near = Sizes.map(size => places.reduce((best, at) => distance(at.x, size) < distance(best.x, size) ? at : best, places[0]));
        return [...new Set(near.filter((at, i) => at && distance(at.x, Sizes[i]) <= 2))];
    }
    if (places.length <= MostPlaces) return places;
    if (workload.x.scale === 'category') return places.slice(0, MostPlaces);
    return [0, 1, places.length - 1].map(i => places[i]);
}

const distance = (a, b) => Math.abs(Math.log2(a / b));

/** The peer that does best against us at a place: who is ahead of it is ahead of all. */
function hardest(comparisons, at) {
    return comparisons.filter(comparison => comparison.point.x === at.x)
        .reduce((worst, one) => worst === undefined || one.advantage.median < worst.advantage.median ? one : worst, undefined);
}

const inTable = text => String(text).replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ');

function rowsOf(workload) {
    const baseline = baselineOf(workload) ?? workload.series.find(series => series.isOurs);
    if (!baseline) return [];
    const points = pointsByX(baseline);
    const comparisons = comparisonsOf(workload);
    return shownPlaces(workload).map(at => {
        const ours = points.get(at.x);
        const against = hardest(comparisons, at);
        if (ours?.median === undefined) return undefined;
        const yardstick = ours.overYardstick ? `${ratio(ours.overYardstick.median)} ${yardstickName(workload)}` : '';
        return [
            `${workload.title}, ${placeInText(at, workload.x)}`, quantity(ours.median, workload.unit), yardstick,
            against ? `${against.series.name} ${quantity(against.point.median, workload.unit)}` : '',
            against ? `${ratio(against.advantage.median)}${spreadOf(against.advantage)}` : '', against?.verdict ?? '',
        ];
    }).filter(row => row !== undefined);
}

const spreadOf = advantage => ratioSpread(advantage) === '' ? '' : ` (${ratioSpread(advantage)})`;

function tableOf(rows) {
    return ['| Measurement | Ours | Over the yardstick | The best peer | Advantage (p10–p90) | We are |', '|---|---|---|---|---|---|',
        ...rows.map(row => `| ${row.map(inTable).join(' | ')} |`)].join('\n');
}

/** The whole text between the markers, a pure function of the results. */
export function tableText(results) {
    const sum = summaryOf(results);
    const { machine } = results;
    const load = machine.loadAverage === undefined ? '' : `, load ${machine.loadAverage.toFixed(2)} before${wasBusy(machine) ? ' (busy: take the numbers with care)' : ''}`;
    const mode = results.mode === 'quick' ? ' --quick' : '';
    const absent = othersOf(results).filter(peer => peer.state !== 'found');
    const sections = sectionsOf(results);
    const real = sections.filter(section => section.id !== 'modelled').flatMap(section => section.workloads.flatMap(rowsOf));
    const modelled = sections.filter(section => section.id === 'modelled').flatMap(section => section.workloads.flatMap(rowsOf));
    return [
        `\`./build.sh compare${mode}\` on ${day(results.taken)}, Urma.Net ${results.version} (${results.commit}): ${machine.processor}, ${count(machine.processors, 'processor')}${load}, `
        + `${machine.os}, ${machine.runtime}; ${duration(results.durationSeconds)}.`,
        `**Ahead in ${sum.ahead} of ${count(sum.total, 'comparison')}, level in ${sum.level}, behind in ${sum.behind}.** `
        + 'Each row shows the peer that does best there; an advantage of more than 1 is ours, and level means that its spread holds 1. Yardsticks (raw C on the same memory) are not counted.',
        ...sum.single === 0 ? [] : [`Comparisons that rest on a single round, and so have no spread: ${sum.single} of ${sum.total}.`],
        '', tableOf(real),
        ...modelled.length === 0 ? [] : ['', 'Over a modelled link, not counted above:', '', tableOf(modelled)],
        ...absent.length === 0 ? [] : ['', `Not compared: ${absent.map(peer => `${peer.name} (${peer.state}: ${inTable(peer.why)})`).join('; ')}.`],
        ...results.failures.length === 0 ? [] : ['', `Not measured or failed: ${failedIn(results.failures)}.`],
    ].join('\n').replaceAll('\u00a0', ' ');
}

/** The workloads that failures are of, with how many of their series, where it was not the workload as a whole. */
function failedIn(failures) {
    const counts = new Map();
    for (const { workload, series } of failures) counts.set(workload, (counts.get(workload) ?? 0) + (series ? 1 : 0));
    return [...counts].map(([workload, series]) => series === 0 ? workload : `${workload} (${count(series, 'series', 'series')})`).join(', ');
}

/** A sum over the text makes a change by hand visible where the results are no longer at hand. */
const stamp = text => `<!-- compare:sum ${createHash('sha256').update(text).digest('hex').slice(0, 16)} -->`;

const between = text => `${Begin}\n${text}\n${stamp(text)}\n${End}`;

function rangeOf(readme) {
    const [from, to] = [readme.indexOf(Begin), readme.indexOf(End)];
    if (from < 0 || to < from) throw new Error(`the markers ${Begin} and ${End} are not there, in this order`);
    if (readme.indexOf(Begin, from + 1) >= 0 || readme.indexOf(End, to + 1) >= 0) throw new Error('the markers are there twice');
    return [from, to + End.length];
}

export function replaceTable(readme, results) {
    const [from, to] = rangeOf(readme);
    return readme.slice(0, from) + between(tableText(results)) + readme.slice(to);
}

/** Why README's table is not what the results say (or, without results, not what was written); undefined when it is. */
export function complaintAbout(readme, results) {
    const [from, to] = rangeOf(readme);
    const there = readme.slice(from, to);
    if (results === undefined) {
        const text = there.slice(Begin.length + 1, there.lastIndexOf('\n<!-- compare:sum'));
        return there === between(text) ? undefined : 'the table was changed by hand since it was written';
    }
    const expected = between(tableText(results));
    if (there === expected) return undefined;
    const [has, wants] = [there.split('\n'), expected.split('\n')];
    const line = wants.findIndex((text, i) => text !== has[i]);
    return `the table is not what the results say, first in its line ${line + 1}:\n  README:  ${has[line] ?? '(nothing)'}\n  results: ${wants[line] ?? '(nothing)'}`;
}
