/** The test accuracy at each step: asked of the server once, when the reader rests there. */
import { asFields } from "../checks";

export type Get = (url: string, options: { signal: AbortSignal }) => Promise<Response>;

const keptWaiting = 2000; // milliseconds until Keras may be ready

export class Accuracies {
  private readonly words = new Map<string, string>();
  private asking: { url: string; abort: AbortController } | null = null;

  /** `told`: something is known that was not known before. */
  constructor(
    private readonly told: () => void,
    private readonly get: Get = (url, options) => fetch(url, options),
  ) {}

  /** What is known of the snapshot at this address, in words; empty where nothing is. */
  at(url: string): string {
    return this.words.get(url) ?? (this.asking?.url === url ? "testing …" : "");
  }

  /** Ask for it, unless it is known or asked for already; what was asked for before is no longer wanted. */
  async ask(url: string): Promise<void> {
    if (this.words.has(url) || this.asking?.url === url) return;
    this.forget();
    const abort = new AbortController();
    this.asking = { url, abort };
    this.told();
    try {
      this.words.set(url, await this.answer(url, abort.signal));
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

  private async answer(url: string, signal: AbortSignal): Promise<string> {
    for (;;) {
      const response = await this.get(url, { signal });
      if (response.ok) return inWords(await response.json());
      // 503: Keras is starting. Anything else stays so: for one, there is no test set on this machine.
      if (response.status !== 503) return "";
      await new Promise((done) => setTimeout(done, keptWaiting));
      signal.throwIfAborted();
    }
  }
}

function inWords(value: unknown): string {
  const accuracy = Number(asFields(value, "evaluation").accuracy);
  return `${(100 * accuracy).toFixed(2)} % on test`;
}
