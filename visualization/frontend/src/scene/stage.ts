/** Renderer, camera and controls: draws only when something asks for a frame. */
import { ColorManagement, Group, LinearSRGBColorSpace, PerspectiveCamera, Scene, WebGLRenderer } from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { prefersReducedMotion } from "../theme";
import { afterFrame, type Budget, freshBudget, frugalBudget } from "./budget";
import { Flight, type Place, placeOf, type Standpoint, standpointOf } from "./flight";
import { drawnInSoftware } from "./graphics";
import { Resolution, restTime } from "./resolution";
import { fieldOfView, type View } from "./view";

const closest = 0.006; // of the home view's distance: a few neurons then fill the canvas

// Colours are chosen as they shall appear: three.js must not convert them.
ColorManagement.enabled = false;

export interface StageEvents {
  /** Before each frame; true asks for another. `now` in milliseconds. */
  readonly frame: (now: number) => boolean;
  /** After each frame, for what HTML draws over the canvas. */
  readonly drawn: () => void;
  readonly moved: () => void;
  readonly lost: () => void;
  readonly restored: () => void;
}

/** Radians around the upright axis, from -x, which the walls face, 75 degrees to either side: from behind they are blank. */
const azimuths = [-Math.PI / 2 - 1.31, -Math.PI / 2 + 1.31] as const;

export class Stage {
  readonly content = new Group();
  readonly camera = new PerspectiveCamera(fieldOfView, 1, 1, 10000);
  readonly controls: OrbitControls;
  /** Frames drawn so far: lets a test prove that nothing is drawn when nothing changes. */
  frames = 0;
  /** Milliseconds that drawing them has kept this thread busy. */
  busy = 0;
  budget: Budget = drawnInSoftware() ? frugalBudget : freshBudget;
  /** What was drawn last cost little in nearly every pixel. */
  cheap = false;
  private readonly scene = new Scene();
  private readonly renderer: WebGLRenderer;
  private readonly resolution: Resolution;
  private request = 0;
  private flight: Flight | null = null;
  private lastFrame = Number.NEGATIVE_INFINITY; // milliseconds
  private flowing = false; // the last frame asked for this one: what lies between them is how long a frame takes
  private held = false; // by the reader's hand
  private following = false; // the pen
  private readonly listeners = new AbortController();

  /** Throws where the browser has no WebGL. */
  constructor(
    canvas: HTMLCanvasElement,
    private readonly events: StageEvents,
  ) {
    // Walls smooth their own edges; for lines and slabs alone a processor would pay a third of each frame.
    const antialias = !drawnInSoftware();
    // Opaque, which three.js does not ask for: what lies under the canvas need not be drawn by the browser.
    const context = canvas.getContext("webgl2", { alpha: false, antialias, powerPreference: "default" });
    this.renderer = new WebGLRenderer({ canvas, context: context ?? undefined, antialias });
    this.renderer.outputColorSpace = LinearSRGBColorSpace;
    this.resolution = new Resolution(this.renderer, () => this.invalidate());
    this.scene.add(this.content);
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.enableDamping = !prefersReducedMotion();
    this.controls.dampingFactor = 0.12;
    this.controls.maxPolarAngle = Math.PI * 0.8;
    this.controls.minPolarAngle = Math.PI * 0.08;
    [this.controls.minAzimuthAngle, this.controls.maxAzimuthAngle] = azimuths;
    this.controls.screenSpacePanning = true;
    this.controls.zoomToCursor = true;
    this.controls.addEventListener("start", () => {
      this.held = true;
      this.flight = null;
    });
    this.controls.addEventListener("end", () => {
      this.held = false;
    });
    this.controls.addEventListener("change", () => {
      if (this.held) events.moved(); // a click alone does not move
      this.invalidate();
    });
    const { signal } = this.listeners;
    const lost = (event: Event) => {
      event.preventDefault(); // asks the browser to give the context back
      events.lost();
    };
    const restored = () => {
      events.restored();
      this.invalidate();
    };
    canvas.addEventListener("webglcontextlost", lost, { signal });
    canvas.addEventListener("webglcontextrestored", restored, { signal });
  }

  get drawCalls(): number {
    return this.renderer.info.render.calls;
  }

  setBackground(css: string): void {
    this.renderer.setClearColor(css, 1);
    this.invalidate();
  }

