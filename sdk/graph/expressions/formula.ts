/**
 * Formulas as a form shows them.
 * @module
 */

export interface FormulaArgument {
  name: string;
  type: "text" | "number" | "list" | "date" | "duration" | "condition" | "any";
}

export interface FormulaView {
  id: string;
  title: string;
  args: readonly FormulaArgument[];
  /** Names it needs of `everstep`. */
  imports: readonly string[];
}
