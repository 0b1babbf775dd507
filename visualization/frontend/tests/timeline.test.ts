/** The slider over the snapshots: where it is in time, what it tells the page and when, what it asks the server. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { WeightsSource } from "../src/scene/weights";
import { Accuracies } from "../src/timeline/accuracies";
import { addressAt, parseTimeline, type TimelineData } from "../src/timeline/contract";
import { Moments } from "../src/timeline/moments";
import { Travel } from "../src/timeline/travel";
import { f32, safetensorsFile } from "./examples";

const golden: unknown = JSON.parse(
  readFileSync(new URL("../../../tests/golden/timeline.json", import.meta.url), "utf-8"),
);
const atWork = parseTimeline(golden);
const ended: TimelineData = { ...atWork, active: false };

describe("the contract with Python", () => {
  it("reads what Python writes", () => {
    expect(atWork).toEqual(golden);
    expect(addressAt(atWork.weights_url, 12)).toBe("/api/runs/golden/snapshots/12/weights");
  });

  it.each([
    [{ schema: 2 }, "timeline.schema: expected 1, received 2."],
    [{ steps: [3] }, "timeline.steps: expected at least two steps that ascend, received [3]."],
    [{ steps: [3, 3] }, "timeline.steps: expected at least two steps that ascend, received [3,3]."],
    [{ step: 5 }, "timeline.step: expected one of the steps, received 5."],
    [{ active: 1 }, "timeline.active: expected true or false, received 1."],
  ])("refuses %j", (change, message) => {
    expect(() => parseTimeline({ ...(golden as object), ...change })).toThrow(message);
  });
});

describe("time travel", () => {
  it("tells the page once the slider rests, where the browser shows each step by itself", () => {
    const travel = new Travel(ended);
    for (const now of [0, 100, 700, 1400]) {
      travel.goTo(now === 0 ? 0 : 1, now);
      expect(travel.message(now + 90)).toBeNull();
    }
    expect(travel.message(1550)).toMatchObject({ serial: 1, run: "golden", step: 1 });
    expect(travel.message(5000)).toBeNull();
  });

  it("tells the page now and then while the slider moves, where only the page can show a step", () => {
    const slow = { ...ended, live: false };
    const travel = new Travel(slow);
    travel.goTo(0, 0);
    expect(travel.message(0)).toMatchObject({ serial: 1, step: 0 });
    travel.receive({ ...slow, step: 0, taken: 1 });
    travel.goTo(1, 100);
    expect(travel.message(150)).toBeNull();
    travel.goTo(2, 590);
    expect(travel.message(610)).toMatchObject({ serial: 2, step: 12 });
    expect(travel.message(5000)).toBeNull();
  });

  it("tells the page now and then while it plays", () => {
    const travel = new Travel({ ...ended, step: 0 });
    travel.goTo(0, 0);
    expect(travel.message(200)?.serial).toBe(1);
    travel.receive({ ...ended, step: 0, taken: 1 });
    travel.play(300);
    travel.advance(400, true);
    expect(travel.message(600)).toBeNull(); // it rests for longer than a hand that drags
    expect(travel.message(800)).toMatchObject({ serial: 2, step: 1 });
  });

  it("keeps one message on its way, and tells again what is never answered", () => {
    const travel = new Travel(ended);
    travel.goTo(0, 0);
    expect(travel.message(300)?.serial).toBe(1);
    travel.goTo(2, 400);
    expect(travel.message(1000)).toBeNull();
    expect(travel.message(4400)).toMatchObject({ serial: 2, step: 12 });
  });

  it("keeps the reader's choice until the page has taken it, then is where the page is", () => {
    const travel = new Travel(ended);
    travel.goTo(2, 0);
    travel.receive({ ...ended, step: 1 });
    expect(travel.step).toBe(12);
    travel.message(300);
    travel.receive({ ...ended, step: 1 });
    expect(travel.step).toBe(12);
    travel.receive({ ...ended, step: 12, taken: 1 });
    travel.receive({ ...ended, step: 0, taken: 1 });
    expect(travel.step).toBe(0);
  });

  it("counts on where the page stands, as a new slider on an old page", () => {
    const travel = new Travel({ ...ended, taken: 7 });
    travel.goTo(0, 0);
    expect(travel.message(300)?.serial).toBe(8);
  });

  it("takes what an earlier slider chose, whose choice the page had not taken when this one came", () => {
    const travel = new Travel({ ...ended, step: 12, taken: null });
    travel.receive({ ...ended, step: 2, following: false, taken: 1 });
    expect(travel.step).toBe(2);
    travel.goTo(0, 0);
    expect(travel.message(300)?.serial).toBe(2);
  });

  it("follows the newest until it is taken, and again when asked to", () => {
    const travel = new Travel({ ...atWork, step: 12, following: true });
    const longer = { ...atWork, steps: [0, 1, 12, 15], step: 15, following: true };
    travel.receive(longer);
    expect(travel.step).toBe(15);
    travel.goTo(1, 0);
    travel.receive({ ...longer, steps: [0, 1, 12, 15, 18], step: 18 });
    expect([travel.step, travel.following]).toEqual([1, false]);
    travel.followNewest(100);
    expect([travel.step, travel.following]).toEqual([18, true]);
    expect(travel.message(1000)).toMatchObject({ step: null });
  });

  it("plays from the first when nothing is after, step by step as they are shown, and ends at the newest", () => {
    const travel = new Travel({ ...ended, step: 12 });
    travel.play(0);
    expect(travel.step).toBe(0);
    travel.advance(1000, false);
    expect(travel.step).toBe(0);
    travel.advance(1000, true);
    travel.advance(1050, true);
    expect(travel.step).toBe(1);
    travel.advance(2000, true);
    expect([travel.step, travel.playing]).toEqual([12, true]);
    travel.advance(3000, true);
    expect([travel.step, travel.playing]).toEqual([12, false]);
  });

  it("plays into following where the training goes on", () => {
    const travel = new Travel({ ...atWork, step: 1 });
    travel.play(0);
    travel.advance(1000, true);
    travel.advance(2000, true);
    expect([travel.step, travel.playing, travel.following]).toEqual([12, false, true]);
  });

  it("waits for the page where the view does not follow in the browser", () => {
    const slow = { ...ended, live: false, step: 0 };
    const travel = new Travel(slow);
    travel.play(0);
    travel.advance(1000, true);
    expect(travel.message(1000)?.step).toBe(1);
    travel.advance(2000, true);
    expect(travel.step).toBe(1);
    travel.receive({ ...slow, step: 1, taken: 1 });
    travel.advance(2001, true);
    expect(travel.step).toBe(12);
  });

  it("begins anew with another run", () => {
    const travel = new Travel(ended);
    travel.goTo(0, 0);
    travel.receive({ ...ended, run: "other", step: 12, following: true });
    expect([travel.step, travel.following, travel.message(9000)]).toEqual([12, true, null]);
  });
});

describe("test accuracies", () => {
  const answer = (accuracy: number) => new Response(JSON.stringify({ accuracy, loss: 0.1, images: 10 }));

  it("are asked for once, and told in words", async () => {
    const asked: string[] = [];
    let clock = 0;
    const accuracies = new Accuracies(
      () => {},
      async (url) => {
        asked.push(url);
        clock += 2400;
        return answer(0.98765);
      },
      () => clock,
    );
    const first = accuracies.ask("/1");
    expect(accuracies.at("/1")).toBe("testing, 2 s");
    await first;
    await accuracies.ask("/1");
    expect([accuracies.at("/1"), asked]).toEqual(["98.77 % on test", ["/1"]]);
    const second = accuracies.ask("/2");
    expect(accuracies.at("/2")).toBe("testing, 2 of about 2 s");
    await second;
  });

  it("of a step that was left are no longer wanted, and an answer that is none says nothing", async () => {
    const signals: AbortSignal[] = [];
    const accuracies = new Accuracies(
      () => {},
      (url, { signal }) => {
        signals.push(signal);
        return url === "/1" ? new Promise(() => {}) : Promise.resolve(new Response("", { status: 404 }));
      },
    );
    void accuracies.ask("/1");
    await accuracies.ask("/2");
    expect([signals[0].aborted, accuracies.at("/1"), accuracies.at("/2"), accuracies.at(null)]).toEqual([
      true,
      "",
      "",
      "",
    ]);
  });
});

describe("weights", () => {
  const file = safetensorsFile({ "a/kernel": f32([1, 2], [2]) });

  it("are fetched ahead in order, as many as are kept", async () => {
    const asked: string[] = [];
    const source = new WeightsSource(async (url) => {
      asked.push(url);
      return new Response(file);
    }, 16);
    source.prefetch(["/1", "/2", "/3", "/4"]);
    await expect.poll(() => asked).toEqual(["/1", "/2", "/3"]);
    await expect.poll(() => source.has("/2")).toBe(true);
    expect([source.has("/1"), source.has("/3")]).toEqual([true, false]);
    source.prefetch(["/2", "/5"]); // those of another run make room
    await expect.poll(() => source.has("/5")).toBe(true);
    expect(source.has("/1")).toBe(false);
    await source.load("/9"); // one that is asked for pushes the oldest out
    expect([source.has("/2"), source.has("/5"), source.has("/9")]).toEqual([false, true, true]);
  });
});

describe("the moment that is shown", () => {
  it("is laid over data of its run alone, and told at every change", () => {
    const moments = new Moments();
    let changes = 0;
    const stop = moments.watch(() => changes++);
    const moment = { run: "a", step: 3, weights_url: "/3/weights", trace_url: "/3/trace" };
    moments.show(moment);
    moments.show({ ...moment });
    const data = { run: "a", step: 9, weights_url: "/9/weights", trace_url: "/9/trace" } as never;
    expect(moments.over(data)).toEqual(moment);
    expect(moments.over({ ...(data as object), run: "b" } as never)).toMatchObject({ run: "b", step: 9 });
    stop();
    moments.show(null);
    expect(changes).toBe(1);
  });
});
