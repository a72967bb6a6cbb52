/**
 * Runs one turn of an execution: the only door of the replay core.
 * @module
 */
import type { HostPort, TurnInput, TurnResult } from "../schema/journal.ts";
import { caught, fromErrorRecord, toErrorRecord } from "./failures.ts";
import type { Account, Clock, Program, Scope } from "./ports.ts";
import { Rollbacks } from "./rollbacks.ts";
import { ContinueAsNew, makeSteps } from "./steps.ts";
import { Turn } from "./turn.ts";
import { variablesOf } from "./variables.ts";

/**
 * @returns the outcome and what is not yet durable.
 * @throws what the host threw, when it is gone or refuses the turn.
 */
export async function runTurn(input: TurnInput, host: HostPort, program: Program, clock: Clock, scope: Scope, account: Account = { exceeded: null }): Promise<TurnResult> {
  const asked = input.variables == null && program.asksVariables ? await host.variables(input.turn) : null;
  const turn = new Turn(input, host, clock, scope, program.defaults.retries, account);
  if (asked !== null) turn.buffer.hold();
  scope.run({ turn, step: null }, () => void begin(turn, input, program, asked ?? input.variables ?? null));
  return turn.ending.result;
}

async function begin(turn: Turn, input: TurnInput, program: Program, variables: string | null): Promise<void> {
  const rollbacks = new Rollbacks(turn);
  const step = makeSteps(turn, program, rollbacks);
  // A cancelled execution undoes instead of going on.
  if (input.mode === "rollback") turn.replay.takeOver = () => void undo(turn, rollbacks);
  turn.pump();
  try {
    const payload = await turn.values.load(input.input);
    const { executionId: id, workflowId, version, run } = input;
    const output = await program.start(
      {
        event: { kind: input.trigger.kind, payload: payload as never, timestamp: new Date(input.createdAt), instanceId: id, workflowName: workflowId, headers: input.trigger.headers ?? {} },
        input: payload,
        step,
        execution: { id, workflowId, version, run },
        ...variablesOf(variables),
      },
      input,
    );
    if (turn.finished || turn.undoing || turn.divergedAtEnd("the end of the workflow")) return;
    const stored = await turn.values.store("the workflow's output", output);
    turn.finish({ type: "completed", output: stored.output });
  } catch (error) {
    await failed(turn, rollbacks, caught(error));
  }
}

async function failed(turn: Turn, rollbacks: Rollbacks, error: unknown): Promise<void> {
  if (turn.finished || turn.undoing) return;
  if (turn.account.exceeded) return turn.fail(turn.account.exceeded);
  if (error instanceof ContinueAsNew) {
    if (!turn.divergedAtEnd("continueAsNew")) turn.finish({ type: "continued", input: error.input });
    return;
  }
  const record = toErrorRecord(error);
  // Recorded rollbacks belong to the history too: only steps of the workflow itself may not be missing.
  if (!turn.history.onlyUndoingLeft && turn.divergedAtEnd(`${record.name}: ${record.message}`)) return;
  // Of a rehearsal, what was undone is compared; what would be undone from here on is not begun.
  const failures = turn.input.rehearse && turn.history.exhausted ? [] : await rollbacks.run(fromErrorRecord(record));
  if (turn.finished) return;
  if (failures.length > 0) turn.log("error", `rollback failed for ${failures.join("; ")}`);
  turn.finish({ type: "failed", error: record });
}

async function undo(turn: Turn, rollbacks: Rollbacks): Promise<void> {
  const failures = await rollbacks.run(new Error("the execution was cancelled"));
  if (failures.length > 0) turn.log("error", `rollback failed for ${failures.join("; ")}`);
  turn.finish({ type: "cancelled" });
}

