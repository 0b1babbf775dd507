/** Computing in the worker: one picture in flight, the newest wins, and a connection that is lost comes back. */
import { describe, expect, it } from "vitest";
import type { LayerSpec, SceneData } from "../src/contract";
import { Edits } from "../src/engine/edits";
import { Computation } from "../src/scene/computation";
import { engineInWords } from "../src/scene/engine_words";
import { type Connection, LiveSocket, liveUrl, type SocketState } from "../src/scene/live_socket";
import { Timings } from "../src/scene/timings";
import { inputLayer } from "./examples";

class FakeConnection implements Connection {
  binaryType = "blob";
  onopen: Connection["onopen"] = null;
  onmessage: Connection["onmessage"] = null;
  onclose: Connection["onclose"] = null;
  closed = false;
  readonly sent: number[][] = [];

  constructor(readonly url: string) {}

  send(data: Float32Array): void {
    this.sent.push([...data]);
  }

  close(): void {
    this.closed = true;
  }

  answer(...values: number[]): void {
    this.onmessage?.({ data: Float32Array.from(values).buffer });
  }
}

/** A browser whose clock stands still until it is told to go on. */
class FakeBrowser {
  readonly connections: FakeConnection[] = [];
  readonly waiting = new Map<number, { act: () => void; milliseconds: number }>();
  private timers = 0;
  readonly connect = (url: string) => {
    this.connections.push(new FakeConnection(url));
    return this.last;
  };
  readonly later = (act: () => void, milliseconds: number) => {
    this.waiting.set(++this.timers, { act, milliseconds });
    return this.timers;
  };
  readonly cancel = (timer: number) => {
    this.waiting.delete(timer);
  };
  readonly random = () => 0.5;
  readonly page = () => "http://here/";

  get last(): FakeConnection {
    return this.connections[this.connections.length - 1];
  }

  /** The pause before the next attempt; it is over then. */
  pass(): number {
    const [[timer, { act, milliseconds }]] = this.waiting;
    this.waiting.delete(timer);
    act();
    return milliseconds;
  }
}

function socketOf(around: FakeBrowser) {
  const answers: [string, number[]][] = [];
  const states: SocketState[] = [];
  const socket = new LiveSocket<string>(
    "ws://here/live",
    2,
    {
      answered: (picture, values) => answers.push([picture, [...values]]),
      changed: (state) => states.push(state),
    },
    around,
  );
  return { socket, answers, states };
}

