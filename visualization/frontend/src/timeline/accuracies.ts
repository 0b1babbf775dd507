/** The test accuracy at each step: asked of the server once, when the reader rests there. */
import { asFields } from "../checks";

export type Get = (url: string, options: { signal: AbortSignal }) => Promise<Response>;

const SECOND = 1000; // milliseconds

interface Asked {
  url: string;
  abort: AbortController;
  began: number;
  ticking: ReturnType<typeof setInterval>;
}

export class Accuracies {
  private readonly words = new Map<string, string>();
  private asking: Asked | null = null;
  private longest = 0; // milliseconds that an answer took; one that was kept takes none

  /** `told`: something is known that was not known before. */
  constructor(
    private readonly told: () => void,
    private readonly get: Get = (url, options) => fetch(url, options),
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** What is known of the snapshot at this address, in words; empty where nothing is. */
  at(url: string | null): string {
    if (url === null) return "";
    return (
      this.words.get(url) ?? (this.asking?.url === url ? `testing, ${this.progress(this.asking.began)}` : "")
    );
  }

  /** Ask for it, unless it is known or asked for already; what was asked for before is no longer wanted. */
  async ask(url: string): Promise<void> {
    if (this.words.has(url) || this.asking?.url === url) return;
    this.forget();
    const abort = new AbortController();
    const began = this.now();
    this.asking = { url, abort, began, ticking: setInterval(this.told, SECOND) };
    this.told();
    try {
      this.words.set(url, await this.answer(url, abort.signal));
      this.longest = Math.max(this.longest, this.now() - began);
    } catch {
      // No connection, or no longer wanted: asked again when the reader next rests here.
    }
    if (this.asking?.abort !== abort) return;
    this.forget();
    this.told();
  }

  /** Nothing is wanted any more. */
  forget(): void {
    clearInterval(this.asking?.ticking);
    this.asking?.abort.abort();
    this.asking = null;
  }

  /** How long it has taken, and how long the slowest before it took. */
  private progress(began: number): string {
    const gone = Math.floor((this.now() - began) / SECOND);
    return this.longest
      ? `${gone} of about ${Math.max(1, Math.round(this.longest / SECOND))} s`
      : `${gone} s`;
  }

  private async answer(url: string, signal: AbortSignal): Promise<string> {
    const response = await this.get(url, { signal });
    return response.ok ? inWords(await response.json()) : "";
  }
}

function inWords(value: unknown): string {
  const accuracy = Number(asFields(value, "evaluation").accuracy);
  return `${(100 * accuracy).toFixed(2)} % on test`;
}
