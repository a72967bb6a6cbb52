import { DurableObject } from "cloudflare:workers";
import type { DelivererObject } from "./contract.ts";

export function delivererClass<Env>() {
  return class Deliverer extends DurableObject<Env> implements DelivererObject {
    async nudge(): Promise<void> {}
  };
}
