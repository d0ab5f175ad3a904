// What results.json says when its numbers are taken together: who is ahead where.
import { place, withName } from './format.mjs';

/** The groups in the order in which they are read. */
const Groups = [
    ['latency', 'Latency'],
    ['bandwidth', 'Bandwidth'],
    ['rate', 'Rate'],
    ['collectives', 'Collective operations'],
    ['memory', 'Global memory'],
    ['ownership', 'Ownership'],
    ['resources', 'Resources'],
    ['tiers', 'Adaptation tiers'],
    ['oversubscription', 'Oversubscription'],
];

/**
 * Ahead or behind only where the spread agrees: from p10 to p90 on one side of 1. Level otherwise.
 * An advantage that is given without its spread is taken at its word.
 */
export function verdict(advantage) {
    const low = advantage.p10 ?? advantage.median;
    const high = advantage.p90 ?? advantage.median;
    if (low > 1 && advantage.median > 1) return 'ahead';
    if (high < 1 && advantage.median < 1) return 'behind';
    return 'level';
}

/** The series of a workload that its peers are compared with. */
export function baselineOf(workload) {
    return workload.series.find(series => series.isBaseline);
}

/** The yardstick in a word or two, for the head of a column: what stands before the first comma or colon of its name. */
export const yardstickName = workload => workload.yardstick?.name.split(/[,:]/)[0].trim() ?? 'yardstick';

/** Whether a series is what the others are measured by. */
export const isYardstick = (series, workload) => series.id === workload.yardstick?.id;

/** Loads from here on, for each processor, are said to disturb. */
const BusyLoad = 0.5;
export const wasBusy = ({ loadAverage, processors }) => loadAverage !== undefined && loadAverage / processors >= BusyLoad;

/** Failures that say the same, together: [{ message, members }], in the order in which they came. */
export function failureGroups(failures) {
    const groups = new Map();
    for (const failure of failures) groups.set(failure.message, [...groups.get(failure.message) ?? [], failure]);
    return [...groups].map(([message, members]) => ({ message, members }));
}

/** The peers that are not ourselves. */
export function othersOf(results) {
    const ours = new Set(['urma', ...results.workloads.flatMap(w => w.series.filter(s => s.isOurs).map(s => s.peer))]);
    return results.peers.filter(peer => !ours.has(peer.id));
}

/** The points of a series by their place on the x axis. */
export function pointsByX(series) {
    return new Map(series.points.map(point => [point.x, point]));
}

/** Every place of the x axis at which a series of the workload has a point, in order, with its label. */
export function placesOf(workload) {
    const places = new Map();
    for (const series of workload.series) {
        for (const point of series.points) {
            if (!places.has(point.x)) places.set(point.x, { x: point.x, label: point.label });
        }
    }
    const list = [...places.values()];
    return workload.x.scale === 'category' ? list : list.sort((a, b) => a.x - b.x);
}

/** One comparison for every point at which an advantage over such a series was measured. */
function comparisonsWith(workload, isMeant) {
    const baseline = baselineOf(workload);
    const ours = baseline ? pointsByX(baseline) : new Map();
    return workload.series.filter(series => !series.isOurs && isMeant(series)).flatMap(series => series.points
        .filter(point => point.advantage !== undefined)
        .map(point => ({
            workload, series, point, ours: ours.get(point.x), baseline,
            advantage: point.advantage, verdict: verdict(point.advantage),
        })));
}

/** The comparisons with peers. A yardstick is none: it is what the machine gives, by raw C, and nothing one would take instead. */
export const comparisonsOf = workload => comparisonsWith(workload, series => !isYardstick(series, workload));

/** The comparisons with the yardstick, which are told apart and never counted. */
export const yardstickComparisonsOf = workload => comparisonsWith(workload, series => isYardstick(series, workload));

export function tally(comparisons) {
    const sum = { ahead: 0, level: 0, behind: 0, total: comparisons.length };
    for (const comparison of comparisons) sum[comparison.verdict]++;
    return sum;
}