describe("the socket", () => {
  it("sends a picture once it is open, and tells its answer", () => {
    const around = new FakeBrowser();
    const { socket, answers, states } = socketOf(around);
    socket.send("one", Float32Array.of(0.5));
    expect(around.last.sent).toEqual([]);
    expect(around.last.binaryType).toBe("arraybuffer");
    around.last.onopen!();
    expect(around.last.sent).toEqual([[0.5]]);
    around.last.answer(1, 2);
    expect(answers).toEqual([["one", [1, 2]]]);
    expect(states.map(({ kind }) => kind)).toEqual(["ready", "computing", "ready"]);
  });

  it("has one picture in flight, and of those that wait the newest wins", () => {
    const around = new FakeBrowser();
    const { socket, answers } = socketOf(around);
    around.last.onopen!();
    for (const number of [1, 2, 3, 4]) socket.send(`picture ${number}`, Float32Array.of(number));
    expect(around.last.sent).toEqual([[1]]);
    expect(socket.awaited).toBe("picture 4");
    around.last.answer(0, 1);
    expect(around.last.sent).toEqual([[1], [4]]);
    around.last.answer(0, 4);
    expect(answers.map(([picture]) => picture)).toEqual(["picture 1", "picture 4"]);
    expect(socket.awaited).toBeNull();
  });

  it("comes back after a lost connection, later each time, and asks again for what was not answered", () => {
    const around = new FakeBrowser();
    const { socket, answers, states } = socketOf(around);
    around.last.onopen!();
    socket.send("one", Float32Array.of(1));
    around.last.onclose!({ code: 1006, reason: "" });
    expect(states.at(-1)).toEqual({ kind: "lost", reason: "" });
    const pauses = [around.pass()];
    for (let attempt = 0; attempt < 7; attempt++) {
      around.last.onclose!({ code: 1013, reason: "Keras is starting" });
      pauses.push(around.pass());
    }
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
    expect(states).toContainEqual({ kind: "lost", reason: "Keras is starting" });
    around.last.onopen!();
    expect(around.last.sent).toEqual([[1]]);
    around.last.answer(3, 4);
    expect(answers).toEqual([["one", [3, 4]]]);
    // It went well: the next loss is the first again.
    around.last.onclose!({ code: 1006, reason: "" });
    expect(around.pass()).toBe(500);
  });

  it("asks for the newest picture after a lost connection, not for the one that was in flight", () => {
    const around = new FakeBrowser();
    const { socket } = socketOf(around);
    around.last.onopen!();
    socket.send("old", Float32Array.of(1));
    socket.send("new", Float32Array.of(2));
    around.last.onclose!({ code: 1006, reason: "" });
    around.pass();
    around.last.onopen!();
    expect(around.last.sent).toEqual([[2]]);
  });

  it.each([
    [1007, "no picture of this network"],
    [4404, "There is no run"],
  ])("does not come back by itself after %i, but tries with another picture", (code, reason) => {
    const around = new FakeBrowser();
    const { socket, states } = socketOf(around);
    around.last.onopen!();
    socket.send("one", Float32Array.of(1));
    around.last.onclose!({ code, reason });
    expect(states.at(-1)).toEqual({ kind: "refused", reason });
    expect(around.waiting.size).toBe(0);
    socket.send("two", Float32Array.of(2));
    around.last.onopen!();
    expect(around.connections).toHaveLength(2);
    expect(around.last.sent).toEqual([[2]]);
  });

  it("takes no answer of another length", () => {
    const around = new FakeBrowser();
    const { socket, answers, states } = socketOf(around);
    around.last.onopen!();
    socket.send("one", Float32Array.of(1));
    around.last.answer(1, 2, 3);
    expect(answers).toEqual([]);
    expect(states.at(-1)).toEqual({ kind: "refused", reason: "the worker answers 3 values; expected 2" });
    expect(around.last.closed).toBe(true);
  });

  it("is silent once it is disposed of", () => {
    const around = new FakeBrowser();
    const { socket, answers } = socketOf(around);
    const { last } = around;
    last.onopen!();
    last.onclose!({ code: 1006, reason: "" });
    socket.dispose();
    expect(around.waiting.size).toBe(0);
    last.answer(1, 2);
    expect(answers).toEqual([]);
  });
});

describe("the address", () => {
  it("is the trace's, as a WebSocket", () => {
    const at = (page: string) => liveUrl("/api/runs/a/snapshots/3/trace", page);
    expect(at("http://here:8501/?view=network")).toBe("ws://here:8501/api/runs/a/snapshots/3/live");
    expect(at("https://here/")).toBe("wss://here/api/runs/a/snapshots/3/live");
  });
});

describe("the words", () => {
  it("say who computes, and what is waited for", () => {
    expect(engineInWords({ place: "browser" })).toContain("browser");
    const worker = (state: SocketState) => engineInWords({ place: "worker", state });
    expect(worker({ kind: "ready" })).toBe("Computed by the worker, live");
    expect(worker({ kind: "computing" })).toContain("waiting");
    expect(worker({ kind: "lost", reason: "Keras is starting" })).toContain(
      "the last picture stays: Keras is starting",
    );
    expect(worker({ kind: "refused", reason: "There is no run" })).toContain("There is no run");
  });
});

