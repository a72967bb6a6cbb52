/**
 * What may be asked of a tenant's dispatcher: it carries events from the outbox to those concerned.
 * @module
 */
export interface DispatcherObject {
  /** There are new events in the outbox. Returns at once; the work goes on by itself. */
  nudge(): Promise<void>;
}
