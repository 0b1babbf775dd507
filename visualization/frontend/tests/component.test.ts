/** What Streamlit does with a component: calls again, and cleans up after calls that it overtook. */
import { describe, expect, it } from "vitest";
import { type ComponentArgument, component } from "../src/component";

/** A place on the page, as much of one as a component asks for. */
function placeOf(isConnected = true) {
  return { isConnected } as { isConnected: boolean } & ShadowRoot;
}

function started() {
  const made: { taken: unknown[]; gone: boolean; dispose(): void }[] = [];
  const call = component(
    () => {
      const thing = {
        taken: [] as unknown[],
        gone: false,
        dispose() {
          this.gone = true;
        },
      };
      made.push(thing);
      return thing;
    },
    (thing, { data }) => thing.taken.push(data),
  );
  const draw = (parentElement: ShadowRoot, data: unknown) =>
    call({ parentElement, data } as unknown as ComponentArgument);
  return { made, draw };
}

describe("a component", () => {
  it("is one thing for each place, which takes everything that comes", () => {
    const { made, draw } = started();
    const [here, there] = [placeOf(), placeOf()];
    draw(here, 1);
    draw(there, 2);
    draw(here, 3);
    expect(made.map(({ taken }) => taken)).toEqual([[1, 3], [2]]);
  });

  it("stays when a call is cleaned up that was overtaken, before the next and after it", () => {
    const { made, draw } = started();
    const here = placeOf();
    const first = draw(here, 1);
    first();
    const second = draw(here, 2);
    draw(here, 3);
    second();
    expect(made).toHaveLength(1);
    expect(made[0]).toMatchObject({ taken: [1, 2, 3], gone: false });
  });

  it("goes with its place, and comes anew with the next", () => {
    const { made, draw } = started();
    const here = placeOf();
    const cleanup = draw(here, 1);
    here.isConnected = false;
    cleanup();
    expect(made[0].gone).toBe(true);
    draw(placeOf(), 2);
    expect(made[1]).toMatchObject({ taken: [2], gone: false });
  });
});
