import { DurableObject } from "cloudflare:workers";
import type { FlowObject } from "./contract.ts";

export function flowClass<Env>() {
  return class Flow extends DurableObject<Env> implements FlowObject {
    async released(_executionId: string): Promise<void> {}
  };
}
