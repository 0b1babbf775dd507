/** The test accuracy at each step: asked of the server once, when the reader rests there. */
import { asFields } from "../checks";

export type Get = (url: string, options: { signal: AbortSignal }) => Promise<Response>;

export class Accuracies {
  private readonly words = new Map<string, string>();
  private asking: { url: string; abort: AbortController } | null = null;
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
    return this.words.get(url) ?? (this.asking?.url === url ? `testing, ${this.duration}` : "");
  }

  /** Ask for it, unless it is known or asked for already; what was asked for before is no longer wanted. */
  async ask(url: string): Promise<void> {
    if (this.words.has(url) || this.asking?.url === url) return;
    this.forget();
    const abort = new AbortController();
    this.asking = { url, abort };
    this.told();
    const began = this.now();
    try {
      this.words.set(url, await this.answer(url, abort.signal));
      this.longest = Math.max(this.longest, this.now() - began);
    } catch {
      // No connection, or no longer wanted: asked again when the reader next rests here.
    }
    if (this.asking?.abort !== abort) return;
    this.asking = null;
    this.told();
  }

  /** Nothing is wanted any more. */
  forget(): void {
    this.asking?.abort.abort();
    this.asking = null;
  }

  private get duration(): string {
    return this.longest ? `about ${Math.max(1, Math.round(this.longest / 1000))} s` : "a few seconds";
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
