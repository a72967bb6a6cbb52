/**
 * What may be asked of a tenant's deliverer: it sends outbound webhooks.
 * @module
 */
export interface DelivererObject {
  /** There are new deliveries. Returns at once; the work goes on by itself. */
  nudge(): Promise<void>;
}
