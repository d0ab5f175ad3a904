// Says in words where a results.json is not what the page, the table in README and its readers rely on.
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import { baselineOf } from './results.mjs';

const schema = JSON.parse(readFileSync(new URL('../results.schema.json', import.meta.url), 'utf8'));
const validator = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, verbose: true }).compile(schema);

/** The complaints about the results, one a line; none for results that are as the schema says. */
export function complaints(results) {
    if (!validator(results)) {
        return [...new Set(validator.errors.filter(error => error.keyword !== 'if').map(error => describe(error, results)))];
    }
    return results.workloads.flatMap(complaintsAboutWorkload).concat(duplicates(results.workloads, 'workloads'));
}

function describe(error, results) {
    const where = placeOf(error.instancePath, results);
    const { params } = error;
    switch (error.keyword) {
        case 'required': return `${where}: '${params.missingProperty}' is missing`;
        case 'additionalProperties': return `${where}: '${params.additionalProperty}' is not known; ${known(error.parentSchema)}`;
        case 'enum': return `${where}: ${show(error.data)} is none of ${params.allowedValues.join(', ')}`;
        case 'const': return `${where}: ${show(error.data)} should be ${show(params.allowedValue)}`;
        case 'type': return `${where}: ${show(error.data)} should be ${/^[aeiou]/.test(params.type) ? 'an' : 'a'} ${params.type}`
            + (error.data === null ? ' (what was not measured is absent, never null)' : '');
        default: return `${where}: ${show(error.data)} ${error.message}`;
    }
}

const known = parent => `these are: ${Object.keys(parent.properties).join(', ')}`;
const show = value => typeof value === 'object' && value !== null ? (Array.isArray(value) ? 'a list' : 'an object') : JSON.stringify(value);

/** /workloads/3/series/0/points/2 as workloads[3] 'send_lat' series[0] 'urma.loopback' points[2]. */
function placeOf(path, results) {
    let value = results;
    const words = path.split('/').slice(1).map(part => {
        value = value?.[part];
        const index = /^\d+$/.test(part) ? `[${part}]` : `.${part}`;
        return typeof value?.id === 'string' ? `${index} '${value.id}' ` : index;
    });
    return words.join('').replaceAll(' .', ' ').replace(/^\./, '').trim() || 'results';
}

function complaintsAboutWorkload(workload) {
    const where = `workload '${workload.id}'`;
    const list = duplicates(workload.series, `${where} series`);
    if (workload.series.filter(series => series.isBaseline).length > 1) list.push(`${where}: more than one series is the baseline`);
    const baseline = baselineOf(workload);
    if (baseline && !baseline.isOurs) list.push(`${where}: the baseline '${baseline.id}' is not ours`);
    for (const series of workload.series) {
        const at = `${where} series '${series.id}'`;
        const seen = new Set();
        for (const point of series.points) {
            if (seen.has(point.x)) list.push(`${at}: two points at x = ${point.x}`);
            seen.add(point.x);
            if (point.advantage && series.isOurs) list.push(`${at}: an advantage at x = ${point.x}, but only peers have one`);
            if (point.p10 > point.p90) list.push(`${at}: p10 is more than p90 at x = ${point.x}`);
            if (workload.x.scale === 'category' && point.label === undefined) list.push(`${at}: no label at x = ${point.x} of a category`);
            if (workload.x.scale === 'log2' && point.x <= 0) list.push(`${at}: x = ${point.x} on a logarithmic scale`);
        }
    }
    return list;
}

function duplicates(items, what) {
    const seen = new Set();
    return items.filter(item => seen.has(item.id) || !seen.add(item.id)).map(item => `${what}: two have the id '${item.id}'`);
}
