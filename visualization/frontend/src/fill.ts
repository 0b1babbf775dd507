/** Makes an element as high as what the window leaves below its top edge, so that the page need not scroll. */

const smallest = 360; // CSS pixels: below it neither the scene nor a figure can be read
const largest = 1200;
const below = 20; // room under the element, with the focus ring of its last button

/** `top`: the element's distance from the window's top when the page is not scrolled; both in CSS pixels. */
export function heightLeft(windowHeight: number, top: number): number {
  return Math.round(Math.min(largest, Math.max(smallest, windowHeight - top - below)));
}

/** Keep `root` filled until the returned function is called. What is inserted above it moves its top and is noticed. */
export function fillWindow(root: HTMLElement): () => void {
  const scroller = scrollingAncestor(root);
  const adjust = () => {
    const visibleTop = root.getBoundingClientRect().top;
    // Hidden, or not on the page yet: the next change of size tells.
    if (root.clientWidth === 0) return;
    root.style.height = `${heightLeft(window.innerHeight, visibleTop + scroller.scrollTop)}px`;
  };
  const watch = new ResizeObserver(adjust);
  watch.observe(root);
  for (const child of scroller.children) watch.observe(child);
  window.addEventListener("resize", adjust);
  adjust();
  return () => {
    watch.disconnect();
    window.removeEventListener("resize", adjust);
  };
}

/** The nearest ancestor that scrolls, through shadow roots; else the document. */
function scrollingAncestor(root: HTMLElement): Element {
  let node: Node | null = root.parentNode;
  while (node) {
    if (node instanceof HTMLElement && /auto|scroll/.test(getComputedStyle(node).overflowY)) return node;
    node = node instanceof ShadowRoot ? node.host : node.parentNode;
  }
  return document.scrollingElement ?? document.documentElement;
}
