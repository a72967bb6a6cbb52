import type { Rule } from "./rule.ts";
import { takenOffRecords } from "./going.ts";

export const tagRule: Rule = { before: (ctx, changes) => takenOffRecords(ctx, changes, { do: "remove_tag" }) };
