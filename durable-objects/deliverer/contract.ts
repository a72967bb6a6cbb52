/**
 * What may be asked of a tenant's deliverer: it sends outbound webhooks. What is to be sent is in
 * the database; the object is who sends it, so that nothing is sent by two at once, and its
 * alarm is when.
 * @module
 */
import type { Settled } from "./settle.ts";

export interface DelivererObject {
  /** There are new deliveries of the tenant, whose deliverer this is. Returns at once; the work goes on by itself. */
  nudge(tenant: string): Promise<void>;
}

/** A delivery whose time has come. */
export interface DueDelivery {
  id: string;
  subscriptionId: string;
}

/** What the deliverer needs of the rest of the platform; wired in worker/index.ts. */
export interface DelivererPlatform {
  /** Of each subscription at most `each`, the longest due first. */
  due(tenant: string, now: number, underWay: readonly string[], each: number): Promise<DueDelivery[]>;
  /** Sends one and writes down what came of it. @throws when it could not be written down */
  attempt(tenant: string, delivery: DueDelivery, now: () => number): Promise<Settled["status"] | "gone">;
  /** When the next one is due; null: nothing waits. */
  next(tenant: string): Promise<number | null>;
}
