/**
 * Frames as they come and go.
 * @module
 */
import { clientFrame, type ClientFrame, type ServerFrame } from "../../sdk/schema/updates.ts";
import { type ProblemCode, toProblem } from "../../sdk/schema/problem.ts";

type ErrorFrame = Extract<ServerFrame, { op: "error" }>;
type Errors = { pointer: string; detail: string }[];

/** A frame, or what is wrong with it. */
export function readFrame(data: string): ClientFrame | ErrorFrame {
  const parsed = clientFrame.safeParse(parseJson(data));
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.slice(0, 10).map(({ path, message }) => ({ pointer: path.map((part) => `/${String(part)}`).join(""), detail: message.slice(0, 300) }));
  return problemFrame("bad-request", "That is no frame of this protocol: see docs/realtime.md.", {}, errors);
}

export function problemFrame(code: ProblemCode, detail: string, asked: { ref?: string | undefined }, errors?: Errors): ErrorFrame {
  return { op: "error", problem: toProblem(code, detail, errors), ...withRef(asked) };
}

export function withRef({ ref }: { ref?: string | undefined }): { ref?: string } {
  return ref === undefined ? {} : { ref };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
