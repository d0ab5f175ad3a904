// Marks in the contents where the reader is.

/** The entry of the last part that begins above this share of the window's height. */
const ReadingLine = 0.35;

export function startContents(nav) {
    const links = [...nav.querySelectorAll('a')].map(link => ({ link, part: document.getElementById(link.hash.slice(1)) })).filter(({ part }) => part);
    let waiting = false;
    const show = link => {
        link.setAttribute('aria-current', 'true');
        const { top, bottom } = link.getBoundingClientRect();
        const frame = nav.getBoundingClientRect();
        if (top < frame.top || bottom > frame.bottom) nav.scrollTop += top - frame.top - frame.height / 2;
    };
    const mark = () => {
        waiting = false;
        const line = innerHeight * ReadingLine;
        const above = links.filter(({ part }) => part.offsetParent !== null && part.getBoundingClientRect().top <= line);
        const current = above[above.length - 1] ?? links[0];
        for (const { link } of links) {
            if (link !== current?.link) link.removeAttribute('aria-current');
            else if (!link.hasAttribute('aria-current')) show(link);
        }
    };
    addEventListener('scroll', () => {
        if (waiting) return;
        waiting = true;
        requestAnimationFrame(mark);
    }, { passive: true });
    mark();
}
