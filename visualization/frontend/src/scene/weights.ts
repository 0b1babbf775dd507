/** Weights by address: fetched once, a few kept, and only the latest request counts. */
import { readSafetensors, type Tensors } from "../safetensors";

export type Fetch = (url: string, options: { signal: AbortSignal }) => Promise<Response>;

const kept = 8; // sets of weights; 0.9 MB each for the standard network

export class WeightsSource {
  private readonly cache = new Map<string, Tensors>();
  private pending: { url: string; abort: AbortController } | null = null;

  constructor(private readonly get: Fetch = (url, options) => fetch(url, options)) {}

  /** Weights that are here already, for an answer within the same call. */
  ready(url: string): Tensors | null {
    const found = this.cache.get(url);
    if (!found) return null;
    this.cache.delete(url); // and back in as the youngest
    this.cache.set(url, found);
    return found;
  }

  /** Fetch and read; null when a later request has overtaken this one. Throws a readable Error on failure. */
  async load(url: string): Promise<Tensors | null> {
    this.cancel();
    const abort = new AbortController();
    this.pending = { url, abort };
    try {
      const response = await this.get(url, { signal: abort.signal });
      if (!response.ok)
        throw new Error(`the server answers ${response.status} ${response.statusText}`.trim());
      const tensors = readSafetensors(await response.arrayBuffer());
      if (abort.signal.aborted) return null;
      this.keep(url, tensors);
      return tensors;
    } catch (error) {
      if (abort.signal.aborted) return null;
      throw error;
    } finally {
      if (this.pending?.abort === abort) this.pending = null;
    }
  }

  /** The address being fetched, if any. */
  get loading(): string | null {
    return this.pending?.url ?? null;
  }

  cancel(): void {
    this.pending?.abort.abort();
    this.pending = null;
  }

  private keep(url: string, tensors: Tensors): void {
    this.cache.set(url, tensors);
    for (const oldest of this.cache.keys()) {
      if (this.cache.size <= kept) break;
      this.cache.delete(oldest);
    }
  }
}
