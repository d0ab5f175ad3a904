// A line chart of one workload by uPlot: medians with markers, the spread as a band, axes by logarithm where the values ask for it.
import uPlot from 'uplot';
import { place, tick } from '../lib/format.mjs';
import { WideRange, binaryTicks, linearTicks, ticksFor } from '../lib/scale.mjs';
import { placesOf, pointsByX } from '../lib/results.mjs';
import { Shapes } from '../lib/palette.mjs';

const Linear = 1;
const Logarithmic = 3;

/** What a label of the x axis takes, in pixels: a size with its unit, a number. */
const SizeWidth = 58;
const NumberWidth = 36;

/** What the chart shows of a point, and in which unit. */
const Modes = {
    value: { of: point => point, unit: item => item.unit, isLog: (item, least, most) => item.x.scale === 'log2' || most / least > WideRange },
    advantage: { of: point => point.advantage, unit: () => 'x', isLog: () => true },
};

/** A color of the page's style, by name: hue-orange, grid, ... */
const color = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** How a color is drawn as a band: the same, mostly see-through. */
const faint = (name, share) => `color-mix(in srgb, ${color(name)} ${share}%, transparent)`;

/** Draws the markers of a series where it has points. */
function markers(marker, size) {
    return (plot, index) => {
        const path = new Path2D();
        const scaled = size * uPlot.pxRatio;
        const corners = Shapes[marker];
        const [xs, ys] = [plot.data[0], plot.data[index]];
        for (let i = 0; i < xs.length; i++) {
            if (ys[i] === null || ys[i] === undefined) continue;
            const [x, y] = [plot.valToPos(xs[i], 'x', true), plot.valToPos(ys[i], 'y', true)];
            if (corners) {
                corners.forEach(([dx, dy], c) => path[c === 0 ? 'moveTo' : 'lineTo'](x + dx * scaled, y + dy * scaled));
                path.closePath();
            } else {
                path.moveTo(x + scaled, y);
                path.arc(x, y, scaled, 0, 2 * Math.PI);
            }
        }
        return { stroke: path, fill: path, clip: null, flags: 3 };
    };
}

/**
 * Where the columns of a series are: later ones are drawn over earlier ones, so the bands come first, then the medians, and the
 * baseline's last of all.
 */
export function layoutOf(item) {
    const count = item.series.length;
    const order = item.series.map((_, i) => i).sort((a, b) => item.series[a].isBaseline - item.series[b].isBaseline);
    return item.series.map((_, i) => ({ p10: 1 + 2 * i, p90: 2 + 2 * i, median: 1 + 2 * count + order.indexOf(i) }));
}

/** Aligned columns for uPlot: x, then what layoutOf says. What is not measured, or cannot be shown, is a gap. */
function columnsOf(item, places, mode, layout, isShown) {
    const columns = [places.map(at => at.x)];
    item.series.forEach((series, i) => {
        const points = pointsByX(series);
        const values = places.map(at => {
            const point = points.get(at.x);
            return point === undefined ? undefined : mode.of(point) ?? null;
        });
        for (const [part, column] of Object.entries(layout[i])) {
            columns[column] = values.map(value => value === undefined ? undefined : isShown(value?.[part]) ? value[part] : null);
        }
    });
    return columns;
}

function endsOf(columns) {
    const values = columns.slice(1).flat().filter(Number.isFinite);
    return [Math.min(...values), Math.max(...values)];
}

/**
 * Draws the workload into an element. onPlace is called with the index of the place that is pointed at, or null when nobody points.
 */
