/** A press of the pointer: a click only if it never strayed, even where it ends at the place where it began. Pure. */

const still = 5; // pixels that a click may wander; more is a turn of the view

export class Press {
  private from = { x: 0, y: 0 };
  private strayed = false;

  begin(x: number, y: number): void {
    this.from = { x, y };
    this.strayed = false;
  }

  /** The pointer is here, its button still down or just up. */
  moveTo(x: number, y: number): void {
    this.strayed ||= Math.hypot(x - this.from.x, y - this.from.y) > still;
  }

  get isClick(): boolean {
    return !this.strayed;
  }
}
