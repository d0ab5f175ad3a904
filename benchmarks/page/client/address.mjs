// The part of the address behind '#': a place on the page and the filters, such as #send_lat&peer=ucx.

export function readAddress(hash) {
    const state = { target: '', group: '', peer: '' };
    for (const part of hash.replace(/^#/, '').split('&')) {
        const [name, value] = part.split('=');
        if (value === undefined) state.target = decodeURIComponent(name) || state.target;
        else if (name === 'group' || name === 'peer') state[name] = decodeURIComponent(value);
    }
    return state;
}

export function writeAddress({ target, group, peer }) {
    const parts = [target && encodeURIComponent(target), group && `group=${encodeURIComponent(group)}`, peer && `peer=${encodeURIComponent(peer)}`];
    return `#${parts.filter(Boolean).join('&')}`;
}
