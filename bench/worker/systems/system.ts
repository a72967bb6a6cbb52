/**
 * What is asked of each measured system. Times are taken by the driver, never here.
 * @module
 */
export interface System {
  /** One execution of so many steps, from its start until its end is durable. */
  run(steps: number): Promise<void>;
  /** One execution that sleeps; how late it woke, ms. */
  sleep(ms: number): Promise<number>;
  /** Runs so many steps of an execution and leaves it waiting for an event. */
  prepareResume(id: string, steps: number): Promise<void>;
  /** Sends the event and returns when the execution has ended. */
  resume(id: string): Promise<void>;
}

/** Thrown when a system did not do what was asked: figures of failures would be worthless. */
export class BenchError extends Error {
  override readonly name = "BenchError";
}
