// A workflow of so many nodes, of the kinds that people write: records, mail, steps with code,
// waits, conditions, loops, side by side, try. The same for the same number.

/** Statements of a stage, with how many nodes they are. */
const stages = [
  [5, (n) => [`const lead${n} = await crm.leads.get(input.id);`, `if (lead${n}.score > ${n % 90}) {`, `  await actions.notify({ to: { role: "manager" }, title: \`Look at \${lead${n}.name}\`, link: \`/leads/\${lead${n}.id}\` });`, "} else {", `  await crm.leads.update(lead${n}.id, { status: "contacted" });`, "}", `await step.sleep("pause ${n}", "1 hour");`]],
  [5, (n) => [`// What it weighs, and what that costs.`, `const quote${n} = await step.do("quote ${n}", { retries: { limit: ${1 + (n % 5)}, delay: "10 seconds" }, timeout: "1 minute" }, async ({ idempotencyKey }) => {`, `  const answer = await fetch("https://rates.example.com/quote", { method: "POST", headers: { "idempotency-key": idempotencyKey }, body: JSON.stringify({ weight: ${n} }) });`, `  if (!answer.ok) throw new Error(\`the rates answered \${answer.status}\`);`, "  return answer.json();", "});"]],
  [4, (n) => [`for (const item${n} of input.items) {`, `  const stock = await step.do(\`reserve \${item${n}.sku} ${n}\`, async () => ({ sku: item${n}.sku, left: ${n} }));`, `  if (stock.left === 0) break;`, "}"]],
  [5, (n) => ["try {", `  const { decision } = await step.approval("terms ${n}", { title: "Approve", from: ["manager"], timeout: "3 days", onTimeout: "rejected" });`, `  await actions.createNote({ about: { type: "lead", id: input.id }, text: \`It was \${decision}.\` });`, "} catch (error) {", `  await actions.sendEmail({ to: "sales@example.com", subject: "Look into it", text: String(error) });`, "  throw error;", "}"]],
  [6, (n) => [`const [person${n}, reply${n}] = await Promise.all([`, `  step.do("look up ${n}", async () => ({ id: "p${n}" })),`, `  step.waitForEvent<{ text: string }>("reply ${n}", { type: "mail.replied", match: { id: input.id }, timeout: "2 days" }),`, "]);", `const text${n} = reply${n}.payload.text.trim();`]],
];

/** @param {number} count of nodes, to a few */
export function program(count) {
  const lines = [];
  let nodes = 0;
  for (let n = 0; nodes < count; n++) {
    const [more, write] = stages[n % stages.length];
    lines.push(...write(n).map((line) => `    ${line}`), "");
    nodes += more;
  }
  return `import { actions, crm, on, workflow } from "everstep";
import { z } from "zod";

export default workflow(
  {
    id: "long",
    title: "A long one",
    input: z.object({ id: z.string(), items: z.array(z.object({ sku: z.string() })) }),
    on: [on.event("lead.created", { filter: { source: "website" } }), on.manual()],
  },
  async ({ input, step }) => {
${lines.join("\n")}    return { done: true };
  },
);
`;
}
