/** The object on its real disk, with a platform that remembers; time is the test's own. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ScheduleOptions } from "../../sdk/schema/schedule.ts";
import type { Env } from "../../worker/env.ts";
import { schedulerClass } from "./index.ts";
import type { Definition, Run, SchedulerPlatform, Started } from "./ports.ts";

const { SCHEDULER } = env as unknown as Env;
/** Far ahead: the real alarm never rings. */
const start = Date.UTC(2099, 0, 1);
const [second, minute, hour] = [1_000, 60_000, 3_600_000];

/** What there is beside the object. */
interface World {
  revision: number;
  definitions: Definition[];
  /** Executions by key, as starts derive them. */
  began: Map<string, string>;
  /** Every start in order, repeated ones too. */
  starts: string[];
  open: Set<string>;
  /** Executions that begin do not end by themselves. */
  long: boolean;
  refuse: ((run: Run) => Started | Promise<Started> | null) | null;
}

let world: World;
let tenant = "";
const stub = () => SCHEDULER.getByName(tenant);

const platform = (): SchedulerPlatform => ({
  read: async (_, known) => (known === world.revision ? null : { revision: world.revision, definitions: world.definitions }),
  synced: async () => {},
  starter: async () => async (run) => {
    const refused = await world.refuse?.(run);
    if (refused) return refused;
    const key = `${run.schedule}:${new Date(run.at).toISOString()}`;
    world.starts.push(key);
    const created = !world.began.has(key);
    if (created) world.began.set(key, `x-${key}`);
    if (created && world.long) world.open.add(`x-${key}`);
    return { kind: "started", executionId: `x-${key}`, created };
  },
  ended: async (_, id) => !world.open.has(id),
});

type Scheduler = InstanceType<ReturnType<typeof schedulerClass<Env>>>;
const Class = schedulerClass<Env>(platform);

/** A fresh object on the same disk, as after each restart. */
function on<T>(use: (object: Scheduler, state: DurableObjectState) => Promise<T>): Promise<T> {
  return runInDurableObject(stub(), (_, state) => use(new Class(state, env as unknown as Env), state));
}

const schedule = (id: string, cron: string, options: ScheduleOptions = {}, more: Partial<Definition> = {}): Definition => ({ id, workflowId: `w-${id}`, cron, timezone: "UTC", options, active: true, ...more });
const sync = (...definitions: Definition[]) => {
  world.definitions = definitions;
  world.revision++;
  return on((object) => object.sync(tenant));
};
const at = async (time: number): Promise<void> => {
  vi.setSystemTime(time);
  await on((object) => object.alarm());
};
const look = (id: string) => on(async (object) => (await object.look([id]))[0]);
const alarmAt = () => on(async (_, state) => state.storage.getAlarm());
const times = () => [...world.began.keys()].map((key) => key.replace(/^[^:]*:/, ""));
const iso = (ms: number) => new Date(ms).toISOString();

beforeEach(() => {
  vi.useFakeTimers({ now: start, toFake: ["Date"] });
  tenant = crypto.randomUUID();
  world = { revision: 0, definitions: [], began: new Map(), starts: [], open: new Set(), long: false, refuse: null };
});
afterEach(() => vi.useRealTimers());

describe("a schedule", () => {
  it("is due at its next time, and the alarm is set for the earliest", async () => {
    await sync(schedule("a", "0 9 * * *"), schedule("b", "30 8 * * *"));
    expect(await look("a")).toMatchObject({ nextAt: start + 9 * hour, runs: 0 });
    expect(await alarmAt()).toBe(start + 8.5 * hour);
  });

  it("runs once at each of its times, and is due at the next", async () => {
    await sync(schedule("a", "0 * * * *"));
    await at(start + hour);
    await at(start + hour + 10);
    await at(start + 2 * hour);
    expect(world.starts).toEqual([`a:${iso(start + hour)}`, `a:${iso(start + 2 * hour)}`]);
    expect(await look("a")).toMatchObject({ nextAt: start + 3 * hour, lastAt: start + 2 * hour, runs: 2, lastExecution: `x-a:${iso(start + 2 * hour)}`, error: null });
    expect(await alarmAt()).toBe(start + 3 * hour);
  });

  it("that is paused runs nothing, and makes nothing good when it runs again", async () => {
    await sync(schedule("a", "0 * * * *"));
    await sync(schedule("a", "0 * * * *", {}, { active: false }));
    expect(await look("a")).toMatchObject({ nextAt: null });
    await at(start + 2 * hour);
    expect(times()).toEqual([]);
    vi.setSystemTime(start + 5.5 * hour);
    await sync(schedule("a", "0 * * * *"));
    await at(start + 6 * hour);
    expect(times()).toEqual([iso(start + 6 * hour)]);
    expect(await look("a")).toMatchObject({ missed: 0, runs: 1 });
  });

  it("goes on as it was when others are deployed, and is gone when it is deployed no more", async () => {
    await sync(schedule("a", "0 * * * *"));
    await at(start + hour);
    vi.setSystemTime(start + 3 * hour);
    await sync(schedule("a", "0 * * * *"), schedule("b", "@daily"));
    expect(await look("a")).toMatchObject({ nextAt: start + 2 * hour, runs: 1 });
    await sync(schedule("b", "@daily"));
    expect(await look("a")).toBeUndefined();
    expect(await alarmAt()).toBe(start + 24 * hour);
  });

  it("hears nothing of an older revision, and gets back an alarm that was lost", async () => {
    await sync(schedule("a", "0 * * * *"));
    await on(async (_, state) => state.storage.deleteAlarm());
    await on((object) => object.sync(tenant));
    expect(await alarmAt()).toBe(start + hour);
  });
});

