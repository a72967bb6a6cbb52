/**
 * What is written where: ranges, values, variables, imports.
 * @module
 */

export interface Range {
  start: number;
  end: number;
}

/** A value as it is written: what a form can show is taken apart, anything else is an expression. */
export type Value =
  | ({ form: "literal"; value: string | number | boolean | null } & Range)
  | ({ form: "template"; parts: (string | Value)[] } & Range)
  /** `lead.company?.name`: the names from the variable on. */
  | ({ form: "path"; path: string[] } & Range)
  /** `open`: it has spreads, methods or computed keys besides its fields. */
  | ({ form: "object"; fields: Field[]; open: boolean } & Range)
  | ({ form: "array"; items: Value[]; open: boolean } & Range)
  | ({ form: "expression" } & Range);

export interface Field extends Range {
  key: string;
  value: Value;
  /** `{ id }` */
  shorthand: boolean;
}

/** The variable that takes the result. */
export interface Binding extends Range {
  /** Null: an assignment to what was declared before. */
  declared: "const" | "let" | "var" | null;
  /** Of a pattern all that it makes. */
  names: string[];
}

export interface SourceError {
  message: string;
  start: number;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
}

/** A name that an import brings. */
export interface Import extends Range {
  from: string;
  /** As it was exported: `default`, `*`, or its name. */
  imported: string;
  local: string;
  typeOnly: boolean;
}
