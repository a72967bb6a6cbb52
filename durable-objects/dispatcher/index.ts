import { DurableObject } from "cloudflare:workers";
import type { DispatcherObject } from "./contract.ts";

export function dispatcherClass<Env>() {
  return class Dispatcher extends DurableObject<Env> implements DispatcherObject {
    async nudge(): Promise<void> {}
  };
}
