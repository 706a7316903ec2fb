/**
 * The style sheet of the page of a walkthrough. Colors have a contrast of at least 4.5:1 (WCAG 2.2, 1.4.3) in light and
 * dark; a heat map goes from the background to `--strong` in equal steps. Printing uses the light colors. The right
 * edge of what scrolls sideways fades, or has a shadow, until it is scrolled to its end.
 */
const LIGHT = `--paper: #ffffff; --ink: #1a1a1a; --soft: #4a4a4a; --line: #b0b0b0; --field: #f3f3f3;
--bar: #1b5e9e; --negative: #a84300; --strong: #0b3d73; --mark: #fff3c4; color-scheme: light;
--on-weak: #000000; --on-middle: #000000; --on-strong: #ffffff;`;
const DARK = `--paper: #121417; --ink: #f0f0f0; --soft: #c0c4c9; --line: #5a6068; --field: #1e2227;
--bar: #7db8f0; --negative: #ffab73; --strong: #a9d3ff; --mark: #4a3f10; color-scheme: dark;
--on-weak: #ffffff; --on-middle: #000000; --on-strong: #000000;`;

export const PAGE_STYLE = `:root { ${LIGHT} }
@media screen and (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.125rem/1.5 system-ui, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 0.75rem; overflow-wrap: anywhere; }
h2 .name { display: block; text-transform: capitalize; color: var(--bar); font-size: 1rem; }
p { margin: 0.5rem 0; overflow-wrap: anywhere; }
a { color: var(--bar); }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin: 1rem 0; }
section { border-top: 1px solid var(--line); margin-top: 2.5rem; padding-top: 1.5rem; }
.formula { background: var(--field); border-radius: 4px; font: 1rem/1.6 ui-monospace, monospace; }
.formula { margin: 0.75rem 0; overflow-x: auto; padding: 0.75rem 1rem; white-space: pre-wrap; }
.scroll { position: relative; overflow-x: auto; margin: 0 0 0.5rem; }
@property --fade { syntax: "\\3c length>"; inherits: false; initial-value: 0px; }
@keyframes fade { from { --fade: 3rem; } 90% { --fade: 3rem; } to { --fade: 0px; } }
@supports (animation-timeline: scroll()) {
  .scroll { animation: fade linear both; animation-timeline: scroll(self inline); }
  .scroll { mask-image: linear-gradient(to right, #000 calc(100% - var(--fade)), transparent); }
}
@supports not (animation-timeline: scroll()) {
  .scroll { background: linear-gradient(to left, var(--paper) 2rem, transparent) right / 3rem 100% no-repeat local,
    linear-gradient(to left, var(--line), transparent) right / 1rem 100% no-repeat scroll; }
}
svg.heat { display: block; max-width: 100%; height: auto; shape-rendering: crispEdges; fill: none; stroke-width: 1; }
.seen { fill: var(--field); }
.here { vector-effect: non-scaling-stroke; }
.legend { color: var(--soft); }
.swatch { display: inline-block; width: 1em; height: 1em; border: 1px solid var(--line); vertical-align: -0.1em; }
.swatch { background: var(--level, var(--field)); }
.heat path { stroke: var(--level, none); }
.heat .here { stroke: var(--negative); }
.level-0 { --level: color-mix(in srgb, var(--strong) 20%, var(--paper)); }
.level-1 { --level: color-mix(in srgb, var(--strong) 34%, var(--paper)); }
.level-2 { --level: color-mix(in srgb, var(--strong) 48%, var(--paper)); }
.level-3 { --level: color-mix(in srgb, var(--strong) 64%, var(--paper)); }
.level-4 { --level: color-mix(in srgb, var(--strong) 82%, var(--paper)); }
.level-5 { --level: var(--strong); }
.scroll:focus-visible, a:focus-visible { outline: 3px solid var(--bar); outline-offset: 2px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
table.wide { width: 100%; }
.caption { color: var(--soft); margin: 1.25rem 0 0.4rem; }
th, td { padding: 0.15rem 0.6rem; text-align: start; font-weight: normal; vertical-align: top; }
thead th { border-bottom: 2px solid var(--line); color: var(--soft); white-space: nowrap; }
tbody tr + tr > * { border-top: 1px solid var(--field); }
.number { text-align: end; white-space: nowrap; }
tbody .text { font-family: ui-monospace, monospace; white-space: pre; unicode-bidi: isolate; }
.marked > .text, .marked > .number { background: var(--mark); }
.marked > .text { font-weight: bold; }
.list { min-width: 20rem; }
.item { display: inline-block; border: 1px solid var(--line); border-radius: 3px; }
.item { font-family: ui-monospace, monospace; }
.item { margin: 0.1rem 0.15rem; padding: 0 0.4rem; white-space: pre; unicode-bidi: isolate; font-size: 0.95rem; }
td.bar { width: 50%; min-width: 6rem; vertical-align: middle; }
td.bar span { display: block; height: 0.9rem; width: var(--size); background: var(--bar); min-width: 1px; }
td.bar .negative { background: repeating-linear-gradient(45deg, var(--negative) 0 4px, transparent 4px 6px); }
td.bar .negative { border: 1px solid var(--negative); }
.sum td.bar span { background: repeating-linear-gradient(90deg, var(--bar) 0 2px, transparent 2px 4px); }
.heat th, .heat td { padding: 0.15rem 0.3rem; }
.heat .shade { text-align: center; min-width: 2.2rem; }
td.shade { color: var(--on-weak); }
td.middle { color: var(--on-middle); }
td.strong { color: var(--on-strong); }
td.shade { background: color-mix(in srgb, var(--strong) var(--weight), var(--paper)); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 40rem) {
  body { font-size: 1rem; }
  main { padding: 1rem 0.75rem 3rem; }
  table { font-size: 0.85rem; }
  th, td { padding: 0.15rem 0.25rem; }
  td.bar { min-width: 3rem; width: 25%; }
  .list { min-width: 12rem; }
}
@media print {
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  nav { display: none; }
  body { font-size: 10pt; }
  tr, svg { break-inside: avoid; }
  h2, .caption { break-after: avoid; }
  svg.heat { min-width: 0 !important; }
  .scroll { overflow: visible; mask-image: none; animation: none; background: none; }
  .heat { font-size: 7pt; }
  .heat th, .heat .shade { min-width: 0; padding: 0.1rem 0.15rem; }
  .list { min-width: 0; }
}
`;
