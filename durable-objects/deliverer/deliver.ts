/**
 * Sends what is due, several at a time: a slow receiver holds up its own deliveries alone.
 * @module
 */
import { errorMessage } from "../../db/error-message.ts";
import type { DelivererPlatform, DueDelivery } from "./contract.ts";

/** Connections: six at a time is what the platform gives one invocation. */
export const mostAtOnce = 6;
export const mostPerSubscription = 2;
/** One round lasts so long at most before the alarm begins another, ms. */
const roundMs = 60_000;
/** What could not be written down is tried again after this, ms. */
const againMs = 30_000;

export interface Time {
  now(): number;
  /** Until there may be something new to send, or a moment has passed. */
  pause(): Promise<void>;
}

/** @returns when to come again; null: nothing waits */
export async function deliver(platform: DelivererPlatform, tenant: string, { now, pause }: Time): Promise<number | null> {
  const stopAt = now() + roundMs;
  const underWay = new Map<string, { subscriptionId: string; done: Promise<void> }>();
  let broken = false;
  const of = (subscriptionId: string): number => [...underWay.values()].filter((one) => one.subscriptionId === subscriptionId).length;

  const begin = (delivery: DueDelivery): void => {
    const done = platform
      .attempt(tenant, delivery, now)
      .then(() => undefined)
      .catch((error: unknown) => {
        broken = true;
        console.error(JSON.stringify({ level: "error", event: "webhook.unsettled", tenant, delivery: delivery.id, message: errorMessage(error) }));
      })
      .finally(() => void underWay.delete(delivery.id));
    underWay.set(delivery.id, { subscriptionId: delivery.subscriptionId, done });
  };

  for (;;) {
    if (!broken && now() < stopAt && underWay.size < mostAtOnce) {
      for (const delivery of await platform.due(tenant, now(), [...underWay.keys()], mostPerSubscription)) {
        if (underWay.size < mostAtOnce && !underWay.has(delivery.id) && of(delivery.subscriptionId) < mostPerSubscription) begin(delivery);
      }
    }
    if (underWay.size === 0) break;
    // While one receiver takes its time, others become due.
    await Promise.race([pause(), ...[...underWay.values()].map(({ done }) => done)]);
  }
  // Without an answer from the database the same would be sent over and over.
  return broken ? now() + againMs : platform.next(tenant);
}
