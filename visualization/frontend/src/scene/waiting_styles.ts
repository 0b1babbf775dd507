/** The mark of a wait: a bar that runs along the upper edge of what is to change. It has the words beside it. */
export const waitingStyles = (root: string) => /* css */ `
${root}[data-waiting=true]::after {
  content: ""; position: absolute; z-index: 5; left: 0; top: 0; width: 34%; height: 3px; border-radius: 2px; pointer-events: none;
  background: var(--st-primary-color, #4c9be8); animation: strata-waiting 1.1s ease-in-out infinite alternate;
}
@keyframes strata-waiting { from { transform: translateX(0); } to { transform: translateX(194%); } }
@media (prefers-reduced-motion: reduce) { ${root}[data-waiting=true]::after { width: 100%; animation: none; } }
`;
