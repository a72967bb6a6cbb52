/**
 * What happens from outside during a run: events, deliveries, decisions.
 * @module
 */
import type { ExecutionView } from "../../../sdk/schema/execution.ts";
import { pause } from "../pause.ts";
import type { Caller } from "./caller.ts";

export interface Item {
  n: number;
  /** Between which kills it begins, from 0. */
  round: number;
  /** ms after the server's first answer in that round. */
  afterMs: number;
}

/** What became of one number. */
export interface Told {
  n: number;
  eventId: string;
  waiting: string;
  asked: string;
  hooked: string[];
  /** Decisions that were taken, by the comment they came with. */
  taken: string[];
  /** Answers to the others. */
  refused: number[];
  /** Of the decisions, one may have been taken whose answer was lost. */
  uncertain: boolean;
}

const ended = (view: ExecutionView): boolean => ["completed", "failed", "cancelled"].includes(view.status);

export class BusDriver {
  readonly told: Told[] = [];
  readonly violations: string[] = [];
  readonly #caller: Caller;
  readonly #secret: string;
  readonly #jobs: Promise<void>[] = [];

  constructor(caller: Caller, hookSecret: string) {
    this.#caller = caller;
    this.#secret = hookSecret;
  }

  launch(items: readonly Item[]): void {
    for (const item of items) this.#jobs.push(this.#run(item).catch((error: unknown) => void this.violations.push(`${item.n}: ${String(error)}`)));
  }

  async settled(): Promise<void> {
    await Promise.all(this.#jobs);
  }

  async #run({ n, afterMs }: Item): Promise<void> {
    await pause(afterMs);
    const waiting = await this.#start("bus-waiting", n);
    const [eventId, hooked, asked] = await Promise.all([this.#publish(n, waiting), this.#deliver(n), this.#start("bus-asked", n)]);
    this.told.push({ n, eventId, waiting, asked, hooked, ...(await this.#decide(n, asked)) });
  }

  async #start(workflow: string, n: number): Promise<string> {
    const { status, body } = await this.#caller.post<{ execution_id: string }>(`/workflows/${workflow}/execute`, { input: { n } }, `${workflow}-${n}`);
    if (status !== 202) throw new Error(`the start of ${workflow} was refused with ${status}: ${JSON.stringify(body)}`);
    return body.execution_id;
  }

  /** Events are for those that wait when they happen: it waits by then. */
  async #publish(n: number, waiting: string): Promise<string> {
    await this.#reach(waiting, (view) => view.steps.some(({ kind, status }) => kind === "event" && status === "waiting"));
    const event = { type: "chaos.happened", data: { n, wanted: true }, record: { type: "chaos", id: String(n % 7) } };
    const { status, body } = await this.#caller.post<{ id: string }>("/events", event, `event-${n}`);
    if (![200, 201, 202].includes(status)) throw new Error(`the event was refused with ${status}: ${JSON.stringify(body)}`);
    await this.#caller.post("/events", { ...event, data: { n, wanted: false } }, `unwanted-${n}`);
    return body.id;
  }

  async #deliver(n: number): Promise<string[]> {
    const { status, body } = await this.#caller.deliver<{ executions: Array<{ execution_id: string }> }>("chaos", this.#secret, `delivery-${n}`, { n });
    if (status !== 202) throw new Error(`the delivery was refused with ${status}: ${JSON.stringify(body)}`);
    return body.executions.map(({ execution_id: id }) => id);
  }

  /** Several at once, of which one counts. */
  async #decide(n: number, execution: string): Promise<Pick<Told, "taken" | "refused" | "uncertain">> {
    await this.#reach(execution, (view) => view.status === "pending_approval" || ended(view));
    const approval = await this.#approvalOf(execution);
    const answers = await Promise.all(
      ["first", "second", "third"].map(async (name, index) => {
        const comment = `${name} ${n}`;
        const answer = await this.#caller.post(`/workflows/approvals/${approval}/decide`, { decision: index === 1 ? "rejected" : "approved", comment }, `decide-${n}-${name}`);
        return { comment, ...answer };
      }),
    );
    return {
      taken: answers.flatMap(({ status, comment }) => (status === 200 ? [comment] : [])),
      refused: answers.flatMap(({ status }) => (status === 200 ? [] : [status])),
      uncertain: answers.some(({ unanswered }) => unanswered > 0),
    };
  }

  async #approvalOf(execution: string): Promise<string> {
    for (let left = 400; left > 0; left--) {
      const { body } = await this.#caller.get<{ data: Array<{ id: string; workflow_execution_id: string }> }>(`/workflows/approvals?status=pending&execution_id=${execution}&limit=10`);
      const found = body.data?.find(({ workflow_execution_id: id }) => id === execution);
      if (found) return found.id;
      await pause(100);
    }
    throw new Error(`no approval of ${execution} shows`);
  }

  async #reach(id: string, until: (view: ExecutionView) => boolean): Promise<void> {
    for (let left = 600; left > 0; left--) {
      const { status, body } = await this.#caller.get<ExecutionView>(`/executions/${id}`);
      if (status === 200 && until(body)) return;
      await pause(100);
    }
    throw new Error(`${id} never got there`);
  }
}
