/**
 * What happens from outside during a run over records: workflows are started, by the interface
 * and by events, and clients make and change the same records as they do.
 * @module
 */
import type { Caller } from "../bus/caller.ts";
import { pause } from "../pause.ts";
import type { Calling, Start } from "./plan.ts";

interface Shown {
  id: string;
  version: number;
  score: number;
}

/** A record that a client has made. */
export interface Made {
  kind: "lead" | "ticket" | "deal" | "note";
  id: string;
  word: string | null;
}

export class CrmDriver {
  /** Starts and calls that were answered. */
  through = 0;
  /** Calls that got no answer at first. */
  unanswered = 0;
  /** Writes of clients that somebody else's came before. */
  conflicts = 0;
  /** Executions that were started by the interface, with the number of their start. */
  readonly started = new Map<string, number>();
  readonly made: Made[] = [];
  readonly violations: string[] = [];
  readonly #caller: Caller;
  readonly #shared: readonly string[];
  readonly #jobs: Promise<void>[] = [];

  constructor(caller: Caller, shared: readonly string[]) {
    this.#caller = caller;
    this.#shared = shared;
  }

  launch(starts: readonly Start[], calls: readonly Calling[]): void {
    for (const start of starts) this.#job(`start ${start.n}`, start.afterMs, () => this.#start(start));
    for (const calling of calls) this.#job(`call ${calling.n}`, calling.afterMs, () => this.#call(calling));
  }

  async settled(): Promise<void> {
    await Promise.all(this.#jobs);
  }

  #job(name: string, afterMs: number, act: () => Promise<void>): void {
    const run = async (): Promise<void> => {
      await pause(afterMs);
      await act();
      this.through++;
    };
    this.#jobs.push(run().catch((error: unknown) => void this.violations.push(`${name}: ${String(error)}`)));
  }

  async #start({ n, by, ops }: Start): Promise<void> {
    const input = { n, shared: this.#shared, ops };
    if (by === "event") await this.#post("/events", { type: "chaos.wanted", data: input }, `wanted-${n}`, [200, 201, 202]);
    else this.started.set((await this.#post<{ execution_id: string }>("/workflows/crm-mix/execute", { input }, `mix-${n}`, [202])).execution_id, n);
  }

  async #call({ n, call }: Calling): Promise<void> {
    const key = `call-${n}`;
    if (call.kind === "score") return this.#increase(this.#lead(call.lead), call.by, key);
    const [path, body] = {
      lead: () => ["/leads", { name: "word" in call ? `${call.word} caller` : "", source: "source" in call ? call.source : "other" }] as const,
      ticket: () => ["/tickets", { subject: "word" in call ? `${call.word} is slow` : "" }] as const,
      deal: () => ["/deals", { name: "word" in call ? `${call.word} order` : "", value: 700 }] as const,
      note: () => ["/notes", { record_type: "lead", record_id: "lead" in call ? this.#lead(call.lead) : "", body: key }] as const,
    }[call.kind]();
    const { id } = await this.#post<{ id: string }>(path, body, key, [201]);
    this.made.push({ kind: call.kind, id, word: "word" in call ? call.word : null });
  }

  /** Whose version was another may have been quicker than oneself: in a call whose answer was lost. */
  async #increase(id: string, by: number, token: string): Promise<void> {
    for (;;) {
      const { body: seen } = await this.#caller.get<Shown>(`/leads/${id}`);
      const { status, body, unanswered } = await this.#caller.patch(`/leads/${id}`, { score: seen.score + by, city: token }, seen.version);
      this.unanswered += unanswered;
      if (status === 200) return;
      if (status !== 409 && status !== 412) throw new Error(`the change was refused with ${status}: ${JSON.stringify(body)}`);
      if (await this.#hasWritten(id, token)) return;
      this.conflicts++;
      await pause(30 + (this.conflicts % 7) * 20);
    }
  }

  async #hasWritten(id: string, token: string): Promise<boolean> {
    let cursor: string | null = null;
    do {
      const { body }: { body: { data: { after: { city?: string } | null }[]; pagination: { next_cursor: string | null } } } = await this.#caller.get(`/leads/${id}/history?limit=200${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`);
      if (body.data.some(({ after }) => after?.city === token)) return true;
      cursor = body.pagination.next_cursor;
    } while (cursor !== null);
    return false;
  }

  async #post<T>(path: string, body: unknown, key: string, wanted: readonly number[]): Promise<T> {
    const reply = await this.#caller.post<T>(path, body, key);
    this.unanswered += reply.unanswered;
    if (!wanted.includes(reply.status)) throw new Error(`${path} was refused with ${reply.status}: ${JSON.stringify(reply.body)}`);
    return reply.body;
  }

  #lead(place: number): string {
    const id = this.#shared[place];
    if (id === undefined) throw new Error(`there is no shared lead ${place}`);
    return id;
  }
}
