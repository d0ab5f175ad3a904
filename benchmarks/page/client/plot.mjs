// One figure of the page: its chart, drawn when it comes into view, and the readout beside it.
import { place, quantity, ratio } from '../lib/format.mjs';
import { placesOf, pointsByX, verdict } from '../lib/results.mjs';
import { seriesLooks } from '../lib/palette.mjs';
import { verdictSign } from '../render/marks.mjs';
import { restingPlace } from '../render/readout.mjs';
import { drawChart, layoutOf } from './chart.mjs';

export class Plot {
    #figure; #item; #styles; #places; #points; #canvas; #chart; #index;
    #mode = 'value';
    #hidden = new Set();
    #peer = '';

    constructor(figure, item, looks) {
        this.#figure = figure;
        this.#item = item;
        this.#styles = seriesLooks(item, looks);
        this.#places = placesOf(item);
        this.#points = item.series.map(pointsByX);
        this.#canvas = figure.querySelector('.canvas');
        this.#index = this.#resting();
        for (const key of figure.querySelectorAll('.key')) key.addEventListener('click', () => this.#toggle(key));
        for (const button of figure.querySelectorAll('.switch button')) button.addEventListener('click', () => this.#show(button.dataset.mode));
        this.#canvas.addEventListener('keydown', event => this.#move(event));
    }

    /** Draws anew, such as in another size or in other colors. Nothing is drawn where nothing can be seen. */
    draw() {
        this.#chart?.destroy();
        this.#chart = undefined;
        if (this.#canvas.clientWidth === 0) return;
        this.#chart = drawChart(this.#canvas, this.#item, this.#styles, this.#mode, this.#item.series.map((_, i) => this.#isVisible(i)),
            index => this.#read(index ?? this.#resting()));
    }

    get isDrawn() { return this.#chart !== undefined; }

    /** Redraws only what has been drawn: the rest is drawn when it comes into view. */
    refresh() {
        if (this.isDrawn) this.draw();
    }

    /** Shows ours and one peer; all of them when the peer is ''. */
    filter(peer) {
        this.#peer = peer;
        this.refresh();
    }

    #isVisible(index) {
        const series = this.#item.series[index];
        return !this.#hidden.has(index) && (this.#peer === '' || series.isOurs || series.peer === this.#peer);
    }

    #resting() { return this.#places.indexOf(restingPlace(this.#places, this.#item.x)); }

    #toggle(key) {
        const index = Number(key.dataset.index);
        const shown = this.#hidden.delete(index);
        if (!shown) this.#hidden.add(index);
        key.setAttribute('aria-pressed', String(shown));
        for (const column of Object.values(layoutOf(this.#item)[index])) this.#chart?.setSeries(column, { show: shown });
    }

    #show(mode) {
        this.#mode = mode;
        for (const button of this.#figure.querySelectorAll('.switch button')) button.setAttribute('aria-pressed', String(button.dataset.mode === mode));
        this.draw();
    }

    #move(event) {
        const last = this.#places.length - 1;
        const to = { ArrowLeft: this.#index - 1, ArrowRight: this.#index + 1, Home: 0, End: last }[event.key];
        if (to === undefined || !this.#chart) return;
        event.preventDefault();
        const index = Math.min(last, Math.max(0, to));
        this.#chart.setCursor({ left: this.#chart.valToPos(this.#places[index].x, 'x'), top: 10 });
        this.#read(index);
        this.#canvas.setAttribute('aria-description', this.#spoken(index));
    }

    #read(index) {
        this.#index = index;
        const at = this.#places[index];
        this.#figure.querySelector('.at').textContent = place(at, this.#item.x);
        this.#figure.querySelectorAll('.readout li').forEach((entry, i) => {
            const point = this.#points[i].get(at.x);
            entry.querySelector('.value').textContent = quantity(point?.median, this.#item.unit);
            entry.querySelector('.advantage').innerHTML = point?.advantage ? `${verdictSign(verdict(point.advantage))} ${ratio(point.advantage.median)}` : '';
        });
    }

    #spoken(index) {
        const at = this.#places[index];
        return `${place(at, this.#item.x)}: ${this.#item.series.map((series, i) => `${series.name} ${quantity(this.#points[i].get(at.x)?.median, this.#item.unit)}`).join('; ')}`;
    }
}
