import { DurableObject } from "cloudflare:workers";
import type { SchedulerObject } from "./contract.ts";

export function schedulerClass<Env>() {
  return class Scheduler extends DurableObject<Env> implements SchedulerObject {
    async sync(_tenant: string): Promise<void> {}
  };
}
