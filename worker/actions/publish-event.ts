import { newId } from "../../db/ids.ts";
import { ownSpecs } from "../../sdk/schema/actions/index.ts";
import { emit } from "../events/emit.ts";
import { newEvent } from "../events/new-event.ts";
import { action } from "./action.ts";
import { checked } from "./checked.ts";

/** `step.sendEvent` and `actions.publishEvent`. */
export const publishEvent = action(ownSpecs.publishEvent, async (ctx, params) => {
  const { type, data, record } = checked(newEvent, params, "events.publish");
  const id = newId(ctx.now);
  return { statements: [emit(ctx, { id, type, data, record: record ?? null })], result: { id }, changes: [{ type: "event", id, before: null, after: { type, data } }] };
});
