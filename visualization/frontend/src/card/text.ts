/** Write a node's text where it is another than before: every frame of drawing shows all of the card anew. */
export function write(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
