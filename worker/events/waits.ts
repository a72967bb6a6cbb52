/**
 * Steps that wait for an event of their tenant (`waitForEvent` with `match`).
 * @module
 */
import type { Cause, OutsideStep } from "../../durable-objects/execution/ports.ts";
import type { Env } from "../env.ts";

export async function announceWaits(_env: Env, _cause: Cause, _steps: readonly OutsideStep[]): Promise<void> {}

export async function withdrawWaits(_env: Env, _cause: Cause, _steps: readonly string[]): Promise<void> {}
