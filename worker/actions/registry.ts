/**
 * Every action there is.
 * @module
 */
import type { Action } from "./action.ts";
import { publishEvent } from "./publish-event.ts";
import { sendEmail } from "./send-email.ts";

export const actions: ReadonlyMap<string, Action> = new Map([publishEvent, sendEmail].map((one) => [one.id, one]));
