/** Checks on data that comes from outside: each failure says what, what was expected and what was received. */

/** The one error of this front end that is meant for the reader; everything else is a bug and shows as one. */
export class ContractError extends Error {
  override readonly name = "ContractError";
  constructor(what: string, expected: string, received: unknown) {
    super(`${what}: expected ${expected}, received ${describe(received)}.`);
  }
}

const describedLength = 60; // characters: enough to recognise the value, short enough for one line

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") {
    const short = value.length > describedLength ? `${value.slice(0, describedLength)}…` : value;
    return JSON.stringify(short);
  }
  if (Array.isArray(value)) return value.length > 8 ? `a list of ${value.length}` : JSON.stringify(value);
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}

export type Fields = Readonly<Record<string, unknown>>;

export function asFields(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ContractError(what, "an object", value);
  }
  return value as Fields;
}

export function asText(value: unknown, what: string): string {
  if (typeof value !== "string") throw new ContractError(what, "text", value);
  return value;
}

export function asName(value: unknown, what: string): string {
  if (asText(value, what) === "") throw new ContractError(what, "text that is not empty", value);
  return value as string;
}

export function asList(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ContractError(what, "a list", value);
  return value;
}

export function asInteger(value: unknown, what: string, least = 0): number {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    throw new ContractError(what, `a whole number of at least ${least}`, value);
  }
  return value as number;
}

/** A list of whole numbers of at least 1, such as a shape; `length` null leaves the length open. */
export function asShape(value: unknown, what: string, length: number | null): number[] {
  const list = asList(value, what);
  if (length === null ? list.length === 0 : list.length !== length) {
    throw new ContractError(what, length === null ? "at least one number" : `${length} numbers`, value);
  }
  return list.map((item, index) => asInteger(item, `${what}[${index}]`, 1));
}

export function asOneOf<Choice extends string>(
  value: unknown,
  choices: readonly Choice[],
  what: string,
): Choice {
  if (typeof value !== "string" || !(choices as readonly string[]).includes(value)) {
    throw new ContractError(what, `one of ${choices.join(", ")}`, value);
  }
  return value as Choice;
}
