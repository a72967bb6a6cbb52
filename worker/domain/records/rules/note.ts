import { mustBeAbout } from "./about.ts";
import type { Rule } from "./rule.ts";

export const noteRule: Rule = {
  async before(ctx, changes) {
    await mustBeAbout(ctx, changes);
    return {};
  },
};
