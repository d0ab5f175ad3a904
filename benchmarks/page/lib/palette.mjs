// One look for each peer in all charts: a hue for the peer, dashes and markers for the several series of one.

/** The hues are CSS variables of style.css, in light and dark; unknown peers take the spare ones in order. */
const Hues = new Map([
    ['urma', 'ours'], ['ucx', 'orange'], ['mpi', 'purple'], ['openmpi', 'purple'], ['libfabric', 'teal'], ['perftest', 'pink'],
    ['rawc', 'grey'], ['c', 'grey'], ['sockets', 'gold'], ['uds', 'gold'], ['tcp', 'brown'], ['dotnet', 'olive'], ['pipes', 'olive'],
]);
const Spares = ['violet', 'cyan', 'rose', 'olive', 'gold', 'teal', 'pink', 'brown'];

export const Markers = ['circle', 'square', 'triangle', 'diamond', 'down', 'plus', 'cross'];
const Dashes = [[], [7, 4], [2, 3], [9, 3, 2, 3], [4, 2]];

/** Peer id to hue, markers' offset: every peer of the results, in the order in which they are listed. */
export function looksOf(results) {
    const ids = new Set([...results.peers.map(peer => peer.id), ...results.workloads.flatMap(w => w.series.map(s => s.peer))]);
    const looks = new Map();
    let spare = 0;
    let other = 0;
    for (const id of ids) {
        const hue = Hues.get(id) ?? Spares[spare++ % Spares.length];
        looks.set(id, { hue, marker: hue === 'ours' ? 0 : 1 + other++ % (Markers.length - 1) });
    }
    return looks;
}

/**
 * The look of every series of a workload: { hue, marker, dash, strong }; the baseline alone is strong. Each can be told from the
 * others without its hue: a marker that is taken comes with another dash.
 */
export function seriesLooks(workload, looks) {
    const used = new Map();
    const taken = new Set();
    return workload.series.map(series => {
        const look = looks.get(series.peer);
        const nth = used.get(series.peer) ?? 0;
        used.set(series.peer, nth + 1);
        const marker = Markers[(look.marker + nth * 2) % Markers.length];
        let dash = nth % Dashes.length;
        for (let tries = 0; taken.has(`${marker} ${dash}`) && tries < Dashes.length; tries++) dash = (dash + 1) % Dashes.length;
        taken.add(`${marker} ${dash}`);
        return { hue: look.hue, marker, dash: Dashes[dash], strong: series.isBaseline };
    });
}

/** Corners of a marker in a square from -1 to 1; none for the circle. */
export const Shapes = {
    circle: undefined,
    square: [[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]],
    triangle: [[0, -1.1], [1.05, 0.8], [-1.05, 0.8]],
    diamond: [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]],
    down: [[0, 1.1], [1.05, -0.8], [-1.05, -0.8]],
    plus: [[-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4], [0.4, 1.1], [-0.4, 1.1], [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4]],
    cross: [[-1.05, -0.55], [-0.55, -1.05], [0, -0.5], [0.55, -1.05], [1.05, -0.55], [0.5, 0], [1.05, 0.55], [0.55, 1.05], [0, 0.5], [-0.55, 1.05], [-1.05, 0.55], [-0.5, 0]],
};
