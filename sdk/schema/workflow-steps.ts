/**
 * A workflow as a list of steps: JSON in, JSON out, beside the code that it stands for.
 * docs/steps.md says what each step becomes.
 * @module
 */
import { z } from "zod";

export const stepTypes = ["action", "condition", "delay", "loop", "approval", "parallel", "switch", "wait", "child", "event", "step", "try", "code", "return", "throw", "break", "continue", "restart"] as const;
export type StepType = (typeof stepTypes)[number];

const stepReference = z.string().min(1).max(200).describe('Id of a step of the same list, `step3`, or `end`');
const order = z.number().int().min(0).max(100_000);

/** A step; steps inside of it (of a loop, a branch) are in its `config`. */
export const workflowStepJson = z.object({
  id: z.string().min(1).max(200).optional(),
  step_order: order.optional().describe("Steps run in this order unless they say otherwise; the place in the list when left out"),
  step_type: z.enum(stepTypes),
  name: z.string().max(200).nullish().describe("What its durable step is called"),
  action_type: z.string().max(100).nullish().describe("Of step_type `action`"),
  config: z.record(z.string(), z.json()).default({}),
  position_x: z.number().nullish().describe("Taken and forgotten: places on the canvas are computed"),
  position_y: z.number().nullish().describe("Taken and forgotten"),
  on_success_step_id: stepReference.nullish().describe("Where it goes on; the next in order when left out"),
  on_failure_step_id: stepReference.nullish().describe("Where it goes on once it has failed for good; without it the execution fails"),
  retry_count: z.number().int().min(0).max(1000).nullish().describe("Attempts after the first; the workflow's default when left out"),
  retry_delay_seconds: z.number().min(0).max(31_536_000).nullish().describe("Before each further attempt; 60 unless set"),
  timeout_seconds: z.number().min(0).max(31_536_000).nullish().describe("Of one attempt"),
  result_variable: z.string().max(500).nullish().describe("What its result is called in the code; found by itself when left out"),
  result_declaration: z.enum(["const", "let", "none"]).nullish(),
  comment: z.string().max(5000).nullish().describe("Above it in the code"),
});
export type WorkflowStepJson = z.output<typeof workflowStepJson>;
export type WorkflowStepInput = z.input<typeof workflowStepJson>;

export const stepTriggerTypes = ["event", "schedule", "manual", "webhook", "api"] as const;

/** What a workflow made of code has besides steps, as it is written. */
const aroundCode = z.object({
  export: z.string().max(200).optional(),
  comment: z.string().max(20_000).optional(),
  before: z.string().max(200_000).optional(),
  after: z.string().max(200_000).optional(),
  parameters: z.string().max(2000).optional(),
  input: z.string().max(50_000).optional(),
  triggers: z.array(z.string().max(5000)).max(50).optional(),
  options: z.record(z.string().max(100), z.string().max(20_000)).optional(),
  imports: z.array(z.object({ from: z.string(), imported: z.string(), local: z.string(), typeOnly: z.boolean() })).max(200).optional(),
});
export type AroundCode = z.output<typeof aroundCode>;

export const workflowJson = z.object({
  id: z.string().max(100).nullish().describe("Kebab-case; made of the name when left out"),
  name: z.string().trim().min(1).max(200),
  description: z.string().max(2000).nullish(),
  category: z.string().max(100).nullish(),
  trigger_type: z.enum(stepTriggerTypes).default("manual"),
  trigger_config: z.record(z.string(), z.json()).default({}),
  is_active: z.boolean().default(true),
  steps: z.array(workflowStepJson).max(2000).default([]),
  code: aroundCode.nullish().describe("Of a workflow that was written as code: what steps have no place for"),
});
export type WorkflowJson = z.output<typeof workflowJson>;
export type WorkflowJsonInput = z.input<typeof workflowJson>;
