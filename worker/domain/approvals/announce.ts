/**
 * Steps that wait for an approval.
 * @module
 */
import type { Cause, OutsideStep } from "../../../durable-objects/execution/ports.ts";
import type { Env } from "../../env.ts";

export async function announceApprovals(_env: Env, _cause: Cause, _steps: readonly OutsideStep[]): Promise<void> {}

export async function withdrawApprovals(_env: Env, _cause: Cause, _steps: readonly string[]): Promise<void> {}
