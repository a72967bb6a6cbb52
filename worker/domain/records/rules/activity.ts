import { userOf } from "../context.ts";
import { mustBeAbout } from "./about.ts";
import type { Rule } from "./rule.ts";

/** What was done was done now, and by whoever writes it down, unless they say otherwise. */
export const activityRule: Rule = {
  async before(ctx, changes) {
    await mustBeAbout(ctx, changes);
    for (const { before, after, given } of changes) {
      after["happened_at"] ??= before === null ? ctx.now : (before["happened_at"] ?? before.created_at);
      if (before === null && given["user_id"] === undefined) after["user_id"] = userOf(ctx);
    }
    return {};
  },
};
