/** Decisions while the server is killed: each execution gets one, and whoever was told that theirs counted was told the truth. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { type Server, startServer } from "../support/server.ts";

const executions = 24;
const kills = 2;

let server: Server;
let api: Api;

beforeAll(async () => {
  server = await startServer();
  api = server.api;
  await api.deploy(await bundle("./workflows/approvals.ts", import.meta.url));
}, 120_000);
afterAll(() => server?.stop());

interface Row {
  id: string;
  status: string;
  workflow_execution_id: string;
}

const rows = async (): Promise<Row[]> => (await api.expect(api.get<{ data: Row[] }>("/approvals?workflow_id=lenient&limit=200"), 200)).data;

/** Repeats what got no answer, as callers do. Null: it was decided otherwise. */
async function decide(id: string, decision: string): Promise<string | null> {
  for (;;) {
    const reply = await api.post<{ status: string; detail?: string }>(`/approvals/${id}/decide`, { decision, comment: decision }).catch(() => null);
    if (reply?.status === 200) return reply.body.status;
    // A call whose answer was lost may have counted.
    if (reply?.status === 409) return reply.body.detail?.includes("by you") || reply.body.detail?.includes("by default") ? (/was (\w+) already/.exec(reply.body.detail)?.[1] ?? null) : null;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test("a kill at any moment leaves one decision for each, and none lost", { timeout: 240_000 }, async () => {
  const ids = await Promise.all(Array.from({ length: executions }, () => api.start("lenient", {})));
  while ((await rows()).length < executions);
  const asked = await rows();
  const deciding = Promise.all(
    asked.map(async ({ id }, index) => {
      // Spread over the time in which the kills fall.
      await new Promise((resolve) => setTimeout(resolve, index * 120));
      return Promise.all([decide(id, "approved"), decide(id, "rejected")]);
    }),
  );
  for (let kill = 0; kill < kills; kill++) {
    await new Promise((resolve) => setTimeout(resolve, 700 + kill * 900));
    await server.restart();
  }
  const answers = await deciding;
  const outcomes = new Map<string, string>();
  for (const id of ids) outcomes.set(id, String(((await api.end(id, 150_000)).output as { decision: string }).decision));
  const after = new Map((await rows()).map((row) => [row.id, row]));
  for (const [index, { id, workflow_execution_id }] of asked.entries()) {
    const outcome = outcomes.get(workflow_execution_id);
    expect(["approved", "rejected"]).toContain(outcome);
    expect(after.get(id)?.status).toBe(outcome);
    for (const answer of answers[index] ?? []) if (answer !== null) expect(answer).toBe(outcome);
  }
});
