import { DurableObject } from "cloudflare:workers";
import type { RealtimeObject, RealtimeMessage } from "./contract.ts";

export function realtimeClass<Env>() {
  return class Realtime extends DurableObject<Env> implements RealtimeObject {
    async publish(_messages: readonly RealtimeMessage[]): Promise<void> {}
  };
}
