import type { Rule } from "./rule.ts";
import { takenOffRecords } from "./going.ts";

export const categoryRule: Rule = { before: (ctx, changes) => takenOffRecords(ctx, changes, { do: "clear_category" }) };
