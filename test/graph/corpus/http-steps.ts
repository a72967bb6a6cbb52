import { NonRetryableError, workflow } from "everstep";

async function json<T>(input: RequestInfo, init?: RequestInit): Promise<T> {
  const response = await fetch(input, init);
  if (response.status >= 400 && response.status < 500) throw new NonRetryableError(`${response.status}`);
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
}

export const enrich = workflow({ id: "enrich" }, async ({ input, step, secrets }) => {
  const headers = { "x-api-key": `${secrets.CLEARBIT}` };
  const person = await step.do("person", { retries: { limit: 3, delay: ({ ctx }) => ctx.attempt * 1000 } }, () => json<{ company: string }>(`https://people.example.com/${input}`, { headers }));
  const company = await step.do("company", ({ attempt, signal }) => json(`https://companies.example.com/${person.company}?attempt=${attempt}`, { headers, signal }));
  return Object.assign({}, person, { company });
});
