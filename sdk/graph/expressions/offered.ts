/**
 * The formulas that a picker offers.
 * @module
 */
import type { FormulaView } from "./formula.ts";
import { all } from "./formulas.ts";

export const formulas: readonly FormulaView[] = all.map(({ id, title, args, imports }) => ({ id, title, args, imports }));
