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
  const { scroller, content } = scrollingAncestor(root);
  const adjust = () => {
    // Hidden, or not on the page yet: the next change of size tells.
    if (root.clientWidth === 0) return;
    const top = root.getBoundingClientRect().top + scroller.scrollTop;
    root.style.height = `${heightLeft(window.innerHeight, top)}px`;
    // The page leaves room at its end, for pages that are read; here it would only make an empty part to scroll to.
    const padding = Number.parseFloat(getComputedStyle(content).paddingBottom);
    root.style.marginBottom = "0"; // else what it has drawn up under itself would look like the end
    root.style.marginBottom = `${isLast(root, content, padding) ? Math.min(0, below - padding) : 0}px`;
  };
  const watch = new ResizeObserver(adjust);
  watch.observe(root);
  watch.observe(content);
  window.addEventListener("resize", adjust);
  adjust();
  return () => {
    watch.disconnect();
    window.removeEventListener("resize", adjust);
  };
}

/** Whether nothing comes below `root` in `content`: on a narrow page, what stands beside it elsewhere does. */
function isLast(root: Element, content: Element, padding: number): boolean {
  const end = content.getBoundingClientRect().bottom - padding;
  return end - root.getBoundingClientRect().bottom < smallest / 2;
}

/** The nearest ancestor that scrolls, through shadow roots, else the document; and its child that `root` is in. */
function scrollingAncestor(root: HTMLElement): { scroller: Element; content: Element } {
  let content: Element = root;
  let node: Node | null = root.parentNode;
  while (node) {
    if (node instanceof HTMLElement && /auto|scroll/.test(getComputedStyle(node).overflowY)) {
      return { scroller: node, content };
    }
    if (node instanceof Element) content = node;
    node = node instanceof ShadowRoot ? node.host : node.parentNode;
  }
  return { scroller: document.scrollingElement ?? document.documentElement, content };
}
