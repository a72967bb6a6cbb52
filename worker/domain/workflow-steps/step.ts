/**
 * Steps as requests bring and answers show them.
 * @module
 */
import { z } from "zod";
import { workflowStepJson } from "../../../sdk/schema/workflow-steps.ts";
import { editOptions } from "./edit-source.ts";

/** A step of a list that comes as a whole. */
export const stepInput = workflowStepJson.extend({
  parent_id: z.string().max(300).nullish().describe("The step of the list that it is inside of"),
  branch: z.number().int().min(0).max(1000).nullish().describe("Which of its branches, from 0"),
});

const node = z.string().min(1).max(300).describe("Id of a step, as lists show it");

export const newStep = workflowStepJson.omit({ id: true }).extend({
  after: node.optional().describe("Behind this step, in the same list"),
  before: node.optional(),
  into: node.optional().describe("Into this step, which has others inside of it"),
  branch: z.number().int().min(0).max(1000).default(0).describe("With `into`: which of its branches"),
  ...editOptions,
});

export const stepPatch = workflowStepJson.omit({ id: true }).partial().extend({
  config: z.record(z.string(), z.json()).optional().describe("Fields to change; those that are not named stay, null takes one away"),
  ...editOptions,
});

export const stepList = z.strictObject({ steps: z.array(stepInput).max(2000), ...editOptions });

export const stepView = workflowStepJson.extend({
  id: z.string().describe("Names it in paths, URL-encoded. It comes from what the step is: another name or variable gives it another one"),
  workflow_id: z.string(),
  step_order: z.number().int(),
  action_type: z.string().nullable(),
  parent_id: z.string().nullable().describe("The step that it is inside of"),
  branch: z.number().int().nullable().describe("Which of that one's branches, from 0"),
});
export type StepView = z.infer<typeof stepView>;

export const changedStep = stepView.extend({ version: z.number().int(), has_draft: z.boolean().describe("True: the change is in the draft, and not published"), created_at: z.string(), updated_at: z.string() });
export type ChangedStep = z.infer<typeof changedStep>;