describe("a network with a layer of Keras’s own", () => {
  const foreign: LayerSpec = {
    name: "keras",
    title: "keras",
    input_shape: [2],
    output_shape: [3],
    parameters: 0,
    kind: "keras_layer",
    class_name: "Dense",
    config: "{}",
  };
  const layers: LayerSpec[] = [
    inputLayer([1, 2, 1]),
    {
      ...foreign,
      name: "flatten",
      title: "flatten",
      input_shape: [1, 2, 1],
      output_shape: [2],
      kind: "flatten",
    },
    foreign,
  ];

  function dataOf(step: number, pixels: readonly number[]): SceneData {
    return {
      schema: 1,
      network: { title: "test", layers },
      class_names: ["a", "b", "c"],
      weights_url: `/api/runs/run/snapshots/${step}/weights`,
      trace_url: `/api/runs/run/snapshots/${step}/trace`,
      run: "run",
      step,
      image: { pixels: btoa(String.fromCharCode(...pixels)), shape: [1, 2, 1], label: null, caption: "" },
      pad: {} as SceneData["pad"],
      wish: null,
    };
  }

  function started() {
    const around = new FakeBrowser();
    const computed: [SceneData, number | null][] = [];
    const events = {
      computed: (data: SceneData, since: number | null) => computed.push([data, since]),
      changed: () => {},
    };
    const timings = new Timings();
    const computation = new Computation(new Edits(), timings, events, around);
    return { around, computed, computation, timings };
  }

  const [dark, bright] = [dataOf(3, [0, 0]), dataOf(3, [255, 51])];

  it("is computed by the worker, layer by layer as they follow each other", () => {
    const { around, computed, computation, timings } = started();
    computation.load(dark, new Map());
    expect(computation.engine).toEqual({ place: "worker", state: { kind: "connecting" } });
    expect(computation.run(bright, 17)).toBe(false);
    expect(computation.running).toBeNull();
    expect(around.last.url).toBe("ws://here/api/runs/run/snapshots/3/live");
    around.last.onopen!();
    expect(around.last.sent).toEqual([[1, Math.fround(0.2)]]);
    around.last.answer(1, 0.25, 5, 6, 7);
    expect(computed).toEqual([[bright, 17]]);
    const { activations, probabilities, editable } = computation.running!;
    expect([...activations("input")]).toEqual([1, Math.fround(0.2)]);
    expect([...activations("flatten")]).toEqual([1, 0.25]);
    expect([...activations("keras")]).toEqual([5, 6, 7]);
    expect([...probabilities]).toEqual([5, 6, 7]);
    expect(editable).toBe(false);
    expect(timings.latest("forward")).toHaveLength(1);
    expect(computation.run(bright)).toBe(true); // it has read it
  });

  it("keeps the last answer while the next is waited for, and asks once for the same picture", () => {
    const { around, computed, computation } = started();
    computation.load(dark, new Map());
    around.last.onopen!();
    computation.run(dark);
    around.last.answer(0, 0, 1, 1, 1);
    const { running } = computation;
    const described = { ...bright, image: { ...bright.image, caption: "another word" } };
    expect(computation.run(bright)).toBe(false);
    expect(computation.run(described)).toBe(false);
    expect(computation.running).toBe(running);
    expect(around.last.sent).toHaveLength(2);
    around.last.answer(1, 1, 2, 2, 2);
    expect(computed.map(([data]) => data)).toEqual([dark, described]);
    around.last.onclose!({ code: 1006, reason: "" });
    expect([...computation.running!.probabilities]).toEqual([2, 2, 2]);
  });

  it("has a connection for each snapshot, and does not compute for one that is gone", () => {
    const { around, computed, computation } = started();
    computation.load(dark, new Map());
    computation.load(dark, new Map()); // told again, while it is on its way
    expect(around.connections).toHaveLength(1);
    const [first] = around.connections;
    const later = dataOf(4, [0, 0]);
    computation.load(later, new Map());
    expect(first.closed).toBe(true);
    expect(around.last.url).toContain("/snapshots/4/live");
    expect(computation.run(dark)).toBe(false);
    expect(around.last.sent).toEqual([]);
    around.last.onopen!();
    computation.run(later);
    around.last.answer(0, 0, 3, 3, 3);
    expect(computed.map(([data]) => data.step)).toEqual([4]);
    computation.dispose();
    expect(around.last.closed).toBe(true);
  });

  it("says whose weights it holds: back to the last step before the next one answered, they are loaded anew", () => {
    const { around, computed, computation } = started();
    computation.load(dark, new Map());
    computation.run(dark);
    around.last.onopen!();
    around.last.answer(0, 0, 1, 1, 1);
    const later = dataOf(4, [0, 0]);
    computation.load(later, new Map());
    expect(computation.running).not.toBeNull(); // still of the first
    expect([computation.holds(dark), computation.holds(later)]).toEqual([false, true]);
    computation.load(dark, new Map());
    computation.run(dark);
    around.last.onopen!();
    around.last.answer(0, 0, 2, 2, 2);
    expect(computed.map(([data]) => data.step)).toEqual([dark.step, dark.step]);
    computation.dispose();
  });

  it("gives way to the browser where it knows all layers", () => {
    const { around, computation } = started();
    computation.load(dark, new Map());
    const known = { ...dark, network: { title: "known", layers: layers.slice(0, 2) } };
    computation.load(known, new Map());
    expect(around.last.closed).toBe(true);
    expect(computation.engine).toEqual({ place: "browser" });
    expect(computation.run({ ...known, image: bright.image })).toBe(true);
    expect([...computation.running!.activations("flatten")]).toEqual([1, Math.fround(0.2)]);
  });
});
