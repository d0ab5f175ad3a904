// Shows one group or one peer: a style sheet hides the rest, so that every table, lane and list follows at once.

export class Filter {
    #sheet = new CSSStyleSheet();

    constructor() {
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.#sheet];
    }

    /** Hides what is of other groups, and what is of peers other than this one and us. */
    apply({ group, peer }, ours) {
        const rules = [];
        if (group) rules.push(`[data-group]:not([data-group="${CSS.escape(group)}"])`);
        if (peer) {
            const shown = [peer, ...ours].map(id => `:not([data-peer="${CSS.escape(id)}"])`).join('');
            rules.push(`main [data-peer]${shown}`, `[data-peers]:not([data-peers~="${CSS.escape(peer)}"])`,
                `.group:not(:has([data-peers~="${CSS.escape(peer)}"]))`, `.card:not(:has([data-peers~="${CSS.escape(peer)}"]))`);
        }
        this.#sheet.replaceSync(rules.length === 0 ? '' : `${rules.join(',\n')} { display: none !important }`);
    }
}
