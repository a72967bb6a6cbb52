import { expect, test } from "vitest";
import { chaos } from "./chaos.ts";
import { quick } from "./sizes.ts";

test("executions survive a server that is killed at random moments: none lost, stuck, doubled or ahead of history", { timeout: 240_000 }, async () => {
  const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1e9));
  const { violations, executions, server_output: output } = await chaos({ ...quick, seed });
  expect(violations, `seed ${seed}; the server printed last:\n${output.slice(-4_000)}`).toEqual([]);
  expect(executions).toBe(quick.executions);
});
