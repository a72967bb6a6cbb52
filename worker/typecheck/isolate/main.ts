/**
 * The main module of the isolate in which the compiler runs, and nothing else: no bindings, no
 * network. It lives as long as the platform keeps it, so that libraries are read once.
 * @module
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import libraries from "everstep:libraries";
import ts from "everstep:typescript";
import { createTypeService, type TypeService } from "../../../sdk/graph/types/service.ts";
import type { CheckReply } from "../contract.ts";

/** A large workflow takes some 20 thousand, all 36 of this repository together 50; so many take a second or two. */
const budget = 150_000;

let service: TypeService | null = null;

export class TypeCheck extends WorkerEntrypoint {
  check(files: Record<string, string>): CheckReply {
    globalThis.everstepTypeBudget = budget;
    try {
      service ??= createTypeService(ts, libraries);
      return { ok: true, diagnostics: service.check(files) };
    } catch (error) {
      // Whatever stopped it: the next one begins afresh.
      service = null;
      if (error instanceof ts.OperationCanceledException) return { ok: false, why: "the types of this code take too long to work out" };
      return { ok: false, why: `the compiler gave up: ${error instanceof Error ? error.message.slice(0, 200) : "for no reason given"}` };
    }
  }
}
