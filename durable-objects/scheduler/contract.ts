/**
 * What may be asked of a tenant's scheduler: it starts workflows when their time has come.
 * @module
 */
export interface SchedulerObject {
  /** The tenant's workflows or their schedules have changed: reads them anew. */
  sync(tenant: string): Promise<void>;
}
