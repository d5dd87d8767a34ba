/** Light and dark as the reader's system says; nothing but what the page needs. */
export const DOCS_STYLE = `:root {
  color-scheme: light dark;
  --ink: light-dark(#1b1f24, #e6e9ed);
  --soft: light-dark(#57606a, #9aa4af);
  --line: light-dark(#d5dae0, #333b44);
  --paper: light-dark(#ffffff, #14181d);
  --tint: light-dark(#f4f6f8, #1d232a);
  --link: light-dark(#0b57d0, #8ab4f8);
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
header, nav, main { padding: 1rem clamp(1rem, 4vw, 3rem); }
h1 { margin: 0; font-size: 1.6rem; }
h1 small { color: var(--soft); font-weight: 400; }
h2 { margin: 2.5rem 0 1rem; font-size: 1.25rem; text-transform: capitalize; }
h3 { margin: 0; font-size: 1rem; overflow-wrap: anywhere; }
h4 { margin: .75rem 0 .25rem; font-size: .9rem; }
a { color: var(--link); }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav > ul { columns: 20rem; }
nav > ul > li { break-inside: avoid; margin-bottom: 1rem; font-weight: 600; text-transform: capitalize; }
nav li li { font: .85rem/1.7 ui-monospace, monospace; text-transform: none; }
nav li li a { text-decoration: none; overflow-wrap: anywhere; }
nav li li a:hover { text-decoration: underline; }
article { border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin-bottom: 1rem; }
article p { margin: .5rem 0; }
.facts { color: var(--soft); font-size: .9rem; }
.method { font: 600 .8rem ui-monospace, monospace; }
article .method { border: 1px solid var(--line); border-radius: .25rem; padding: .1rem .4rem; background: var(--tint); }
.fields { margin: .25rem 0; padding-left: 1.25rem; }
details { background: var(--tint); border-radius: .25rem; padding: .25rem .75rem; margin-top: .5rem; }
summary { cursor: pointer; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; background: var(--paper); padding: .5rem 1rem; }
.skip:focus { left: .5rem; top: .5rem; }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
`;
