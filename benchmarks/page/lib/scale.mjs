// Where a value stands between two ends, evenly or by its logarithm, and which round values are worth a line.

/** Round values between two values, evenly by the logarithm: fewer of every power of ten the more powers there are. */
export function logTicks(min, max, most = 9) {
    for (const steps of [[1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]]) {
        const ticks = [];
        for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power++) {
            for (const step of steps) {
                const value = Number((step * 10 ** power).toPrecision(2));
                if (value >= min * 0.999 && value <= max * 1.001) ticks.push(value);
            }
        }
        if (ticks.length <= most || steps.length === 1) return thinned(ticks, most);
    }
    return [];
}

const thinned = (ticks, most) => ticks.filter((_, i) => i % Math.ceil(ticks.length / most) === 0);

/** The powers of two between two values, at most so many. */
export function binaryTicks(min, max, most) {
    const [from, to] = [Math.ceil(Math.log2(min) - 1e-9), Math.floor(Math.log2(max) + 1e-9)];
    const step = [1, 2, 3, 4, 5, 6, 10].find(size => (to - from) / size + 1 <= most) ?? 10;
    return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => 2 ** (from + i * step));
}

/** Round values from zero (or the least) to the greatest. */
export function linearTicks(min, max, most = 6) {
    const rough = (max - min) / most;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 2.5, 5, 10].map(size => size * power).find(size => size >= rough);
    const ticks = [];
    for (let value = Math.ceil(min / step) * step; value <= max * 1.0001; value += step) ticks.push(Number(value.toPrecision(12)));
    return ticks;
}

/** Round values for a unit: bytes are round in powers of two. */
export function ticksFor(unit, isLog, min, max, most) {
    if (unit !== 'bytes') return isLog ? logTicks(min, max, most) : linearTicks(min, max, most);
    if (isLog) return binaryTicks(min, max, most);
    const prefix = 1024 ** Math.max(0, Math.floor(Math.log2(max) / 10));
    return linearTicks(min / prefix, max / prefix, most).map(value => value * prefix);
}

/** Values that differ by more than this factor are read better by their logarithms. */
export const WideRange = 12;

/** An axis for values of a unit: its ends, its ticks, and a function from a value to a share (0 to 1) of its length. */
export function axisFor(values, unit, most) {
    const [least, greatest] = [Math.min(...values), Math.max(...values)];
    if (least > 0 && greatest / least > WideRange) {
        const [min, max] = [least / 1.25, greatest * 1.25];
        return { log: true, min, max, ticks: ticksFor(unit, true, min, max, most), at: v => Math.log(v / min) / Math.log(max / min) };
    }
    const max = greatest > 0 ? greatest * 1.06 : 1;
    const min = least < 0 ? least * 1.06 : 0;
    return { log: false, min, max, ticks: ticksFor(unit, false, min, max, most), at: v => (v - min) / (max - min) };
}