export function drawChart(element, item, styles, modeName, visible, onPlace) {
    const places = placesOf(item);
    const mode = Modes[modeName];
    const unit = mode.unit(item);
    const layout = layoutOf(item);
    const all = columnsOf(item, places, mode, layout, Number.isFinite);
    const isLog = mode.isLog(item, ...endsOf(all)) && endsOf(all)[1] > 0;
    const columns = isLog ? columnsOf(item, places, mode, layout, value => value > 0) : all;
    const [low, high] = endsOf(columns);
    const narrow = element.clientWidth < 480;
    const written = value => tick(value, unit);
    const yTicks = (plot, axis, min, max) => ticksFor(unit, isLog, min, max, isLog ? 7 : 6);
    const xIsLog = item.x.scale === 'log2';
    const most = Math.floor(element.clientWidth / (item.x.name === 'bytes' ? SizeWidth : NumberWidth));
    const xTicks = (plot, axis, min, max) => fit(places, xIsLog, most) ? places.map(at => at.x)
        : xIsLog ? binaryTicks(places[0].x, places[places.length - 1].x, most) : linearTicks(min, max, Math.min(8, most));
    const font = `${narrow ? 11 : 12}px ${getComputedStyle(document.body).fontFamily}`;
    const axis = { stroke: color('muted'), font, grid: { stroke: color('grid'), width: 1 }, ticks: { show: false } };
    const width = Math.max(...yTicks(null, 0, low, high).map(value => written(value).length)) * (narrow ? 6.2 : 6.8) + 14;

    const series = [{}];
    const bands = [];
    item.series.forEach((entry, i) => {
        const look = styles[i];
        const hue = color(`hue-${look.hue}`);
        const show = visible[i];
        const { p10, p90, median } = layout[i];
        series[p10] = { show, label: `${entry.name}, p10`, width: 0, stroke: 'transparent', points: { show: false } };
        series[p90] = { ...series[p10], label: `${entry.name}, p90` };
        series[median] = {
            show, label: entry.name, stroke: hue, width: look.strong ? 3 : 1.6, dash: look.dash.length > 0 ? look.dash : undefined, spanGaps: false,
            points: { show: true, paths: markers(look.marker, look.strong ? 3.4 : narrow ? 2.5 : 2.9), fill: hue, stroke: hue, width: 0, size: 7 },
        };
        bands.push({ series: [p90, p10], fill: faint(`hue-${look.hue}`, look.strong ? 24 : 14) });
    });

    return new uPlot({
        width: element.clientWidth, height: element.clientHeight, padding: [10, 14, 0, 0], legend: { show: false },
        cursor: { x: true, y: false, drag: { x: false, y: false }, points: { show: false }, move: toNearest },
        scales: {
            x: { time: false, distr: xIsLog ? Logarithmic : Linear, log: 2, range: (plot, min, max) => xIsLog ? [min / 1.3, max * 1.3] : beside(min, max) },
            y: { distr: isLog ? Logarithmic : Linear, log: 10, range: () => isLog ? stretched(low, high) : [Math.min(0, low * 1.06), high * 1.06] },
        },
        axes: [
            { ...axis, ...axisName(item, font), size: 28, gap: 6, splits: xTicks, filter: (plot, values) => values, values: (plot, values) => values.map(value => place(labelled(places, value), item.x)) },
            { ...axis, size: width, gap: 6, splits: yTicks, filter: (plot, values) => values, values: (plot, values) => values.map(written) },
        ],
        series, bands,
        hooks: {
            drawAxes: modeName === 'advantage' ? [evenLine] : [],
            setCursor: [plot => onPlace(plot.cursor.idx ?? null)],
        },
    }, columns, element);
}

/** The pointer's line stands only where something was measured. */
function toNearest(plot, left, top) {
    if (left < 0) return [left, top];
    const at = plot.data[0].map(x => plot.valToPos(x, 'x'));
    return [at.reduce((best, x) => Math.abs(x - left) < Math.abs(best - left) ? x : best), top];
}

/** Whether the labels of all places stand side by side without touching. */
function fit(places, isLog, most) {
    const at = places.map(({ x }) => isLog ? Math.log(x) : x);
    const least = Math.min(...at.slice(1).map((x, i) => x - at[i]));
    return (at[at.length - 1] - at[0]) / least + 1 <= most;
}

/** Sizes speak for themselves; other numbers need the name of what they count. */
const axisName = (item, font) => item.x.name === 'bytes' ? {} : { label: item.x.name, labelSize: 20, labelFont: font, labelGap: 2 };

const labelled = (places, x) => places.find(at => at.x === x) ?? { x };
const beside = (min, max) => [min - (max - min) * 0.03, max + (max - min) * 0.03];

/** A little room at both ends, and never less than a factor of three, which would make a mountain of noise. */
function stretched(low, high) {
    const middle = Math.sqrt(low * high);
    return [Math.min(low / 1.15, middle / Math.sqrt(3)), Math.max(high * 1.15, middle * Math.sqrt(3))];
}

/** Where both are equally good. */
function evenLine(plot) {
    const y = plot.valToPos(1, 'y', true);
    const { left, top, width, height } = plot.bbox;
    if (y < top || y > top + height) return;
    plot.ctx.save();
    plot.ctx.strokeStyle = color('hue-ours');
    plot.ctx.lineWidth = 2 * uPlot.pxRatio;
    plot.ctx.beginPath();
    plot.ctx.moveTo(left, y);
    plot.ctx.lineTo(left + width, y);
    plot.ctx.stroke();
    plot.ctx.restore();
}
