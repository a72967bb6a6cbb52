import type { Placement } from "../../../durable-objects/placement.ts";
import type { BenchEnv } from "../env.ts";
import type { System } from "./system.ts";

const pools = 16;

export function bare(env: BenchEnv, placement: Placement): System {
  let next = 0;
  const object = (id: string) => env.BARE.getByName(placement === "own" ? id : `pool:${next++ % pools}`);
  return {
    async run(steps) {
      const id = crypto.randomUUID();
      await object(id).run(id, steps);
    },
    sleep: (ms) => env.BARE.getByName(crypto.randomUUID()).sleep(ms),
    async prepareResume(id, steps) {
      await env.BARE.getByName(id).run(id, steps);
    },
    async resume(id) {
      await env.BARE.getByName(id).read(id);
    },
  };
}
