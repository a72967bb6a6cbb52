/**
 * Where workflow code meets the runtime that runs it: each has its own copy of the package, so
 * they agree on a name.
 * @module
 */

/** Has an action carried out for the execution whose code is running. */
export type ActionDoor = (action: string, params: unknown, how: { reads: boolean }) => Promise<unknown>;

const name: unique symbol = Symbol.for("everstep.actions") as never;

interface Holder {
  [name]?: ActionDoor;
}

export const actionDoor = {
  name,
  /** @throws TypeError where no workflow runs */
  open(): ActionDoor {
    const door = (globalThis as Holder)[name];
    if (!door) throw new TypeError("crm and actions are there only while a workflow runs: call them from its code, or in a test through testWorkflow of everstep/testing");
    return door;
  },
} as const;
