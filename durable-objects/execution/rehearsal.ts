/**
 * Rehearsals of an execution: its history is followed by other code, in the sandbox, and
 * nothing of it is written or carried out. Meanwhile the execution goes on as ever.
 * @module
 */
import { errorMessage } from "../../db/error-message.ts";
import { spilledIn } from "../../sdk/schema/codec.ts";
import { fromRow, type StepRecord, type StepRow, type TurnInput } from "../../sdk/schema/journal.ts";
import type { Rehearsal } from "../../sdk/schema/rehearsal.ts";
import { compareRehearsal, type Past } from "../../sdk/runtime/rehearsed.ts";
import type { Candidate, Reply } from "./contract.ts";
import { checkOutcome, HostTarget, type TurnHost } from "./host.ts";
import { sameInput } from "./origin.ts";
import type { Platform } from "./ports.ts";
import type { Runner } from "./runner.ts";
import type { Execution } from "./state.ts";
import { turnInput } from "./turn-input.ts";

/** A history that takes longer to follow is not compared, ms. */
const longestMs = 20_000;
/** Where a rehearsal would store a large value. */
const unstored = "rehearsed/";

/** For who asks from outside. */
export async function rehearsed(runner: Runner, execution: Execution, to: Candidate): Promise<Reply<Rehearsal>> {
  const { workflowId } = execution.request;
  if (workflowId !== to.workflowId) return { ok: false, code: "conflict", detail: `the execution is one of workflow "${workflowId}", not of "${to.workflowId}"` };
  return { ok: true, value: await rehearse(runner, execution, to) };
}

export function rehearse(runner: Runner, execution: Execution, to: Candidate): Promise<Rehearsal> {
  const { id } = execution.request;
  const rows = execution.stored ? runner.store.journal.text(id) : "[]";
  const input = turnInput(execution, rows, []);
  return rehearseInput(runner.platform, execution, to.bundle, { ...input, version: to.version }, execution);
}

/**
 * @param input the turn to rehearse, of this execution or of one that is made of it
 * @param past how it stands or ended
 */
export async function rehearseInput(platform: Platform, execution: Execution, bundle: string, input: TurnInput, past: Pick<Execution, "status" | "error" | "output">): Promise<Rehearsal> {
  const { tenant } = execution.request;
  const steps = stepsIn(input.steps);
  try {
    const host = new HostTarget(rehearsalHost(platform, execution));
    const turn = platform.runTurn(tenant, bundle, { ...input, rehearse: true }, host);
    const { outcome } = await within(turn, longestMs);
    const checked = checkOutcome(outcome);
    const isOutput = checked.type === "completed" && past.output !== null && (await sameOutput(platform, past.output, checked.output));
    const { status, error } = past;
    return compareRehearsal(checked, { status, error, steps, isOutput: () => isOutput } satisfies Past);
  } catch (error) {
    return { verdict: "unreadable", steps: steps.length, at: null, error: { name: "RehearsalError", message: errorMessage(error).slice(0, 1_000) } };
  }
}

function stepsIn(rows: string): StepRecord[] {
  const last = new Map((JSON.parse(rows) as StepRow[]).map((row) => [row[0], row]));
  return Array.from(last.values(), fromRow);
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`its history could not be followed within ${ms / 1_000} seconds`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Gives what was recorded, and takes nothing. */
function rehearsalHost(platform: Platform, { request: { tenant, id, workflowId }, variables }: Execution): TurnHost {
  const refuse = async (): Promise<never> => {
    throw new Error("a rehearsal carries nothing out");
  };
  return {
    commit: refuse,
    news: refuse,
    act: refuse,
    variables: async () => variables ?? platform.variables(tenant, workflowId, id),
    spill: async (bytes) => unstored + (await digest(bytes)),
    unspill(key) {
      if (!key.startsWith(`values/${tenant}/`)) throw new Error("that value belongs to someone else");
      return platform.getBlob(key);
    },
  };
}

async function digest(bytes: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param now of a rehearsal: large ones are not stored */
async function sameOutput(platform: Platform, before: string, now: string): Promise<boolean> {
  const [old, made] = [spilledIn(before), spilledIn(now)];
  if (!old || !made) return !old && !made && sameInput(before, now);
  return old.bytes === made.bytes && made.key === unstored + (await digest(await platform.getBlob(old.key)));
}