/** The mean of factors: being twice as good here and half as good there is even. */
function geometricMean(values) {
    return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** One entry for every series that such comparisons of a workload are with: peers', or the yardstick's. */
export function duelsOf(workload, comparisons = comparisonsOf(workload)) {
    return [...new Set(comparisons.map(comparison => comparison.series))].map(series => {
        const own = comparisons.filter(comparison => comparison.series === series);
        const medians = own.map(comparison => comparison.advantage.median);
        return {
            workload, series, comparisons: own, ...tally(own),
            mean: geometricMean(medians), least: Math.min(...medians), most: Math.max(...medians),
        };
    });
}

/** Neighbours in a list of places joined: [8, 16, 32, 128] of 8 16 32 64 128 as [[8, 32], [128, 128]]. */
export function runsOf(chosen, places) {
    const runs = [];
    let previous = -2;
    places.forEach((place, index) => {
        if (!chosen.has(place.x)) return;
        if (index === previous + 1) runs[runs.length - 1][1] = place;
        else runs.push([place, place]);
        previous = index;
    });
    return runs;
}

/** Where comparisons of one workload are, in words: 8 B to 1 KiB, 1 MiB. */
export function placesInText(comparisons, workload) {
    if (workload.x.scale === 'category') return comparisons.map(comparison => place(comparison.point, workload.x)).join(', ');
    const runs = runsOf(new Set(comparisons.map(comparison => comparison.point.x)), placesOf(workload));
    const text = runs.map(([from, to]) => from === to ? place(from, workload.x) : `${place(from, workload.x)} to ${place(to, workload.x)}`).join(', ');
    return withName(text, runs.every(([, to]) => to.x === 1), workload.x);
}

/**
 * Every duel in which the other's median is better than ours somewhere: where, where beyond the spread, and the worst place.
 * Those that the spread confirms come first, the worst of them first.
 */
export function deficitsOf(workloads, comparisonsIn = comparisonsOf) {
    return workloads.flatMap(workload => duelsOf(workload, comparisonsIn(workload))).map(duel => {
        const behind = duel.comparisons.filter(comparison => comparison.advantage.median < 1);
        if (behind.length === 0) return undefined;
        const sure = behind.filter(comparison => comparison.verdict === 'behind');
        const worst = (sure.length > 0 ? sure : behind).reduce((a, b) => b.advantage.median < a.advantage.median ? b : a);
        return { ...duel, behindAt: behind, sureAt: sure, worst };
    }).filter(deficit => deficit !== undefined)
        .sort((a, b) => (b.sureAt.length > 0) - (a.sureAt.length > 0) || a.worst.advantage.median - b.worst.advantage.median);
}

/** The groups that have workloads, each with them; what crosses a modelled link is kept apart, under 'modelled'. */
export function sectionsOf(results) {
    const known = new Map(Groups);
    const real = results.workloads.filter(workload => !workload.injectsFabric);
    const order = [...known.keys(), ...new Set(real.map(w => w.group).filter(group => !known.has(group)))];
    const sections = order.map(group => ({
        id: group, title: known.get(group) ?? group, workloads: real.filter(workload => workload.group === group),
    })).filter(section => section.workloads.length > 0);
    const modelled = results.workloads.filter(workload => workload.injectsFabric);
    if (modelled.length > 0) sections.push({ id: 'modelled', title: 'Over a modelled link', workloads: modelled });
    return sections;
}

/** The whole in numbers. What crosses a modelled link is not counted. */
export function summaryOf(results) {
    const comparisons = results.workloads.filter(workload => !workload.injectsFabric).flatMap(comparisonsOf);
    return {
        ...tally(comparisons),
        workloads: new Set(comparisons.map(comparison => comparison.workload)).size,
        peers: new Set(comparisons.map(comparison => comparison.series.peer)).size,
        medianBehind: comparisons.filter(comparison => comparison.advantage.median < 1).length,
        single: comparisons.filter(comparison => comparison.point.rounds === 1).length,
    };
}
