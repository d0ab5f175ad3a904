// The colors in light and dark, from which the style sheet's variables are written and which the tests check for contrast.

export const Light = {
    'paper': '#fbfbfa', 'card': '#ffffff', 'ink': '#1b1f24', 'muted': '#58606b', 'line': '#d9dde2', 'grid': '#e8eaed', 'shade': '#f2f3f5',
    'link': '#0a4fd0', 'ahead': '#12703a', 'behind': '#b3261e', 'level': '#58606b',
    'hue-ours': '#0b5cf0', 'hue-orange': '#b8490a', 'hue-purple': '#8036c9', 'hue-teal': '#00796b', 'hue-pink': '#c2257c', 'hue-grey': '#4f5661',
    'hue-gold': '#876400', 'hue-brown': '#8d4a2b', 'hue-olive': '#587410', 'hue-violet': '#9a2f9a', 'hue-cyan': '#007591', 'hue-rose': '#c23550',
};

export const Dark = {
    'paper': '#13161a', 'card': '#1a1e24', 'ink': '#e7eaee', 'muted': '#a3acb8', 'line': '#343c46', 'grid': '#2a3038', 'shade': '#222830',
    'link': '#8db8ff', 'ahead': '#66cc8e', 'behind': '#ff8f85', 'level': '#a3acb8',
    'hue-ours': '#6ea8ff', 'hue-orange': '#f39450', 'hue-purple': '#c493ff', 'hue-teal': '#4fc9b5', 'hue-pink': '#ff82c0', 'hue-grey': '#b3bbc6',
    'hue-gold': '#dcb53c', 'hue-brown': '#d29a78', 'hue-olive': '#aecb52', 'hue-violet': '#d58be0', 'hue-cyan': '#58c7e6', 'hue-rose': '#ff8a97',
};

const variables = colors => Object.entries(colors).map(([name, value]) => `--${name}:${value}`).join(';');

/** The variables as the system has it, and as the switch says. */
export const colorStyle = () => [
    `:root{color-scheme:light;${variables(Light)}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme]){color-scheme:dark;${variables(Dark)}}}`,
    `:root[data-theme=dark]{color-scheme:dark;${variables(Dark)}}`,
    Object.keys(Light).filter(name => name.startsWith('hue-')).map(name => `.${name}{color:var(--${name})}`).join(''),
].join('\n');
