/** Weights by address: fetched once, many kept, and only the latest request counts. */
import { readSafetensors, type Tensors } from "../safetensors";

export type Fetch = (url: string, options: { signal: AbortSignal }) => Promise<Response>;

const keptBytes = 64e6; // all snapshots of the standard network, at 0.9 MB each

export class WeightsSource {
  private readonly cache = new Map<string, Tensors>();
  private bytes = 0;
  private pending: { url: string; abort: AbortController } | null = null;
  private prefetching: AbortController | null = null;

  constructor(
    private readonly get: Fetch = (url, options) => fetch(url, options),
    private readonly mostBytes = keptBytes,
  ) {}

  has(url: string): boolean {
    return this.cache.has(url);
  }

  /** Keep weights that are here without fetching. */
  hold(url: string, tensors: Tensors): void {
    this.keep(url, tensors);
  }

  /** Fetch these in their order, one after the other, as many as are kept; what fails is left to `load`.
   *
   * Others that are kept, of another run, make room.
   */
  prefetch(urls: readonly string[]): void {
    this.stopPrefetch();
    for (const url of [...this.cache.keys()]) if (!urls.includes(url)) this.drop(url);
    this.prefetching = new AbortController();
    void this.fetchAll(urls, this.prefetching.signal);
  }

  stopPrefetch(): void {
    this.prefetching?.abort();
    this.prefetching = null;
  }

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
      const tensors = await this.fetch(url, abort.signal);
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

  private async fetch(url: string, signal: AbortSignal): Promise<Tensors> {
    const response = await this.get(url, { signal });
    if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`.trim());
    return readSafetensors(await response.arrayBuffer());
  }

  private async fetchAll(urls: readonly string[], signal: AbortSignal): Promise<void> {
    for (const url of urls) {
      if (this.cache.has(url)) continue;
      try {
        const tensors = await this.fetch(url, signal);
        // Beyond what is kept, each would push out one that is nearer.
        if (signal.aborted || this.bytes + bytesOf(tensors) > this.mostBytes) return;
        this.keep(url, tensors);
      } catch {
        return;
      }
    }
  }

  private keep(url: string, tensors: Tensors): void {
    this.drop(url);
    this.cache.set(url, tensors);
    this.bytes += bytesOf(tensors);
    for (const oldest of [...this.cache.keys()]) {
      if (this.bytes <= this.mostBytes || oldest === url) break;
      this.drop(oldest);
    }
  }

  private drop(url: string): void {
    const tensors = this.cache.get(url);
    if (!tensors) return;
    this.cache.delete(url);
    this.bytes -= bytesOf(tensors);
  }
}

function bytesOf(tensors: Tensors): number {
  return [...tensors.values()].reduce((sum, { values }) => sum + values.byteLength, 0);
}

/** The page's one: they outlive the scene, and the slider over the snapshots fetches ahead. */
export const weights = new WeightsSource();
