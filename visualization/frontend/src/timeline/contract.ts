/** What Python sends to the slider over a run's snapshots, and what the slider says.
 *
 * The other half is visualization/timeline.py; tests/golden/timeline.json is proved from both sides.
 */
import { asFields, asInteger, asList, asName, ContractError } from "../checks";

export interface TimelineData {
  readonly schema: 1;
  readonly run: string;
  /** The steps that have a snapshot, ascending, at least two. */
  readonly steps: readonly number[];
  readonly total_steps: number;
  /** What the page shows: a step of `steps`. */
  readonly step: number;
  /** The page goes on to every new snapshot. */
  readonly following: boolean;
  /** More snapshots are to come. */
  readonly active: boolean;
  /** The view shows a step in the browser, without waiting for the page. */
  readonly live: boolean;
  /** The serial of the last message that the page took. */
  readonly taken: number | null;
  /** Addresses of a snapshot, with {step} in place of its step. */
  readonly weights_url: string;
  readonly trace_url: string;
  /** null where the test accuracy cannot be told: Keras is starting, or the test set is not there. */
  readonly evaluation_url: string | null;
}

/** Sent when the reader has chosen a step; `step` null follows the newest. */
export interface TimelineMessage {
  readonly schema: 1;
  /** Counts up with every message. */
  readonly serial: number;
  readonly run: string;
  readonly step: number | null;
}

/** Check what the page sent. Raises ContractError with the field, the expectation and what came. */
export function parseTimeline(value: unknown): TimelineData {
  const data = asFields(value, "timeline");
  if (data.schema !== 1) throw new ContractError("timeline.schema", "1", data.schema);
  const steps = asList(data.steps, "timeline.steps").map((step, place) =>
    asInteger(step, `timeline.steps[${place}]`),
  );
  if (steps.length < 2 || steps.some((step, place) => place > 0 && step <= steps[place - 1])) {
    throw new ContractError("timeline.steps", "at least two steps that ascend", data.steps);
  }
  const step = asInteger(data.step, "timeline.step");
  if (!steps.includes(step)) throw new ContractError("timeline.step", "one of the steps", data.step);
  return {
    schema: 1,
    run: asName(data.run, "timeline.run"),
    steps,
    total_steps: asInteger(data.total_steps, "timeline.total_steps"),
    step,
    following: asFlag(data.following, "timeline.following"),
    active: asFlag(data.active, "timeline.active"),
    live: asFlag(data.live, "timeline.live"),
    taken: data.taken === null ? null : asInteger(data.taken, "timeline.taken", 1),
    weights_url: asName(data.weights_url, "timeline.weights_url"),
    trace_url: asName(data.trace_url, "timeline.trace_url"),
    evaluation_url:
      data.evaluation_url === null ? null : asName(data.evaluation_url, "timeline.evaluation_url"),
  };
}

/** The address of one snapshot. */
export function addressAt(template: string, step: number): string {
  return template.replace("{step}", String(step));
}

function asFlag(value: unknown, what: string): boolean {
  if (typeof value !== "boolean") throw new ContractError(what, "true or false", value);
  return value;
}
