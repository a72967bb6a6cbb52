import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { type Server, startServer } from "../support/server.ts";

let server: Server;
let api: Api;

beforeAll(async () => {
  server = await startServer();
  api = server.api;
}, 120_000);
afterAll(() => server?.stop());

describe("a file written for Cloudflare Workflows", () => {
  test("deploys unchanged: every exported class is a workflow, by its name in kebab-case or its static id", async () => {
    const deployed = await api.deploy(await bundle("./workflows/cloudflare.ts", import.meta.url));
    expect(deployed.workflows.map(({ id, style }) => [id, style]).sort()).toEqual([
      ["http-import-v2", "class"],
      ["my-workflow", "class"],
      ["remind-me", "class"],
    ]);
  });

  test("runs its steps, retries, sleeps and waits to the end", async () => {
    const params = { email: "ada@example.com", metadata: { plan: "gold" } };
    const id = await api.start("my-workflow", params);
    await api.reach(id, ({ status }) => status === "waiting");
    expect((await api.send(id, "approval", { approved: true })).status).toBe(202);
    const { status, output, steps } = await api.end(id);
    expect(status).toBe("completed");
    expect(output).toEqual({ to: params.email, instance: id, files: 3, asked: params.metadata, approved: true, written: "written at attempt 3" });
    expect(steps.map(({ name, kind, status }) => [name, kind, status])).toEqual([
      ["my first step", "do", "completed"],
      ["request-approval", "event", "completed"],
      ["wait on something", "sleep", "completed"],
      ["wait until then", "sleep", "completed"],
      ["make a call to write that could maybe, just might, fail", "do", "completed"],
    ]);
    expect(steps[0]?.output).toMatchObject({ inputParams: { payload: params, instanceId: id, workflowName: "my-workflow" } });
  });

  test("ends failed at once when a step throws NonRetryableError", async () => {
    const { status, error, steps } = await api.end(await api.start("http-import-v2", {}));
    expect(status).toBe("failed");
    expect(error).toMatchObject({ name: "NonRetryableError", message: "event.payload did not contain the expected `url`" });
    expect(steps.map(({ attempt }) => attempt)).toEqual([1]);
  });

  test("may catch a step's error and go on", async () => {
    const { status, output, steps } = await api.end(await api.start("remind-me"));
    expect([status, output]).toEqual(["completed", "cleaned up after: it is over"]);
    expect(steps.map((step) => [step.status, step.attempt])).toEqual([
      ["failed", 1],
      ["completed", 1],
    ]);
    expect(steps[0]?.error?.name).toBe("OverError");
  });
});
