/**
 * What every action does; a test holds it to what is declared (sdk/schema/actions).
 * @module
 */
import type { Action } from "./action.ts";
import { httpRequest } from "./http-request.ts";
import { assign, findUsers, notify } from "./people.ts";
import { publishEvent } from "./publish-event.ts";
import { recordActions } from "./records.ts";
import { sendEmail } from "./send-email.ts";
import { setVariable } from "./set-variable.ts";
import { callWebhook } from "./webhook.ts";
import { convertLead, createNote, createTask, logActivity, moveStage } from "./work.ts";

export const actions: ReadonlyMap<string, Action> = new Map([...recordActions, moveStage, convertLead, createTask, createNote, logActivity, assign, findUsers, notify, sendEmail, publishEvent, callWebhook, httpRequest, setVariable].map((one) => [one.spec.id, one]));
