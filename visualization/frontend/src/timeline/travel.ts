/** Where the reader is in time: pure, with the clock given. Times are milliseconds. */
import type { TimelineData, TimelineMessage } from "./contract";

const pace = 180; // a step in play: 50 snapshots take 9 seconds
const settled = 150; // since the last change, before the page is told
const calm = 400; // since the last change, before something is computed for it
const between = 600; // two messages while the slider still moves, or plays
const patience = 4000; // for the page's answer, before it is told again

export class Travel {
  step: number;
  following: boolean;
  playing = false;
  private serial: number;
  private changed: number | null = null; // when the reader last chose what the page was not told
  private told = Number.NEGATIVE_INFINITY;
  private moved = Number.NEGATIVE_INFINITY;

  constructor(private data: TimelineData) {
    this.step = data.step;
    this.following = data.following;
    this.serial = data.taken ?? 0;
  }

  /** What the page says now. The reader's own choice stays until the page has taken it. */
  receive(data: TimelineData): void {
    const otherRun = data.run !== this.data.run;
    this.data = data;
    this.serial = Math.max(this.serial, data.taken ?? 0); // one that an earlier slider told may still be on its way
    if (otherRun) this.pause();
    else if (this.playing || this.isOpen) {
      if (this.following) this.step = this.newest;
      return;
    }
    this.changed = null;
    this.step = data.step;
    this.following = data.following;
  }

  get place(): number {
    return this.data.steps.indexOf(this.step);
  }

  /** The page has not yet taken what the reader chose last. */
  get isOpen(): boolean {
    return this.changed !== null || (this.data.taken ?? 0) !== this.serial;
  }

  /** Nothing has changed for a moment, so that it is worth computing something for this step. */
  isAtRest(now: number): boolean {
    return !this.playing && now - this.moved >= calm;
  }

  /** The reader takes the slider to a place among the steps. */
  goTo(place: number, now: number): void {
    const { steps } = this.data;
    this.step = steps[Math.min(Math.max(place, 0), steps.length - 1)];
    this.following = false;
    this.change(now);
  }

  followNewest(now: number): void {
    this.playing = false;
    this.step = this.newest;
    this.following = true;
    this.change(now);
  }

  /** From here on; from the first where there is nothing after. */
  play(now: number): void {
    this.playing = true;
    if (this.step === this.newest) this.goTo(0, now);
  }

  pause(): void {
    this.playing = false;
  }

  /** In play, one step further if it is time; `shown`: the view shows the last one. Past the newest, it follows or ends. */
  advance(now: number, shown: boolean): void {
    const open = !this.data.live && this.isOpen;
    if (!this.playing || !shown || open || now - this.moved < pace) return;
    if (this.step !== this.newest) this.goTo(this.place + 1, now);
    else if (this.data.active) this.followNewest(now);
    else this.pause();
  }

  /** What the page is to be told now, if anything: one message at a time, and rarely while the slider still moves.
   *
   * Where the browser shows each step by itself, not at all while it is dragged: the page's answer made frames wait.
   */
  message(now: number): TimelineMessage | null {
    if (this.changed === null) return null;
    const waiting = (this.data.taken ?? 0) !== this.serial && now - this.told < patience;
    if (waiting || !this.isDue(now - this.changed, now - this.told)) return null;
    this.changed = null;
    this.told = now;
    this.serial++;
    return {
      schema: 1,
      serial: this.serial,
      run: this.data.run,
      step: this.following ? null : this.step,
    };
  }

  /** Milliseconds since the last change and since the last message. */
  private isDue(unchanged: number, silent: number): boolean {
    const { live } = this.data;
    if (this.playing) return !live || silent >= between;
    return unchanged >= settled || (!live && silent >= between);
  }

  private get newest(): number {
    return this.data.steps[this.data.steps.length - 1];
  }

  private change(now: number): void {
    this.changed = now;
    this.moved = now;
  }
}
