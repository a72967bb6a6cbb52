/**
 * Those who look on while executions run. Steps are told of only while somebody watches, and
 * what changes while a telling is on its way goes with the next one. Nothing here delays or
 * fails an execution, and nothing is kept: who watches has to say so again now and then.
 * @module
 */
import { roomToShow } from "../../sdk/schema/present.ts";
import { fromRow, type StepRow, toRow } from "../../sdk/schema/journal.ts";
import { type RealtimeMessage, watchMs } from "../realtime/contract.ts";
import { isTerminal } from "./outcome.ts";
import type { Observer, Platform } from "./ports.ts";
import type { Execution } from "./state.ts";
import type { Store } from "./store.ts";
import { stepView } from "./view.ts";

interface Watched {
  /** ms since the epoch. */
  until: number;
  /** By key, as last changed; not told yet. */
  untold: Map<string, StepRow>;
  telling: boolean;
}

export class Onlookers {
  readonly #store: Store;
  readonly #observer: Observer | undefined;
  readonly #watched = new Map<string, Watched>();

  constructor(store: Store, { observer }: Platform) {
    this.#store = store;
    this.#observer = observer;
  }

  /** @param tell also of the steps there are, unless it was watched already. False: it has ended. */
  watch(execution: Execution, now: number, tell: boolean): boolean {
    const { id } = execution.request;
    if (isTerminal(execution.status)) return false;
    const watched = this.#watched.get(id);
    const fresh = watched === undefined || watched.until <= now;
    if (watched) watched.until = now + watchMs;
    else this.#watched.set(id, { untold: new Map(), telling: false, until: now + watchMs });
    if (fresh && tell) this.#tell(execution, this.#store.journal.steps(id).map(toRow));
    return true;
  }

  /** These steps have changed, and are durable. */
  committed(execution: Execution, rows: readonly StepRow[], now: number): void {
    if (rows.length === 0) return;
    try {
      this.#observer?.progressed(rows);
      const watched = this.#watched.get(execution.request.id);
      if (watched === undefined) return;
      if (watched.until > now) this.#tell(execution, rows);
      else this.#watched.delete(execution.request.id);
    } catch (error) {
      unseen(execution, error);
    }
  }

  /** It has ended; may be repeated. */
  ended(execution: Execution): void {
    try {
      this.#observer?.ended(execution, () => JSON.parse(this.#store.journal.text(execution.request.id)) as StepRow[]);
    } catch (error) {
      unseen(execution, error);
    }
  }

  #tell(execution: Execution, rows: readonly StepRow[]): void {
    const watched = this.#watched.get(execution.request.id);
    if (!watched || !this.#observer) return;
    for (const row of rows) watched.untold.set(row[0], row);
    if (!watched.telling) void this.#pump(execution, watched, this.#observer);
  }

  async #pump(execution: Execution, watched: Watched, observer: Observer): Promise<void> {
    watched.telling = true;
    try {
      // What is written in the same moment goes together.
      await Promise.resolve();
      while (watched.untold.size > 0) {
        const rows = [...watched.untold.values()];
        watched.untold.clear();
        await observer.publish(execution.request.tenant, [stepsMessage(execution, rows)]);
      }
    } catch (error) {
      unseen(execution, error);
    } finally {
      watched.telling = false;
    }
  }
}

function stepsMessage({ request }: Execution, rows: readonly StepRow[]): RealtimeMessage {
  const room = roomToShow();
  const steps = rows.map(fromRow).sort((a, b) => a.started - b.started);
  return { topic: `executions:${request.id}`, type: "execution.steps", data: { execution_id: request.id, steps: steps.map((step) => stepView(step, room)) }, about: { execution_id: request.id } };
}

function unseen({ request }: Execution, error: unknown): void {
  console.warn(JSON.stringify({ level: "warn", event: "execution.unseen", tenant: request.tenant, execution: request.id, message: error instanceof Error ? error.name : "unknown" }));
}
