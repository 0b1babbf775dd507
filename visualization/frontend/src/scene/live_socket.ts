/** A connection to the worker that computes while the reader draws: one picture in flight, the newest wins.
 *
 * A frame to the server is the picture, float32; its answer is all layers' outputs, float32 (model/api/live_routes.py).
 * A connection that is lost is made anew, after pauses that grow; the newest picture is then sent again.
 */

export type SocketState =
  | { readonly kind: "connecting" }
  | { readonly kind: "ready" }
  | { readonly kind: "computing" }
  /** Waiting to connect again. `reason`: the server's, if it gave one. */
  | { readonly kind: "lost"; readonly reason: string }
  /** Trying again is no use until there is something else to send. */
  | { readonly kind: "refused"; readonly reason: string };

/** The part of a WebSocket that is used. */
export interface Connection {
  binaryType: string;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  send(data: Float32Array<ArrayBuffer>): void;
  close(): void;
}

export interface SocketEvents<Picture> {
  readonly answered: (picture: Picture, values: Float32Array) => void;
  readonly changed: (state: SocketState) => void;
}

/** What the socket needs of the browser; tests bring their own. */
export interface Surroundings {
  readonly connect: (url: string) => Connection;
  readonly later: (act: () => void, milliseconds: number) => number;
  readonly cancel: (timer: number) => void;
  /** 0 … 1: a class whose server was started anew does not come back in one moment. */
  readonly random: () => number;
  /** The page's own address. */
  readonly page: () => string;
}

export const inBrowser: Surroundings = {
  connect: (url) => new WebSocket(url) as Connection,
  later: (act, milliseconds) => window.setTimeout(act, milliseconds),
  cancel: (timer) => clearTimeout(timer),
  random: Math.random,
  page: () => document.baseURI,
};

const firstPause = 500; // milliseconds
const longestPause = 10_000;
/** Not a picture of this network; no such snapshot. See the constants of model/api/live_routes.py. */
const final = [1007, 4404];

export class LiveSocket<Picture> {
  private connection: Connection | null = null;
  private open = false;
  private inFlight: { picture: Picture; pixels: Float32Array<ArrayBuffer> } | null = null;
  private next: { picture: Picture; pixels: Float32Array<ArrayBuffer> } | null = null;
  private failures = 0;
  private timer: number | null = null;
  private state: SocketState = { kind: "connecting" };

  /** Connects at once. `length`: how many values an answer has. */
  constructor(
    readonly url: string,
    private readonly length: number,
    private readonly events: SocketEvents<Picture>,
    private readonly around: Surroundings,
  ) {
    this.connect();
  }

  /** Have a picture computed; one that still waits is dropped for it. */
  send(picture: Picture, pixels: Float32Array<ArrayBuffer>): void {
    this.next = { picture, pixels };
    if (this.state.kind === "refused") this.connect();
    else this.flow();
  }

  /** The picture that is asked for last and not answered yet. */
  get awaited(): Picture | null {
    return this.next?.picture ?? this.inFlight?.picture ?? null;
  }

  dispose(): void {
    if (this.timer !== null) this.around.cancel(this.timer);
    this.timer = null;
    this.leave();
    this.inFlight = null;
    this.next = null;
  }

  private connect(): void {
    this.timer = null;
    this.say({ kind: "connecting" });
    const connection = this.around.connect(this.url);
    connection.binaryType = "arraybuffer";
    connection.onopen = () => {
      this.open = true;
      this.say({ kind: "ready" });
      this.flow();
    };
    connection.onmessage = ({ data }) => this.receive(data);
    connection.onclose = ({ code, reason }) => this.lost(code, reason);
    this.connection = connection;
  }

  private flow(): void {
    if (!this.open || this.inFlight || !this.next) return;
    [this.inFlight, this.next] = [this.next, null];
    this.say({ kind: "computing" });
    this.connection!.send(this.inFlight.pixels);
  }

  private receive(data: unknown): void {
    const answered = this.inFlight;
    if (!answered) return;
    if (!(data instanceof ArrayBuffer) || data.byteLength !== 4 * this.length) {
      const received = data instanceof ArrayBuffer ? `${data.byteLength / 4}` : typeof data;
      this.end(`the worker answers ${received} values; expected ${this.length}`);
      return;
    }
    this.failures = 0;
    this.inFlight = null;
    this.flow(); // first: the worker computes while this answer is drawn
    if (!this.inFlight) this.say({ kind: "ready" });
    this.events.answered(answered.picture, new Float32Array(data));
  }

  private lost(code: number, reason: string): void {
    this.leave();
    this.next ??= this.inFlight; // it was not answered
    this.inFlight = null;
    if (final.includes(code)) {
      this.end(reason || "the server refuses this network");
      return;
    }
    const pause =
      Math.min(longestPause, firstPause * 2 ** this.failures++) * (0.75 + this.around.random() / 2);
    this.timer = this.around.later(() => this.connect(), pause);
    this.say({ kind: "lost", reason });
  }

  private end(reason: string): void {
    this.leave();
    this.inFlight = null;
    this.next = null;
    this.say({ kind: "refused", reason });
  }

  private leave(): void {
    const { connection } = this;
    this.connection = null;
    this.open = false;
    if (!connection) return;
    connection.onopen = connection.onmessage = connection.onclose = null;
    connection.close();
  }

  private say(state: SocketState): void {
    if (state.kind === this.state.kind && state.kind !== "lost" && state.kind !== "refused") return;
    this.state = state;
    this.events.changed(state);
  }
}

/** Where a snapshot's network computes live: beside its trace, on the page's own server. */
export function liveUrl(traceUrl: string, page: string): string {
  const url = new URL(traceUrl.replace(/\/trace$/, "/live"), page);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
