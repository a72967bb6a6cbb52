/**
 * `everstep/testing`: workflows run in plain tests, with virtual time.
 * @module
 */
export type { Acted, SentEvent } from "./acts.ts";
export type { Child } from "./children.ts";
export type { TestUser } from "./crm/actions.ts";
export type { TestRecord } from "./crm/records.ts";
export { CrashDifferenceError } from "./crashes.ts";
export type { Effect, Stubs } from "./effects.ts";
export type { StepStub, WorkflowClass } from "./program.ts";
export type { TestSecrets } from "./secrets.ts";
export type { TestDecision, TestRun, TestStep, TestVote } from "./test-run.ts";
export { type TestOptions, testWorkflow } from "./test-workflow.ts";
