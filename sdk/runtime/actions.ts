/**
 * `crm` and `actions` of workflow code: part of the step that calls them, or between steps a
 * step of their own.
 *
 * The key of a call is its step, the action, the record it is about, and how often that came
 * before in the same attempt. So calls about different records may come in any order, and an
 * attempt that finds fewer records than the one before it goes on with the rest. Whoever
 * carries it out refuses a key that comes back with other params (worker/actions/act.ts).
 * @module
 */
import { ActionRefusedError } from "../authoring/errors.ts";
import { type ActionDoor, actionDoor } from "../schema/actions/door.ts";
import { answerOf, failureOf, type HttpAnswer, type HttpParams, requestOf } from "../schema/actions/http-call.ts";
import { activate, idempotencyKey } from "./attempts.ts";
import type { LiveStep, Scope, TurnCore as Turn } from "./core.ts";
import { requestStep } from "./rehearsal.ts";
import { policyOf } from "./retry.ts";

/** Calls of each kind so far, by attempt. */
const counts = new WeakMap<LiveStep, Map<string, number>>();

/** @returns takes it away again */
export function installActions(target: object, scope: Scope): () => void {
  const act: ActionDoor = async (action, params, { reads }) => {
    const frame = scope.current();
    if (!frame) throw new TypeError(`${action} is there only while a workflow runs`);
    const { turn, step } = frame;
    if (step) return carryOut(turn, step, action, params, reads);
    const policy = policyOf(undefined, turn.defaults);
    const own = turn.steps.nextKey(action);
    return requestStep(turn, { ...own, kind: "do", due: null, detail: null, activate: (open) => activate(turn, open, policy, () => carryOut(turn, scope.current()?.step ?? { key: own.key, calls: 0 }, action, params, false)) });
  };
  Object.defineProperty(target, actionDoor.name, { value: act, configurable: true, writable: false, enumerable: false });
  return () => void Reflect.deleteProperty(target, actionDoor.name);
}

function carryOut(turn: Turn, step: LiveStep, action: string, params: unknown, reads: boolean): Promise<unknown> {
  if (action === "http_request") return sendRequest(params as HttpParams);
  // What a step reads again in another attempt may have changed: it is not kept by a key.
  return turn.act(action, params, reads ? "" : `${idempotencyKey(turn, step.key)}:${callKey(step, action, params)}`);
}

function callKey(step: LiveStep, action: string, params: unknown): string {
  const about = aboutOf(params);
  const call = about === null ? action : `${action}:${about}`;
  const known = counts.get(step) ?? new Map<string, number>();
  counts.set(step, known);
  const count = (known.get(call) ?? 0) + 1;
  known.set(call, count);
  return `${call}:${count}`;
}

/** The record a call names. */
function aboutOf(params: unknown): string | null {
  const { id, record, about } = (params ?? {}) as { id?: unknown; record?: { id?: unknown } | null; about?: { id?: unknown } | null };
  const found = id ?? record?.id ?? about?.id;
  return typeof found === "string" ? found.slice(0, 64) : null;
}

/** Through the isolate's own network, which adds the key and puts in secrets. */
async function sendRequest(params: HttpParams): Promise<HttpAnswer> {
  const answer = await answerOf(await fetch(requestOf(params)), params);
  const failure = failureOf(answer, params);
  if (failure === null) return answer;
  const detail = `${params.method ?? "GET"} ${new URL(params.url).host} answered ${answer.status}${answer.body === "" ? "" : `: ${answer.body.slice(0, 300)}`}`;
  throw failure === "passing" ? new Error(detail) : new ActionRefusedError(detail, `http-${answer.status}`);
}
