// Colours: as the system has them, light or dark. The choice is kept where the browser lets a page keep something.
const Key = 'urma-compare-theme';
const Themes = ['system', 'light', 'dark'];

function kept() {
    try { return localStorage.getItem(Key) ?? 'system'; } catch { return 'system'; }
}

function keep(theme) {
    try { localStorage.setItem(Key, theme); } catch { /* A page from a file may have no storage: the choice then lasts as long as the page. */ }
}

export function startTheme(button, onChange) {
    const system = matchMedia('(prefers-color-scheme: dark)');
    let theme = Themes.includes(kept()) ? kept() : 'system';
    const apply = () => {
        const dark = theme === 'dark' || (theme === 'system' && system.matches);
        document.documentElement.dataset.theme = dark ? 'dark' : 'light';
        button.querySelector('.theme-name').textContent = theme[0].toUpperCase() + theme.slice(1);
        button.setAttribute('aria-label', `Colours: ${theme}`);
    };
    button.addEventListener('click', () => {
        theme = Themes[(Themes.indexOf(theme) + 1) % Themes.length];
        keep(theme);
        apply();
        onChange();
    });
    system.addEventListener('change', () => { apply(); onChange(); });
    apply();
}
