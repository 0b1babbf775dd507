/** The step that the slider shows: told to the scene in the same page, which does not wait for Python. */
import type { SceneData } from "../contract";

export interface Moment {
  readonly run: string;
  readonly step: number;
  readonly weights_url: string;
  readonly trace_url: string;
}

export class Moments {
  private current: Moment | null = null;
  private readonly watchers = new Set<() => void>();

  /** Show this moment of its run from now on; null leaves the step to Python. */
  show(moment: Moment | null): void {
    const same = JSON.stringify(moment) === JSON.stringify(this.current);
    this.current = moment;
    if (!same) for (const watcher of this.watchers) watcher();
  }

  /** `data` at the moment that is shown, if it is of the same run. */
  over(data: SceneData): SceneData {
    return this.current?.run === data.run ? { ...data, ...this.current } : data;
  }

  /** Call `watcher` at every change, until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }
}

/** The page's one: the slider and the scene are two components. */
export const moments = new Moments();
