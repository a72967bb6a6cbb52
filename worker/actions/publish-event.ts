import type { z } from "zod";
import { newId } from "../../db/ids.ts";
import { chainThrough } from "../events/chain.ts";
import { dispatchSoon, emit } from "../events/emit.ts";
import { newEvent } from "../events/new-event.ts";
import { action } from "./action.ts";

/** `step.sendEvent`. */
export const publishEvent = action({
  id: "events.publish",
  title: "Publish an event",
  params: newEvent,
  async plan(ctx, { type, data, record }) {
    const id = newId(ctx.now);
    return {
      statements: [emit({ ...ctx, chain: chainThrough(ctx.cause) }, { id, type, data, record: record ?? null })],
      result: { id },
      afterwards: () => dispatchSoon(ctx),
    };
  },
});

export type PublishEventParams = z.output<typeof newEvent>;
