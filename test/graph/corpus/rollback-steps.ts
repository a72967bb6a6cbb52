import { workflow } from "everstep";
import { z } from "zod";

export default workflow({ id: "provision", input: z.object({ name: z.string() }) }, async ({ input: { name }, step }) => {
  const tenant = await step.do(
    "create tenant",
    async ({ idempotencyKey }) => api("POST", "/tenants", { name, idempotencyKey }),
    async ({ output }) => {
      if (output) await api("DELETE", `/tenants/${output.id}`);
    },
  );
  const database = await step.do("create database", { retries: { limit: 8, delay: "3 seconds", backoff: "linear" } }, async () => api("POST", "/databases", { tenant: tenant.id }), {
    rollback: async ({ output, error }) => {
      console.warn("undoing", error);
      await api("DELETE", `/databases/${output?.id}`);
    },
    rollbackConfig: { retries: { limit: 20 } },
  });
  await step.do("migrate", { timeout: "30 minutes", sensitive: "output" }, migrate);
  return { tenant: tenant.id, database: database.id };
});

async function api(method: string, path: string, body?: unknown): Promise<{ id: string }> {
  const response = await fetch(`https://control.example.com${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  return response.json() as never;
}

async function migrate(): Promise<void> {
  await api("POST", "/migrate");
}
