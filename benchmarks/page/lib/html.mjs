// Markup from template literals: what is put in is escaped unless it is markup itself.
class Markup {
    constructor(text) { this.text = text; }
    toString() { return this.text; }
}

const Entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = text => String(text).replace(/[&<>"']/g, character => Entities[character]);

export const raw = text => new Markup(text);

function show(value) {
    if (value instanceof Markup) return value.text;
    if (Array.isArray(value)) return value.map(show).join('');
    return value === undefined || value === null || value === false ? '' : escape(value);
}

export function html(strings, ...values) {
    return new Markup(strings.reduce((text, part, i) => text + show(values[i - 1]) + part));
}

/** JSON inside a script element: no way out of it. */
export const inScript = value => raw(JSON.stringify(value).replace(/</g, '\\u003c'));
