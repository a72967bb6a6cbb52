/**
 * What the cron does, one after another: what fails keeps nothing else from being done.
 * @module
 */
import { errorMessage } from "../db/error-message.ts";

type Task = readonly [name: string, run: () => Promise<unknown>];

export async function sweep(tasks: readonly Task[]): Promise<void> {
  for (const [name, run] of tasks) {
    try {
      await run();
    } catch (error) {
      console.error(JSON.stringify({ level: "error", event: "sweep.failed", task: name, error: error instanceof Error ? error.name : typeof error, message: errorMessage(error) }));
    }
  }
}
