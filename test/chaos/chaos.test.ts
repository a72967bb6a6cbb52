import { expect, test } from "vitest";
import { chaos } from "./chaos.ts";
import { chaosBus } from "./bus/bus.ts";
import { chaosCrm } from "./crm/crm.ts";
import { quick, quickBus, quickCrm } from "./sizes.ts";

test("executions survive a server that is killed at random moments: none lost, stuck, doubled or ahead of history", { timeout: 240_000 }, async () => {
  const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1e9));
  const { violations, executions, server_output: output } = await chaos({ ...quick, seed });
  expect(violations, `seed ${seed}; the server printed last:\n${output.slice(-4_000)}`).toEqual([]);
  expect(executions).toBe(quick.executions);
});

test("what starts and what waits survives it too: no event lost, no schedule fired twice, no approval decided twice, every webhook sent under one id", { timeout: 400_000 }, async () => {
  const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1e9));
  const { violations, executions, server_output: output } = await chaosBus({ ...quickBus, seed });
  expect(violations, `seed ${seed}; the server printed last:\n${output.slice(-4_000)}`).toEqual([]);
  expect(executions["bus-heard"]).toBe(quickBus.items);
});

test("records that workflows and clients change survive it too: no change lost, none made twice, numbers without gaps, history, events, reports and search as the model says", { timeout: 400_000 }, async () => {
  const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1e9));
  const { violations, actions, server_output: output } = await chaosCrm({ ...quickCrm, seed });
  expect(violations, `seed ${seed}; the server printed last:\n${output.slice(-4_000)}`).toEqual([]);
  expect(actions).toBeGreaterThan(quickCrm.items);
});
