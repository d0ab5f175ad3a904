// How numbers are written. A no-break space stands between a number and its unit.
const Space = '\u00a0';

/** Three significant digits, zeros after the point dropped, thousands grouped: 145, 14.5, 2.1, 0.062, 12,400. */
export function digits(value) {
    if (value === 0) return '0';
    const rounded = Number(value.toPrecision(3));
    if (Math.abs(rounded) >= 1000) return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ',');
    const decimals = Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(rounded)))));
    const text = rounded.toFixed(decimals);
    return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** The largest of the units that leaves at least 1 before the point, after rounding; the smallest one otherwise. */
function scaled(value, units) {
    for (const [size, name] of units) {
        if (Number((Math.abs(value) / size).toPrecision(3)) >= 1) return digits(value / size) + Space + name;
    }
    const [size, name] = units[units.length - 1];
    return digits(value / size) + Space + name;
}

const Times = [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs'], [1, 'ns']];
const Bytes = [[2 ** 40, 'TiB'], [2 ** 30, 'GiB'], [2 ** 20, 'MiB'], [2 ** 10, 'KiB'], [1, 'B']];
const Bandwidths = [[1e3, 'TB/s'], [1, 'GB/s'], [1e-3, 'MB/s'], [1e-6, 'kB/s']];
const Rates = [[1e3, 'G/s'], [1, 'M/s'], [1e-3, 'k/s'], [1e-6, '/s']];

const Writers = {
    'ns': v => scaled(v, Times),
    'us': v => scaled(v * 1e3, Times),
    'ms': v => scaled(v * 1e6, Times),
    'GB/s': v => scaled(v, Bandwidths),
    'M/s': v => scaled(v, Rates),
    'bytes': v => scaled(v, Bytes),
    's/M': v => digits(v) + Space + 's/M',
    'x': v => ratio(v),
    '%': v => digits(v) + Space + '%',
};

/** A measured value with the unit that suits its size; a dash when it was not measured. */
export function quantity(value, unit) {
    if (value === undefined || value === null) return '–';
    const writer = Writers[unit];
    if (!writer) throw new RangeError(`there is no unit '${unit}'`);
    return writer(value);
}

/** 1.31×, 12.4×, 140×: two decimals up to ten, where a small difference decides who is ahead. */
export function ratio(value) {
    if (value === undefined || value === null) return '–';
    const size = Math.abs(value);
    if (size >= 9.995) return `${digits(value)}×`;
    if (size >= 0.0995) return `${value.toFixed(2)}×`;
    return `${digits(Number(value.toPrecision(2)))}×`;
}

/** A value beside an axis: nothing after the point that is not needed, and no unit at zero. */
export function tick(value, unit) {
    if (value === 0) return '0';
    return unit === 'x' ? `${digits(value)}×` : quantity(value, unit);
}

/** From p10 to p90, the unit once where both share it: 140–160 ns. */
export function spread(low, high, unit) {
    if (low === undefined || high === undefined) return '';
    const [from, to] = [quantity(low, unit), quantity(high, unit)];
    if (from === to) return to;
    const [fromUnit, toUnit] = [from, to].map(text => text.split(Space)[1]);
    if (unit === 'x') return `${from.slice(0, -1)}–${to}`;
    return fromUnit === toUnit ? `${from.split(Space)[0]}–${to}` : `${from} – ${to}`;
}

export function ratioSpread(of) {
    return of === undefined || of.p10 === of.p90 ? '' : spread(of.p10, of.p90, 'x');
}

/** What stands below a chart or in a table for one place of the x axis. */
export function place(point, x) {
    return x.name === 'bytes' ? quantity(point.x, 'bytes') : point.label ?? digits(point.x);
}

/** The same where no axis says what the number counts: 64 KiB, one batch, 256 regions. */
export const placeInText = (point, x) => withName(place(point, x), point.x === 1, x);

/** A text of places with what they count behind it: 1 to 8 senders. */
export function withName(text, isOne, x) {
    if (x.name === 'bytes' || x.scale === 'category') return text;
    return `${text} ${isOne ? x.name.replace(/s$/, '') : x.name}`;
}

/** 2026-11-22T10:00:00Z as 2026-11-22 and as 2026-11-22 10:00 UTC. */
export function day(taken) {
    return new Date(taken).toISOString().slice(0, 10);
}

export function moment(taken) {
    return `${new Date(taken).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

export function duration(seconds) {
    if (seconds < 60) return `${Math.round(seconds)}${Space}s`;
    const rest = Math.round(seconds % 60);
    const minutes = Math.floor(seconds / 60) + (rest === 60 ? 1 : 0);
    return rest % 60 === 0 ? `${minutes}${Space}min` : `${minutes}${Space}min ${rest}${Space}s`;
}

/** 1 row, 2 rows. */
export function count(number, one, many = `${one}s`) {
    return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`;
}
