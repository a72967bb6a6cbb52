/**
 * What is wrong with a source, and where.
 * @module
 */
import { z } from "zod";

const place = z.number().int().min(1);

/** Lines and columns are counted from 1, columns in UTF-16 units; the end is exclusive. */
export const diagnostic = z.object({
  file: z.string().describe("As it was named when it was sent"),
  line: place,
  column: place,
  end_line: place,
  end_column: place,
  code: z.string().describe("`TS2339`: the compiler's number; else what found it"),
  message: z.string(),
  severity: z.enum(["error", "warning"]),
});
export type Diagnostic = z.infer<typeof diagnostic>;
