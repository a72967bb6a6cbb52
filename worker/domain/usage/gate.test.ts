import { beforeEach, describe, expect, it } from "vitest";
import { Gate } from "./gate.ts";

/** Time that passes when a test says so. */
let now = 0;
let sleeping: { until: number; wake: () => void }[] = [];
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

async function pass(ms: number): Promise<void> {
  const until = now + ms;
  for (;;) {
    const next = sleeping.filter((one) => one.until <= until).sort((a, b) => a.until - b.until)[0];
    if (!next) break;
    sleeping = sleeping.filter((one) => one !== next);
    now = Math.max(now, next.until);
    next.wake();
    await settled();
  }
  now = until;
}

const gate = () => new Gate({ now: () => now, sleep: (ms) => (ms === 0 ? Promise.resolve() : new Promise((resolve) => sleeping.push({ until: now + ms, wake: resolve }))) });
const options = { places: 2, holdMs: 1_000, longest: 3 };

/** Enters, and writes down when it was let in. */
function visitors(one: Gate, of = options) {
  const inside: string[] = [];
  const leave = new Map<string, () => void>();
  return {
    inside,
    leave: (who: string) => leave.get(who)?.(),
    async come(who: string, line = "tenant"): Promise<void> {
      void one.enter(line, of).then((out) => {
        inside.push(out ? who : `${who} turned away`);
        if (out) leave.set(who, out);
      });
      await settled();
    },
  };
}

beforeEach(() => {
  now = 1_000_000;
  sleeping = [];
});

describe("a gate", () => {
  it("lets in so many at once, the others in the order in which they came", async () => {
    const { inside, come, leave } = visitors(gate());
    for (const who of ["a", "b", "c", "d"]) await come(who);
    expect(inside).toEqual(["a", "b"]);
    leave("b");
    await settled();
    expect(inside).toEqual(["a", "b", "c"]);
    leave("a");
    leave("c");
    await settled();
    expect(inside).toEqual(["a", "b", "c", "d"]);
  });

  it("turns away who would make the line too long", async () => {
    const { inside, come, leave } = visitors(gate());
    for (const who of ["a", "b", "c", "d", "e", "f"]) await come(who);
    expect(inside).toEqual(["a", "b", "f turned away"]);
    leave("a");
    await settled();
    await come("g");
    expect(inside).toEqual(["a", "b", "f turned away", "c"]);
  });

  it("has a line for each name", async () => {
    const { inside, come } = visitors(gate());
    for (const who of ["a", "b", "c"]) await come(who);
    await come("neighbour", "another tenant");
    expect(inside).toEqual(["a", "b", "neighbour"]);
  });

  it("makes room for others when somebody takes long; their leaving then counts for nothing", async () => {
    const { inside, come, leave } = visitors(gate());
    for (const who of ["a", "b", "c", "d", "e"]) await come(who);
    await pass(999);
    expect(inside).toEqual(["a", "b"]);
    await pass(101);
    expect(inside).toEqual(["a", "b", "c", "d"]);
    leave("a");
    leave("b");
    await settled();
    expect(inside).toEqual(["a", "b", "c", "d"]);
    leave("c");
    await settled();
    expect(inside).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("goes on past who has gone without a word, inside and in the line", async () => {
    const one = gate();
    const { inside, come } = visitors(one, { ...options, places: 1 });
    await come("a");
    // Nobody looks at what this promise says: its request was given up.
    void one.enter("tenant", { ...options, places: 1 });
    await come("c");
    await pass(1_100);
    expect(inside).toEqual(["a"]);
    await pass(1_000);
    expect(inside).toEqual(["a", "c"]);
  });

  it("follows a change of the number of places", async () => {
    const one = gate();
    const { inside, come } = visitors(one);
    for (const who of ["a", "b", "c"]) await come(who);
    const more = visitors(one, { ...options, places: 4 });
    await more.come("d");
    expect([inside, more.inside]).toEqual([["a", "b", "c"], ["d"]]);
  });
});
