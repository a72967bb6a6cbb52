/**
 * Every action there is. Who adds one declares it in a file here, names it in this list and
 * says in worker/actions what it does.
 * @module
 */
import { httpRequest } from "./http.ts";
import { callWebhook, publishEvent, sendEmail, setVariable } from "./messages.ts";
import { assign, findUsers, notify } from "./people.ts";
import { recordSpecs } from "./records.ts";
import type { ActionSpec } from "./spec.ts";
import { convertLead, createNote, createTask, logActivity, moveStage } from "./work.ts";

/** Those that are not made of an entity's declaration. */
export const ownSpecs = { moveStage, convertLead, createTask, createNote, logActivity, assign, findUsers, notify, sendEmail, publishEvent, webhook: callWebhook, httpRequest, setVariable } as const;

/** By id. */
export const actionSpecs: ReadonlyMap<string, ActionSpec> = new Map([...[...recordSpecs.values()].flatMap((specs) => Object.values(specs)), ...Object.values<ActionSpec>(ownSpecs)].map((one) => [one.id, one]));
