/**
 * Statements written by hand, through the binding that the platform uses: no key is checked,
 * nothing is parsed, masked or told.
 * @module
 */
import { z } from "zod";
import type { BenchEnv } from "./env.ts";

const asked = z.array(z.tuple([z.string()], z.union([z.string(), z.number(), z.null()]))).min(1);

/** `POST /bench/sql`: `[["select … ?", value], …]`; the rows of each. Several are one transaction. */
export async function bareSql(request: Request, env: BenchEnv): Promise<Response> {
  const statements = asked.parse(await request.json()).map(([text, ...values]) => env.DB.prepare(text).bind(...values));
  const [only] = statements;
  const results = statements.length === 1 && only ? [await only.all()] : await env.DB.batch(statements);
  return Response.json(results.map((one) => one.results));
}