  resize(width: number, height: number): void {
    this.resolution.resize(width, height);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    // At once: a resized canvas is empty, and waiting for the next frame would show it blink.
    this.draw(performance.now());
  }

  /** Ask for a frame; many asks before it make one. */
  invalidate(): void {
    this.request ||= requestAnimationFrame((now) => {
      this.request = 0;
      this.draw(now);
    });
  }

  /** Draw what was asked for at once: for a pen that is in an animation frame already, and would lose one by asking. */
  drawNow(): void {
    if (this.request <= 0) return;
    cancelAnimationFrame(this.request);
    this.request = 0;
    this.following = true;
    this.draw(performance.now());
    this.following = false;
  }

  /** Go to `view`; smoothly unless told otherwise or less motion is wanted. */
  goTo(view: View, smooth: boolean): void {
    const distance = Math.hypot(...view.position.map((value, axis) => value - view.target[axis]));
    this.controls.minDistance = distance * closest;
    this.controls.maxDistance = distance * 2.5;
    this.camera.far = distance * 5;
    this.flyTo(placeOf(view), smooth);
  }

  /** Look at a part of the whole that `goTo` has shown. */
  approach(view: View, smooth: boolean): void {
    this.flyTo(placeOf(view), smooth);
  }

  /** Where the camera stands, or will stand when its flight ends. */
  get standpoint(): Standpoint {
    return this.flight ? standpointOf(this.flight.to) : this.present;
  }

  set standpoint(standpoint: Standpoint) {
    this.flyTo(placeOf(standpoint), false);
  }

  private get present(): Standpoint {
    return { position: this.camera.position.toArray(), target: this.controls.target.toArray() };
  }

  /** What is nearer than this many units is not drawn: the farther it is, the finer the order in depth. */
  setNear(distance: number): void {
    const near = Math.max(this.camera.far * 1e-4, 0.8 * distance);
    if (Math.abs(near / this.camera.near - 1) < 0.05) return;
    this.camera.near = near;
    this.camera.updateProjectionMatrix();
  }

  /** Device pixels for a CSS pixel now. */
  get pixelRatio(): number {
    return this.resolution.ratio;
  }

  /** Turn around the target by angles in radians, and come nearer by a factor below 1. */
  nudge(turn: number, tilt: number, factor: number): void {
    const place = placeOf(this.present);
    const { minPolarAngle, maxPolarAngle, minDistance, maxDistance } = this.controls;
    place.orbit.theta = Math.min(azimuths[1], Math.max(azimuths[0], place.orbit.theta + turn));
    place.orbit.phi = Math.min(maxPolarAngle, Math.max(minPolarAngle, place.orbit.phi + tilt));
    place.orbit.radius = Math.min(maxDistance, Math.max(minDistance, place.orbit.radius * factor));
    this.events.moved();
    this.flyTo(place, true);
  }

  dispose(): void {
    cancelAnimationFrame(this.request);
    this.resolution.dispose();
    this.request = -1; // nothing asks for a frame any more
    this.listeners.abort();
    this.controls.dispose();
    this.renderer.dispose();
    this.renderer.forceContextLoss();
  }

  private flyTo(to: Place, smooth: boolean): void {
    this.flight = null;
    if (smooth && !prefersReducedMotion()) this.flight = new Flight(this.present, to, performance.now());
    else this.stand(to);
    this.invalidate();
  }

  private stand(place: Place): void {
    this.controls.target.copy(place.target);
    this.camera.position.setFromSpherical(place.orbit).add(place.target);
    this.camera.lookAt(place.target);
    this.controls.update();
  }

  private draw(now: number): void {
    const began = performance.now();
    const interval = now - this.lastFrame;
    if (this.flowing) this.budget = afterFrame(this.budget, interval);
    let again = this.fly(now);
    if (!this.flight && this.controls.update()) again = true;
    // A hand that holds still is at rest.
    const moving = again || this.following || (this.held && interval < restTime);
    this.resolution.choose(moving, this.budget.effort, this.cheap);
    again = this.events.frame(now) || again;
    this.renderer.render(this.scene, this.camera);
    this.frames++;
    this.events.drawn();
    this.lastFrame = now;
    this.flowing = again;
    if (again) this.invalidate();
    this.busy += performance.now() - began;
  }

  private fly(now: number): boolean {
    if (!this.flight) return false;
    this.stand(this.flight.at(now));
    if (this.flight.isOver(now)) this.flight = null;
    return true;
  }
}
