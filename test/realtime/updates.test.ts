import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient, type UpdateEvent } from "../../sdk/client/index.ts";
import type { Updates } from "../../sdk/client/updates.ts";
import type { ExecutionSummary, StepView } from "../../sdk/schema/execution.ts";
import { bundle } from "../support/bundle.ts";
import { type Server, startServer } from "../support/server.ts";

let server: Server;
const open: Updates[] = [];

beforeAll(async () => {
  server = await startServer();
  await server.api.deploy(await bundle("./workflows/watched.ts", import.meta.url));
}, 120_000);
afterAll(async () => {
  for (const updates of open) updates.close();
  await server?.stop();
});

/** Listens, and gives back what came. */
async function listening(...asked: (string | { after: number })[]) {
  const topics = asked.filter((one) => typeof one === "string");
  const events: UpdateEvent[] = [];
  const waiting = new Set<() => void>();
  const ready = Promise.withResolvers<void>();
  const gaps: string[] = [];
  const wake = (): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  const updates = createClient({ url: server.url, apiKey: server.keys.apiKey }).updates({
    ...asked.find((one) => typeof one !== "string"),
    topics,
    onEvent: (event) => {
      events.push(event);
      wake();
    },
    onSubscribed: () => ready.resolve(),
    onGap: (topic) => {
      gaps.push(topic);
      wake();
    },
  });
  open.push(updates);
  await ready.promise;
  const until = async <T>(find: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
  };
  return { updates, events, gaps, until };
}

const statusesOf = (events: readonly UpdateEvent[], topic: string): string[] => events.flatMap((event) => (event.topic === topic && event.type === "execution.updated" ? [(event.data as unknown as ExecutionSummary).status] : []));
/** Steps as last told, by key. */
const stepsOf = (events: readonly UpdateEvent[]): Map<string, StepView> => new Map(events.flatMap((event) => (event.type === "execution.steps" ? (event.data as unknown as { steps: StepView[] }).steps.map((step) => [step.key, step] as const) : [])));

describe("an execution that somebody looks at", () => {
  test("shows its status and each step as it goes, also in the middle of a turn", async () => {
    const all = await listening("executions", "workflows:watched", "counts");
    const id = await server.api.start("watched");
    const one = await listening(`executions:${id}`);
    await server.api.reach(id, ({ status }) => status === "waiting");
    await server.api.send(id, "go", {});
    const second = await one.until(() => stepsOf(one.events).get("second-1"));
    expect(second).toMatchObject({ name: "second", kind: "do", status: "completed", output: "two" });
    // The long step has not ended, and with it the turn.
    expect((await server.api.execution(id)).status).not.toBe("completed");
    await one.until(() => (statusesOf(one.events, `executions:${id}`).includes("completed") ? true : undefined));
    await one.until(() => (stepsOf(one.events).get("long-1")?.status === "completed" ? true : undefined));
    await all.until(() => (statusesOf(all.events, "executions").includes("completed") ? true : undefined));
    await all.until(() => (statusesOf(all.events, "workflows:watched").includes("completed") ? true : undefined));
    const counts = await all.until(() => all.events.find(({ topic }) => topic === "counts"));
    expect(counts).toMatchObject({ type: "counts.updated", data: { counts: expect.arrayContaining([expect.objectContaining({ workflow_id: "watched" })]) } });
    expect(all.events.map((event) => event.id)).toEqual(all.events.map((event) => event.id).toSorted((a, b) => a - b));
  });

  test("that begins while somebody waits for it tells of its steps from the first one on", async () => {
    const all = await listening("executions");
    const id = await server.api.start("watched");
    await all.until(() => statusesOf(all.events, "executions")[0]);
    all.updates.add(`executions:${id}`);
    await server.api.reach(id, ({ status }) => status === "waiting");
    await server.api.send(id, "go", {});
    await all.until(() => stepsOf(all.events).get("second-1"));
  });
});

describe("after the server was killed", () => {
  test("a client that comes back goes on where it was, and misses nothing of what went on since", async () => {
    const one = await listening("executions");
    const id = await server.api.start("watched");
    await one.until(() => (statusesOf(one.events, "executions").includes("waiting") ? true : undefined));
    const after = one.updates.lastId ?? 0;
    one.updates.close();
    await server.kill();
    await server.start();
    await server.api.send(id, "go", {});
    await server.api.end(id);
    const again = await listening({ after }, "executions");
    await again.until(() => (statusesOf(again.events, "executions").includes("completed") ? true : undefined));
    expect(again.gaps).toEqual([]);
    expect(Math.min(...again.events.map((event) => event.id))).toBeGreaterThan(after);
  });
});

describe("many sockets", () => {
  test("are told of one update, each once", async () => {
    const count = 250;
    const told = Promise.withResolvers<void>();
    let [subscribed, events] = [0, 0];
    const ready = Promise.withResolvers<void>();
    const client = createClient({ url: server.url, apiKey: server.keys.apiKey });
    const began = performance.now();
    for (let number = 0; number < count; number++) {
      open.push(
        client.updates({
          topics: ["workflows:watched"],
          onSubscribed: () => {
            if (++subscribed === count) ready.resolve();
          },
          onEvent: () => {
            if (++events === count) told.resolve();
          },
        }),
      );
    }
    await ready.promise;
    const opened = performance.now();
    await server.api.start("watched");
    await told.promise;
    console.log(`${count} sockets: open after ${Math.round(opened - began)} ms, all told ${Math.round(performance.now() - opened)} ms after the start of an execution`);
    const metrics = await (await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${server.keys.operatorKey}` } })).text();
    expect(Number(/^everstep_sockets (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThanOrEqual(count);
    expect(Number(/^everstep_executions_started_total (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0);
    expect(metrics).toMatch(/^everstep_turns_total\{outcome="ended"\} \d+$/m);
    expect(metrics).toMatch(/^everstep_steps_total\{kind="do",status="completed"\} \d+$/m);
  }, 90_000);
});
