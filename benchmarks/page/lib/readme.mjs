// README's tables, between two marker comments: some places of each workload, and every place where a peer is ahead.
import { createHash } from 'node:crypto';
import { count, day, duration, place, quantity, ratio, ratioSpread, withName } from './format.mjs';
import { baselineOf, comparisonsOf, deficitsOf, placesInText, placesOf, pointsByX, sectionsOf, summaryOf, wasBusy, yardstickName, othersOf } from './results.mjs';

const Begin = '<!-- compare:begin -->';
const End = '<!-- compare:end -->';

/** A number of ours that stands beside nobody's is on the page only, but for rows that sum several places up. */
const isTelling = (row, points) => row.length > 1 || points.some(({ ours, against }) => ours.overYardstick !== undefined || against !== undefined);

/** The peer that does best against us at a place: who is ahead of it is ahead of all. */
function hardest(comparisons, x) {
    return comparisons.filter(comparison => comparison.point.x === x)
        .reduce((worst, one) => worst === undefined || one.advantage.median < worst.advantage.median ? one : worst, undefined);
}

/** Whether there is nothing to choose from: the one word of such an axis says nothing. */
const isOnly = workload => workload.x.scale === 'category' && placesOf(workload).length === 1;

const onOneLine = text => String(text).replace(/\s*\n\s*/g, ' ');
const inTable = text => onOneLine(text).replaceAll('|', '\\|');

/** One entry where all are equal, all of them otherwise. */
const joined = texts => (new Set(texts).size === 1 ? texts.slice(0, 1) : texts).join(' / ');

const placesOfRow = (points, { x }) => withName(joined(points.map(({ ours }) => place(ours, x))), points.every(({ ours }) => ours.x === 1), x);

/** The rows of a workload: those that the suite asks for, as far as they were measured. */
function rowsOf(workload) {
    const baseline = baselineOf(workload) ?? workload.series.find(series => series.isOurs);
    if (!baseline) return [];
    const own = pointsByX(baseline);
    const comparisons = comparisonsOf(workload);
    return (workload.inBrief ?? []).map(row => {
        const points = row.map(x => ({ ours: own.get(x), against: hardest(comparisons, x) })).filter(({ ours }) => ours?.median !== undefined);
        if (points.length === 0 || !isTelling(row, points)) return undefined;
        const versus = points.map(({ against }) => against).filter(against => against !== undefined);
        const by = baseline.isBaseline ? '' : `; ${baseline.name}`;
        return [
            `${workload.title}${isOnly(workload) ? '' : `, ${placesOfRow(points, workload)}`}${by}`, joined(points.map(({ ours }) => quantity(ours.median, workload.unit))),
            points[0].ours.overYardstick ? `${joined(points.map(({ ours }) => ratio(ours.overYardstick?.median)))} ${yardstickName(workload)}` : '',
            versus.length === 0 ? '' : `${joined(versus.map(({ series }) => series.name))} ${joined(versus.map(({ point }) => quantity(point.median, workload.unit)))}`,
            joined(versus.map(({ advantage }) => `${ratio(advantage.median)}${points.length > 1 ? '' : spreadOf(advantage)}`)), joined(versus.map(({ verdict }) => verdict)),
        ];
    }).filter(row => row !== undefined);
}

const spreadOf = advantage => ratioSpread(advantage) === '' ? '' : ` (${ratioSpread(advantage)})`;

const tableOf = (head, rows) => [head, head.map(() => '---'), ...rows].map(row => `| ${row.map(inTable).join(' | ')} |`).join('\n');

const Measured = ['Measurement', 'Ours', 'By the yardstick', 'The best peer', 'Advantage (p10–p90)', 'We are'];

/** One line for each reason, the worst first: every place where a peer is ahead beyond the spread, whether the table shows it or not. */
function lossesOf(deficits) {
    const reasons = new Map();
    for (const { workload, series, worst, sureAt } of deficits) {
        const why = series.why ?? 'The reason is not known.';
        const at = `${workload.title}${isOnly(workload) ? '' : `, ${placesInText(sureAt, workload)}`}`;
        if (!reasons.has(why)) reasons.set(why, new Map());
        reasons.get(why).set(at, [...reasons.get(why).get(at) ?? [], `${series.name} (${sureAt.length > 1 ? 'down to ' : ''}${ratio(worst.advantage.median)})`]);
    }
    return [...reasons].map(([why, places]) =>
        `- ${onOneLine([...places].map(([at, peers]) => `${at}: ${peers.join(', ')}`).join('; '))}. *${onOneLine(why)}*`);
}

/** The whole text between the markers, a pure function of the results. */
export function tableText(results) {
    const sum = summaryOf(results);
    const { machine } = results;
    const load = machine.loadAverage === undefined ? '' : `, load ${machine.loadAverage.toFixed(2)} before${wasBusy(machine) ? ' (busy: take the numbers with care)' : ''}`;
    const mode = results.mode === 'quick' ? ' --quick' : '';
    const absent = othersOf(results).filter(peer => peer.state !== 'found');
    const sections = sectionsOf(results);
    const real = sections.filter(section => section.id !== 'modelled').flatMap(section => section.workloads);
    const losses = deficitsOf(real).filter(({ sureAt }) => sureAt.length > 0);
    return [
        `\`./build.sh compare${mode}\` on ${day(results.taken)}, Urma.Net ${results.version} (${results.commit}): ${machine.processor}, ${count(machine.processors, 'processor')}${load}, `
        + `${machine.os}, ${machine.runtime}; ${duration(results.durationSeconds)}.`,
        `**Ahead in ${sum.ahead} of ${count(sum.total, 'comparison')}, level in ${sum.level}, behind in ${sum.behind}** (a size of a workload against a peer; level: the spread of the ratio holds 1). `
        + 'The table has some places of most workloads, named in the suite, and there the peer that does best; more than 1 is our advantage. '
        + `${losses.length === 0 ? 'No peer is ahead anywhere.' : 'Below it is every place where a peer is ahead beyond the spread, shown or not.'} `
        + 'The yardstick is what raw C does with the same memory: our number divided by its, not counted. The page has all the rest.',
        ...sum.single === 0 ? [] : [`Comparisons that rest on a single round, and so have no spread: ${sum.single} of ${sum.total}.`],
        '', tableOf(Measured, real.flatMap(rowsOf)),
        ...losses.length === 0 ? [] : ['', `Where a peer is ahead, and why as far as is known (${ratio(0.5)} is half as good as the peer):`, '', ...lossesOf(losses)],
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
