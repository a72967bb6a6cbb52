/**
 * The clients, in the measured process itself: what they cost is the same for each system,
 * and no second program competes for the processor.
 * @module
 */
import { z } from "zod";
import { askCan, knock } from "./doors.ts";
import type { BenchEnv } from "./env.ts";
import { bare } from "./systems/bare.ts";
import { cloudflare } from "./systems/cloudflare.ts";
import { everstep } from "./systems/everstep.ts";
import type { System } from "./systems/system.ts";

const target = z.object({ system: z.enum(["everstep", "bare", "cloudflare"]), placement: z.enum(["own", "pooled"]).default("own") });

const task = z.discriminatedUnion("task", [
  /** Each client starts, waits for the end, starts the next, until `ms` are over or `executions` begun. */
  target.extend({ task: z.literal("load"), clients: z.number(), steps: z.number(), ms: z.number(), executions: z.number().default(1e9) }),
  /** One execution after another; ms of each. */
  target.extend({ task: z.literal("single"), steps: z.number(), times: z.number() }),
  /** All at once; lateness of each, ms. */
  target.extend({ task: z.literal("sleep"), ms: z.number(), times: z.number() }),
  target.extend({ task: z.literal("prepare-resume"), ids: z.array(z.string()), steps: z.number() }),
  /** One after another; ms of each. */
  target.extend({ task: z.literal("resume"), ids: z.array(z.string()) }),
]);

/** What is asked of no system. */
const request = z.discriminatedUnion("task", [
  z.object({ task: z.literal("knock"), tenant: z.string(), door: z.enum(["guarded", "open"]), bearer: z.string(), verb: z.enum(["read", "write"]), variable: z.string(), clients: z.number(), ms: z.number() }),
  z.object({ task: z.literal("can"), times: z.number() }),
]);

type Task = z.infer<typeof task>;

export async function drive(asked: Request, env: BenchEnv, ctx: ExecutionContext): Promise<Response> {
  const wanted = z.union([task, request]).parse(await asked.json());
  if (wanted.task === "can") return Response.json(await askCan(wanted.times));
  if (wanted.task === "knock") return Response.json(await knock(env, ctx, wanted.tenant, wanted));
  return Response.json(await carryOut(wanted, await systemOf(wanted, env)));
}

async function systemOf({ system, placement }: Task, env: BenchEnv): Promise<System> {
  if (system === "bare") return bare(env, placement);
  return system === "cloudflare" ? cloudflare(env) : everstep(env, placement);
}

async function carryOut(wanted: Task, system: System): Promise<unknown> {
  switch (wanted.task) {
    case "load":
      return load(wanted, system);
    case "single":
      return timed(Array.from({ length: wanted.times }), () => system.run(wanted.steps));
    case "sleep":
      return { samples: await Promise.all(Array.from({ length: wanted.times }, () => system.sleep(wanted.ms))) };
    case "prepare-resume":
      for (const id of wanted.ids) await system.prepareResume(id, wanted.steps);
      return { samples: [] };
    case "resume":
      return timed(wanted.ids, (id) => system.resume(id));
  }
}

async function load({ clients, steps, ms, executions }: Extract<Task, { task: "load" }>, system: System): Promise<{ executions: number; ms: number }> {
  const began = performance.now();
  let begun = 0;
  let done = 0;
  const client = async (): Promise<void> => {
    while (performance.now() - began < ms && begun < executions) {
      begun++;
      await system.run(steps);
      done++;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { executions: done, ms: performance.now() - began };
}

async function timed<T>(items: T[], act: (item: T) => Promise<void>): Promise<{ samples: number[] }> {
  const samples: number[] = [];
  for (const item of items) {
    const began = performance.now();
    await act(item);
    samples.push(performance.now() - began);
  }
  return { samples };
}
