/** What Streamlit's components (v2) and a bundle's default export have to do with each other. */
export interface ComponentArgument {
  readonly data: unknown;
  readonly parentElement: ShadowRoot | HTMLElement;
  readonly setStateValue: (name: string, value: unknown) => void;
  readonly setTriggerValue: (name: string, value: unknown) => void;
  readonly key: string;
  readonly name: string;
}

export type Cleanup = () => void;

/** A bundle's default export: `make` a thing in a place of the page, and have it `take` each argument that comes.
 *
 * Streamlit calls again with the same place whenever something has changed, which must find the thing again. It calls
 * the returned function when the place has gone, but also, soon after, for a call that the next one has overtaken: the
 * thing is the next one's then, and stays.
 */
export function component<Thing extends { dispose(): void }>(
  make: (place: ComponentArgument["parentElement"]) => Thing,
  take: (thing: Thing, argument: ComponentArgument) => void,
): (argument: ComponentArgument) => Cleanup {
  const things = new WeakMap<Node, Thing>();
  return (argument) => {
    const { parentElement } = argument;
    let thing = things.get(parentElement);
    if (!thing) {
      thing = make(parentElement);
      things.set(parentElement, thing);
    }
    take(thing, argument);
    return () => {
      if (parentElement.isConnected) return;
      things.get(parentElement)?.dispose();
      things.delete(parentElement);
    };
  };
}
