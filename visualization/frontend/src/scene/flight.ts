/** The camera on its way from one place to another. Pure. */
import { Spherical, Vector3 } from "three";
import type { Point } from "../layout";

/** Milliseconds of a flight, and of all that moves with it. */
export const flightTime = 420;

/** Where the camera stands and what it looks at, in units: plain numbers, so that it can be kept. */
export interface Standpoint {
  readonly position: Point;
  readonly target: Point;
}

/** The same as turns around the target. */
export interface Place {
  target: Vector3;
  orbit: Spherical;
}

export function placeOf({ position, target }: Standpoint): Place {
  const centre = new Vector3(...target);
  return { target: centre, orbit: new Spherical().setFromVector3(new Vector3(...position).sub(centre)) };
}

export function standpointOf({ target, orbit }: Place): Standpoint {
  return { position: new Vector3().setFromSpherical(orbit).add(target).toArray(), target: target.toArray() };
}

/** How far something that takes `flightTime` has come `elapsed` milliseconds after its start: 0 … 1, slow at both ends. */
export function eased(elapsed: number): number {
  const time = Math.min(1, Math.max(0, elapsed / flightTime));
  return time * time * (3 - 2 * time);
}

export class Flight {
  private readonly from: Place;

  /** `start` in milliseconds. */
  constructor(
    from: Standpoint,
    readonly to: Place,
    private readonly start: number,
  ) {
    this.from = placeOf(from);
    // Turn the short way round.
    const turns = (to.orbit.theta - this.from.orbit.theta) / (2 * Math.PI);
    this.from.orbit.theta += Math.round(turns) * 2 * Math.PI;
  }

  at(now: number): Place {
    const share = eased(now - this.start);
    const [from, to] = [this.from.orbit, this.to.orbit];
    const mix = (a: number, b: number) => a + (b - a) * share;
    return {
      target: this.from.target.clone().lerp(this.to.target, share),
      orbit: new Spherical(mix(from.radius, to.radius), mix(from.phi, to.phi), mix(from.theta, to.theta)),
    };
  }

  isOver(now: number): boolean {
    return now - this.start >= flightTime;
  }
}
