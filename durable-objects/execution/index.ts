/**
 * The object that owns executions: a thin shell that gives the runner its storage, its
 * alarm and its calls.
 * @module
 */
import { DurableObject } from "cloudflare:workers";
import type { ExecutionView, LogEntry } from "../../sdk/schema/execution.ts";
import type { Rehearsal } from "../../sdk/schema/rehearsal.ts";
import { setTimer } from "../lib/timers.ts";
import { childChannel } from "./children.ts";
import type { Candidate, Detail, ExecutionObject, Mentioned, Moved, Origin, Outline, Reply, StartRequest } from "./contract.ts";
import { adopt, fork } from "./forking.ts";
import type { Copied, Fork, ForkRequest } from "./forks.ts";
import * as keeping from "./keeping.ts";
import { move } from "./moving.ts";
import { rehearsed } from "./rehearsal.ts";
import { originOf, sameInput } from "./origin.ts";
import { cancel, outline, pause, resume, retry } from "./lifecycle.ts";
import { isTerminal, leaseMs } from "./outcome.ts";
import type { Platform } from "./ports.ts";
import { ringAll } from "./ringing.ts";
import { maxDeaths, Runner } from "./runner.ts";
import { type Execution as State, newExecution } from "./state.ts";
import { executionView } from "./view.ts";

const maxWaitMs = 120_000;
/** Executions kept in memory that nothing is done with at the moment. */
const maxKnown = 32;
/** Events travel to the isolate with every turn. */
const maxUnconsumed = 8_000_000;

type Found<T> = (execution: State) => Promise<Reply<T>> | Reply<T>;

