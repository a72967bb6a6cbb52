/**
 * The flow of one workflow: a thin shell that gives the functions beside it their storage and
 * its one alarm. Only workflows that ask for flow control have one.
 *
 * Invariants
 * 1. What was accepted is in its SQLite before the answer, and begins exactly once or is cancelled.
 * 2. Whoever has begun counts until it has ended: as it says itself, or as it is asked.
 * @module
 */
import { errorMessage } from "../../db/error-message.ts";
import { DurableObject } from "cloudflare:workers";
import type { FlowManifest } from "../../sdk/schema/flow.ts";
import type { Outline, Reply, StartRequest } from "../execution/contract.ts";
import { AlarmClock } from "../lib/alarm-clock.ts";
import { migrate } from "../lib/migrations.ts";
import { advance } from "./advance.ts";
import type { FlowObject, FlowReply, Queued } from "./contract.ts";
import { itemOf, requestOf, saveState, stateOf } from "./items.ts";
import { giveUp, offer, release } from "./offer.ts";
import type { FlowPlatform } from "./ports.ts";
import { reasonOf } from "./reason.ts";
import { flowSchema } from "./schema.ts";
import { begin, doPiece, type Doing, nextWake, takeStart, takeUntold, takeWork } from "./work.ts";

/** What the workflow asks for is read again after so long, ms. */
const knownMs = 10_000;

/** Makes the class; `platformOf` wires it to the rest (worker/index.ts). */
export function flowClass<Env>(platformOf: (env: Env) => FlowPlatform) {
  return class Flow extends DurableObject<Env> implements FlowObject {
    readonly sql: SqlStorage;
    readonly clock: AlarmClock;
    readonly doing: Doing;

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env);
      this.sql = ctx.storage.sql;
      migrate(this.sql, flowSchema);
      this.clock = new AlarmClock(ctx.storage, () => nextWake(this.sql));
      this.doing = { sql: this.sql, platform: platformOf(env), write: (change) => this.write(change), flow: () => stateOf(this.sql)?.flow ?? {}, now: () => Date.now() };
    }

    /** A change, and whose turn it is after it. */
    write<T>(change: () => T): T {
      return this.ctx.storage.transactionSync(() => {
        const done = change();
        const flow = stateOf(this.sql)?.flow;
        if (flow) advance(this.sql, flow, Date.now());
        this.clock.arm();
        return done;
      });
    }

    async offer(request: StartRequest, flow: FlowManifest): Promise<FlowReply> {
      const { platform } = this.doing;
      const offered = this.write(() => {
        saveState(this.sql, request.tenant, request.workflowId, flow, Date.now());
        return offer(this.sql, flow, request, Date.now());
      });
      if (offered.kind === "refused") return { ok: false, code: offered.code, detail: offered.detail, retryMs: offered.retryMs };
      const created = offered.kind === "taken";
      const item = itemOf(this.sql, offered.id);
      const first = item ? requestOf(item) : request;
      const starting = created ? takeStart(this.sql, offered.id, Date.now()) : null;
      // Somebody may have to make way, or wait no longer.
      this.ctx.waitUntil(this.pump());
      if (starting) {
        const reply = await begin(this.doing, starting).catch(() => null);
        if (reply) return reply.ok ? { ok: true, value: { ...reply.value, createdAt: first.createdAt } } : { ...reply, retryMs: null };
      }
      const status = item && item.begun === 0 ? "queued" : ((await platform.status(request.tenant, offered.id)) ?? (itemOf(this.sql, offered.id) ? "queued" : "running"));
      if (status === "queued" && itemOf(this.sql, offered.id)?.tell_at != null) await this.register(offered.id, first);
      return { ok: true, value: { id: offered.id, status, created, createdAt: first.createdAt } };
    }

    /** Lists show it from now on. */
    async register(id: string, request: StartRequest): Promise<void> {
      await this.doing.platform.register(request);
      this.write(() => this.sql.exec("UPDATE items SET tell_at = NULL WHERE id = ?", id));
    }

    async released(executionId: string): Promise<void> {
      this.write(() => release(this.sql, executionId));
      this.ctx.waitUntil(this.pump());
    }

    async find(executionId: string): Promise<Queued | null> {
      const item = itemOf(this.sql, executionId);
      if (!item || item.state === "running") return null;
      return { request: requestOf(item), status: "queued", reason: reasonOf(this.sql, this.doing.flow(), item, Date.now()) };
    }

    async cancel(executionId: string, reason: string): Promise<Reply<Outline>> {
      if (!this.write(() => giveUp(this.sql, executionId, reason, Date.now()))) return { ok: false, code: "not-found", detail: `the execution ${executionId} does not wait here` };
      const item = itemOf(this.sql, executionId);
      if (item) await doPiece(this.doing, item);
      return { ok: true, value: { id: executionId, status: "cancelled", created: false } };
    }

    async erase(): Promise<void> {
      await this.ctx.storage.deleteAlarm();
      await this.ctx.storage.deleteAll();
      migrate(this.sql, flowSchema);
      this.clock.rang();
    }

    /** Until nothing is due. Several at once take different pieces. */
    async pump(): Promise<void> {
      this.write(() => undefined);
      for (;;) {
        const work = this.write(() => takeWork(this.sql, Date.now()));
        if (work.length === 0) return;
        await Promise.all(work.map((item) => doPiece(this.doing, item)));
      }
    }

    /** Never throws: it would be rung again at once, and for ever. */
    override async alarm(): Promise<void> {
      this.clock.rang();
      try {
        await this.refresh();
        for (const item of this.write(() => takeUntold(this.sql, Date.now()))) await this.register(item.id, requestOf(item));
      } catch (error) {
        console.error(JSON.stringify({ level: "error", event: "flow-failed", message: errorMessage(error) }));
      }
      await this.pump();
    }

    /** The workflow may have been deployed anew, and nobody have come since. */
    async refresh(): Promise<void> {
      const state = stateOf(this.sql);
      if (!state || Date.now() - state.readAt < knownMs) return;
      const flow = await this.doing.platform.read(state.tenant, state.workflowId);
      this.write(() => saveState(this.sql, state.tenant, state.workflowId, flow, Date.now()));
    }
  };
}