describe("a run that was missed", () => {
  it("is made good as the schedule says", async () => {
    await sync(schedule("skip", "0 * * * *", { missed: "skip" }), schedule("last", "0 * * * *", { missed: "last" }), schedule("all", "0 * * * *", { missed: { all: 2 } }));
    await at(start + 5.5 * hour);
    expect([...world.began.keys()].sort()).toEqual([`all:${iso(start + 4 * hour)}`, `all:${iso(start + 5 * hour)}`, `last:${iso(start + 5 * hour)}`]);
    expect(await Promise.all(["skip", "last", "all"].map(look))).toMatchObject([{ missed: 5 }, { missed: 4 }, { missed: 3 }]);
  });
});

describe("a crash", () => {
  it("between the note of a run and its start loses nothing", async () => {
    await sync(schedule("a", "0 * * * *"));
    world.refuse = () => new Promise(() => {});
    vi.setSystemTime(start + hour);
    await on(async (object) => {
      void object.alarm();
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
    world.refuse = null;
    expect(await look("a")).toMatchObject({ nextAt: start + 2 * hour, waiting: 1, runs: 0 });
    await at(start + hour + 5 * second);
    expect(times()).toEqual([iso(start + hour)]);
  });

  it("between the start of a run and the note of it starts it no second time", async () => {
    await sync(schedule("a", "0 * * * *"));
    world.refuse = (run) => {
      world.began.set(`a:${iso(run.at)}`, "x");
      throw new Error("the process died");
    };
    await at(start + hour);
    world.refuse = null;
    await at(start + hour + 5 * second);
    expect([times(), world.starts]).toEqual([[iso(start + hour)], [`a:${iso(start + hour)}`]]);
    expect(await look("a")).toMatchObject({ waiting: 0, runs: 0, lastAt: start + hour });
  });
});

describe("a start that is refused", () => {
  it("for now is tried again, and shows why", async () => {
    await sync(schedule("a", "0 * * * *"));
    world.refuse = () => ({ kind: "later", reason: "the plan allows no more this month" });
    await at(start + hour);
    expect(await look("a")).toMatchObject({ waiting: 1, error: "the plan allows no more this month", nextAt: start + 2 * hour });
    expect(await alarmAt()).toBe(start + hour + 5 * second);
    await at(start + hour + 5 * second);
    expect(await alarmAt()).toBe(start + hour + 15 * second);
    world.refuse = null;
    await at(start + hour + 15 * second);
    expect(times()).toEqual([iso(start + hour)]);
    expect(await look("a")).toMatchObject({ waiting: 0, error: null, runs: 1 });
  });

  it("for good is left out", async () => {
    await sync(schedule("a", "0 * * * *"));
    world.refuse = () => ({ kind: "refused", reason: "the workflow w-a is switched off" });
    await at(start + hour);
    expect(await look("a")).toMatchObject({ waiting: 0, skipped: 1, runs: 0, error: "the workflow w-a is switched off" });
  });

  it("concerns no other schedule", async () => {
    await sync(schedule("a", "0 * * * *"), schedule("b", "0 * * * *"));
    world.refuse = ({ schedule: id }) => (id === "a" ? Promise.reject(new Error("broken")) : null);
    await at(start + hour);
    expect([await look("a"), await look("b")]).toMatchObject([{ waiting: 1, error: "broken" }, { waiting: 0, runs: 1 }]);
  });
});

describe("a run that is due while the one before goes on", () => {
  const running = () => [...world.began.values()].at(-1) ?? "";
  it("runs beside it", async () => {
    await sync(schedule("a", "* * * * *"));
    await at(start + minute);
    world.open.add(running());
    await at(start + 2 * minute);
    expect(times()).toHaveLength(2);
  });

  it("is left out where the schedule says `skip`", async () => {
    await sync(schedule("a", "* * * * *", { overlap: "skip" }));
    await at(start + minute);
    world.open.add(running());
    await at(start + 2 * minute);
    expect(await look("a")).toMatchObject({ runs: 1, skipped: 1, error: expect.stringContaining("had not ended") });
    world.open.clear();
    await at(start + 3 * minute);
    expect(times()).toEqual([iso(start + minute), iso(start + 3 * minute)]);
  });

  it("waits where the schedule says `queue`, and they run one after another in their order", async () => {
    await sync(schedule("a", "* * * * *", { overlap: "queue" }));
    world.long = true;
    await at(start + minute);
    for (let time = start + 2 * minute; time <= start + 4 * minute; time += 10 * second) await at(time);
    expect(await look("a")).toMatchObject({ runs: 1, waiting: 3 });
    let most = 0;
    for (let time = start + 4 * minute; times().length < 4 && time < start + 5 * minute; time += second) {
      world.open.clear();
      const before = times().length;
      await at(time);
      most = Math.max(most, times().length - before);
    }
    expect(most).toBe(1);
    expect(times()).toEqual([1, 2, 3, 4].map((n) => iso(start + n * minute)));
  });
});

describe("a backfill", () => {
  const from = start - 10 * hour;
  const fill = (more: object = {}) => on((object) => object.backfill(tenant, { schedule: "a", from, to: start - hour, ...more }));
  it("runs each time of the range that has not run, and shows how far it is", async () => {
    await sync(schedule("a", "0 * * * *"));
    world.began.set(`a:${iso(from)}`, "before");
    expect(await fill()).toMatchObject({ ok: true, value: { total: 10, remaining: 10 } });
    await at(start);
    expect(await on((object) => object.backfills("a"))).toMatchObject([{ total: 10, started: 9, existing: 1, failed: 0, remaining: 0 }]);
    expect(times()).toHaveLength(10);
    expect(await look("a")).toMatchObject({ runs: 9, nextAt: start + hour });
  });

  it("is the same when it is asked for again", async () => {
    await sync(schedule("a", "0 * * * *"));
    await fill();
    await at(start);
    expect(await fill()).toMatchObject({ ok: true, value: { started: 10, remaining: 0 } });
    await at(start);
    expect(world.starts).toHaveLength(10);
  });

  it("has at most a thousand times", async () => {
    await sync(schedule("a", "* * * * *"));
    expect(await fill({ from: start - 1_000 * minute, to: start - minute })).toMatchObject({ ok: true, value: { total: 1_000 } });
    expect(await fill({ from: start - 1_000 * minute, to: start })).toMatchObject({ ok: false, code: "bad-request" });
  });

  it("runs one after another where runs must not overlap", async () => {
    await sync(schedule("a", "0 * * * *", { overlap: "skip" }));
    world.long = true;
    await fill({ from: start - 3 * hour });
    for (let time = start; times().length < 3 && time < start + minute; time += second) {
      const before = times().length;
      world.open.clear();
      await at(time);
      expect(times().length - before).toBeLessThanOrEqual(1);
    }
    expect(times()).toEqual([3, 2, 1].map((n) => iso(start - n * hour)));
  });
});

it("ten thousand schedules of one tenant start in one tick, a bounded number at once", { timeout: 60_000 }, async () => {
  await sync(...Array.from({ length: 10_000 }, (_, index) => schedule(`s${index}`, "0 9 * * *")));
  let [now, most] = [0, 0];
  world.refuse = async () => {
    most = Math.max(most, ++now);
    await Promise.resolve();
    now--;
    return null;
  };
  await at(start + 9 * hour);
  expect(world.began.size).toBe(10_000);
  expect(most).toBeLessThanOrEqual(16);
  expect(await alarmAt()).toBe(start + 33 * hour);
});

it("whoever takes a tenant away leaves nothing of it here", async () => {
  await sync(schedule("a", "0 * * * *"));
  await on((object) => object.erase());
  expect([await look("a"), await alarmAt()]).toEqual([undefined, null]);
});
