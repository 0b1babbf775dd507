/** Who computes, in words. Pure. */
import type { Engine } from "./computation";
import type { SocketState } from "./live_socket";

/** "Computed in this browser", "Computed by the worker, which is asked now". */
export function engineInWords(engine: Engine): string {
  if (engine.place === "browser") return "Computed in this browser";
  switch (engine.state.kind) {
    case "ready":
      return "Computed by the worker, live";
    case "computing":
      return "Computed by the worker · waiting for its answer";
    case "connecting":
      return "Computed by the worker · connecting";
    case "lost":
      return `Computed by the worker · no connection, trying again; the last picture stays${because(engine.state.reason)}`;
    case "refused":
      return `Computed by the worker · it does not answer${because(engine.state.reason)}`;
  }
}

function because(reason: string): string {
  return reason ? `: ${reason}` : "";
}

/** The same for the readout: "the worker, with Keras". */
export function workerInWords(state: SocketState): string {
  const waiting = {
    ready: "",
    computing: "",
    connecting: "; connecting",
    lost: "; no connection",
    refused: "; no answer",
  };
  return `the worker, with Keras${waiting[state.kind]}`;
}
