/**
 * Variables as workflow code reads them.
 * @module
 */

/**
 * Values by name, as they were when the execution began, or its run after `continueAsNew`.
 * A name that is not set is undefined. `everstep types` lists the tenant's own.
 */
export interface Variables {
  readonly [name: string]: unknown;
}