/** Makes the class; `platformOf` wires it to the rest (worker/index.ts). */
export function executionClass<Env>(platformOf: (env: Env, ctx: DurableObjectState) => Platform) {
  return class Execution extends DurableObject<Env> implements ExecutionObject {
    readonly runner: Runner;
    /** Executions seen in this lifetime, so that a turn and a call share one state. */
    readonly known = new Map<string, State>();

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env);
      this.runner = new Runner(ctx.storage, platformOf(env, ctx));
    }

    find(id: string): State | null {
      const known = this.known.get(id) ?? this.runner.store.find(id);
      if (known) this.remember(known);
      return known;
    }

    remember(execution: State): void {
      if (this.known.size > maxKnown) for (const [id, old] of this.known) if (old.stored && !this.runner.isRunning(id)) this.known.delete(id);
      this.known.set(execution.request.id, execution);
    }

    /** Another tenant's execution is as good as none. */
    async with<T>(tenant: string, id: string, act: Found<T>): Promise<Reply<T>> {
      const execution = this.find(id);
      if (!execution || execution.request.tenant !== tenant) return { ok: false, code: "not-found", detail: `there is no execution ${id}` };
      return act(execution);
    }

    async start(request: StartRequest): Promise<Reply<Outline>> {
      const existing = this.find(request.id);
      if (existing) return this.again(existing, request);
      const execution = newExecution(request);
      this.remember(execution);
      if (request.cancelled !== undefined) return cancel(this.runner, execution, { rollback: false, reason: request.cancelled });
      if ((request.restarts ?? 0) >= maxDeaths) {
        execution.crashes = maxDeaths;
        this.runner.crashed(execution, "the process that ran it died", maxDeaths);
        await this.runner.report(execution);
        return outline(execution, true);
      }
      // The index keeps the whole request: if this process dies, it starts the execution again.
      try {
        await this.runner.report(execution);
      } catch (error) {
        this.known.delete(request.id);
        throw error;
      }
      this.ctx.waitUntil(this.runner.run(execution));
      return outline(execution, true);
    }

    async again(existing: State, request: StartRequest): Promise<Reply<Outline>> {
      if (existing.request.tenant !== request.tenant) return { ok: false, code: "conflict", detail: "that id is taken" };
      if (request.inputMustMatch && !sameInput(originOf(existing).input, request.input)) {
        return { ok: false, code: "idempotency-key-reused", detail: `the Idempotency-Key began execution ${request.id} with another input: send the same input, or another key for another execution` };
      }
      // Another start of the same is on its way to the index: durable only when it is there.
      if (!existing.stored && !existing.registered) await this.runner.report(existing);
      if (!this.runner.isRunning(request.id) && existing.stored) {
        await this.runner.report(existing);
        await this.runner.children.tellParent(existing);
      }
      return outline(existing);
    }

    async run(request: StartRequest, waitMs: number, detail: Detail = "whole"): Promise<Reply<ExecutionView>> {
      const existing = this.find(request.id);
      if (existing) {
        const again = await this.again(existing, request);
        return again.ok ? this.get(request.tenant, request.id, waitMs, detail) : again;
      }
      const execution = newExecution(request);
      this.remember(execution);
      const turn = this.runner.run(execution);
      this.ctx.waitUntil(turn);
      await Promise.race([turn, this.runner.ended(request.id, Math.min(waitMs, maxWaitMs))]);
      if (!execution.registered) await this.runner.report(execution);
      return this.get(request.tenant, request.id, waitMs - (Date.now() - request.createdAt), detail);
    }

    get(tenant: string, id: string, waitMs: number, detail: Detail = "whole"): Promise<Reply<ExecutionView>> {
      return this.with(tenant, id, async (execution) => {
        const until = Date.now() + Math.min(waitMs, maxWaitMs);
        while (!isTerminal(execution.status) && execution.status !== "stalled" && Date.now() < until) await this.runner.ended(id, until - Date.now());
        return { ok: true, value: executionView(execution, detail === "end" ? [] : this.runner.store.journal.steps(id)) };
      });
    }

    async watch(tenant: string, id: string, tell: boolean): Promise<boolean> {
      const execution = this.find(id);
      return execution !== null && execution.request.tenant === tenant && this.runner.onlookers.watch(execution, Date.now(), tell);
    }

    origin(tenant: string, id: string): Promise<Reply<Origin>> {
      return this.with(tenant, id, (execution) => ({ ok: true, value: originOf(execution) }));
    }

    logs(tenant: string, id: string, after: number, limit: number): Promise<Reply<LogEntry[]>> {
      return this.with(tenant, id, () => ({
        ok: true,
        value: this.runner.store.logs(id, after, limit).map(({ at, ...row }) => ({ ...row, at: new Date(at).toISOString() })),
      }));
    }

    send(tenant: string, id: string, type: string, payload: string, dedupe: string | null): Promise<Reply<{ accepted: boolean }>> {
      return this.with(tenant, id, (execution) => this.signal(execution, `event:${type}`, payload, dedupe === null ? null : `event:${dedupe}`));
    }

    deliver(tenant: string, id: string, stepKey: string, payload: string, dedupe: string): Promise<Reply<{ accepted: boolean }>> {
      return this.with(tenant, id, (execution) => {
        const waits = this.runner.store.journal.open(id).some(({ key, kind, status }) => key === stepKey && kind === "event" && status === "waiting");
        return waits && !isTerminal(execution.status) ? this.signal(execution, `wait:${stepKey}`, payload, `wait:${stepKey}:${dedupe}`) : { ok: true, value: { accepted: false } };
      });
    }

    decide(tenant: string, id: string, stepKey: string, decision: string): Promise<Reply<{ accepted: boolean }>> {
      return this.with(tenant, id, (execution) => {
        // Whoever decides says it again, in the same words, when it is not sure of having been heard.
        if (this.runner.store.hasSignal(id, `approval:${stepKey}`, decision)) return { ok: true, value: { accepted: false } };
        // The turn that ends it by time may be on its way: no decision comes after that.
        const step = this.runner.store.journal.open(id).find(({ key, kind, due }) => key === stepKey && kind === "approval" && (due === null || due >= Date.now()));
        if (!step) return { ok: false, code: "conflict", detail: `no approval "${stepKey}" is pending: it was decided, has expired or was never asked for` };
        const reply = this.signal(execution, `approval:${stepKey}`, decision, `approval:${stepKey}:${execution.generation}:${execution.run}`);
        if (reply.ok && !reply.value.accepted) return { ok: false, code: "conflict", detail: `approval "${stepKey}" was decided already` };
        return reply;
      });
    }

    childEnded(tenant: string, id: string, child: { id: string; stepKey: string }, payload: string, dedupe: string): Promise<Reply<{ accepted: boolean }>> {
      return this.with(tenant, id, (execution) => {
        if (!this.runner.children.isAwaited(execution, child)) return { ok: true, value: { accepted: false } };
        return this.signal(execution, childChannel(child.stepKey), payload, dedupe);
      });
    }

    signal(execution: State, channel: string, payload: string, dedupe: string | null): Reply<{ accepted: boolean }> {
      const { id } = execution.request;
      if (isTerminal(execution.status)) return { ok: false, code: "conflict", detail: `the execution is ${execution.status}: it takes no more events` };
      if (this.runner.store.unconsumed(id) + payload.length > maxUnconsumed) return { ok: false, code: "conflict", detail: `more than ${maxUnconsumed} characters of events wait in this execution: it has to consume some first` };
      let accepted = false;
      const idle = execution.status === "paused" || execution.status === "stalled";
      // Also while a turn runs: it may have no lease yet, or be over but for its report.
      if (!idle && execution.timers.lease === undefined && execution.timers.kick === undefined) execution.timers = setTimer(execution.timers, "kick", Date.now() + leaseMs);
      this.runner.save(execution, () => {
        accepted = this.runner.store.addSignal(id, channel, payload, Date.now(), dedupe);
      });
      if (accepted && !idle) this.runner.signalled(execution);
      return { ok: true, value: { accepted } };
    }

    pause(tenant: string, id: string): Promise<Reply<Outline>> {
      return this.with(tenant, id, (execution) => pause(this.runner, execution));
    }

    resume(tenant: string, id: string): Promise<Reply<Outline>> {
      return this.with(tenant, id, (execution) => resume(this.runner, execution));
    }

    cancel(tenant: string, id: string, options: { rollback: boolean; reason: string }): Promise<Reply<Outline>> {
      return this.with(tenant, id, (execution) => cancel(this.runner, execution, options));
    }

    retry(tenant: string, id: string, fromStep: string | null): Promise<Reply<Outline>> {
      return this.with(tenant, id, (execution) => retry(this.runner, execution, fromStep));
    }

    rehearse(tenant: string, id: string, to: Candidate): Promise<Reply<Rehearsal>> {
      return this.with(tenant, id, (execution) => rehearsed(this.runner, execution, to));
    }

    move(tenant: string, id: string, to: Candidate): Promise<Reply<Moved>> {
      return this.with(tenant, id, (execution) => move(this.runner, execution, to));
    }

    fork(tenant: string, id: string, request: ForkRequest): Promise<Reply<Fork>> {
      return this.with(tenant, id, (execution) => fork(this.runner, execution, request));
    }

    adopt(request: StartRequest, digest: string, copied: Copied | null): Promise<Reply<Outline>> {
      return adopt(this.runner, () => this.find(request.id), request, digest, copied, (execution) => this.remember(execution));
    }

    redact(tenant: string, id: string, texts: string[], dry: boolean): Promise<Reply<Mentioned>> {
      return this.with(tenant, id, (execution) => keeping.redact(this.ctx.storage.sql, this.runner, execution, texts, dry));
    }

    async erase(tenant: string, id: string): Promise<boolean> {
      const done = await this.with(tenant, id, async () => {
        this.known.delete(id);
        await keeping.erase(this.ctx.storage, this.runner, id);
        return { ok: true, value: true };
      });
      return done.ok;
    }

    dump(tenant: string, id: string): Promise<Reply<string>> {
      return this.with(tenant, id, () => keeping.dump(this.ctx.storage.sql, this.runner, id));
    }

    async restore(tenant: string, id: string, dump: string): Promise<Reply<Outline>> {
      if (this.find(id)) return { ok: false, code: "conflict", detail: `there is an execution ${id} already` };
      keeping.restore(this.ctx.storage, this.runner, tenant, id, dump);
      return this.with(tenant, id, async (execution) => {
        await this.runner.report(execution);
        return outline(execution, true);
      });
    }

    /** One alarm for all timers of all executions here. */
    override alarm(): Promise<void> {
      return ringAll({ runner: this.runner, known: this.known, find: (id) => this.find(id), waitUntil: (work) => this.ctx.waitUntil(work) });
    }
  };
}
