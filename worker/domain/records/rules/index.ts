/**
 * The rules of each kind; most have none.
 * @module
 */
import type { EntityKind } from "../../../../sdk/schema/crm/index.ts";
import { categoryRule } from "./category.ts";
import { dealRule } from "./deal.ts";
import { leadRule } from "./lead.ts";
import { pipelineRule } from "./pipeline.ts";
import { stageRule } from "./stage.ts";
import { activityRule } from "./activity.ts";
import { noteRule } from "./note.ts";
import { taskRule } from "./task.ts";
import type { Rule } from "./rule.ts";
import { tagRule } from "./tag.ts";
import { ticketRule } from "./ticket.ts";

const rules: Partial<Record<EntityKind, Rule>> = { lead: leadRule, ticket: ticketRule, deal: dealRule, pipeline: pipelineRule, stage: stageRule, tag: tagRule, category: categoryRule, task: taskRule, note: noteRule, activity: activityRule };

export function ruleOf(kind: string): Rule | undefined {
  return Object.hasOwn(rules, kind) ? rules[kind as EntityKind] : undefined;
}
