import { actions, crm, on, workflow } from "everstep";
import { z } from "zod";

const push = z.looseObject({
  ref: z.string(),
  repository: z.looseObject({ full_name: z.string() }),
  commits: z.array(z.looseObject({ id: z.string(), message: z.string(), url: z.string() })).default([]),
});
const marker = /^\s*TODO:?\s+(.+)$/gim;

/**
 * Lines of commit messages that begin with TODO become tasks, once each, however often the
 * branch is pushed. `#12` in such a line puts the task to ticket 12.
 *
 * @variable [GITHUB_BRANCH=main] Branch whose pushes count
 * @needs The secret of the repository's webhook (`everstep hooks set github-tasks`); pushes as JSON
 */
export default workflow(
  {
    id: "github-push-tasks",
    title: "GitHub push to tasks",
    description: "Make tasks of the TODO lines in pushed commit messages",
    input: push,
    on: [on.webhook({ path: "github-tasks", scheme: "github", events: ["push"] })],
  },
  async ({ input: { ref, repository, commits }, vars, step }) => {
    if (ref !== `refs/heads/${String(vars["GITHUB_BRANCH"] ?? "main")}`) return { tasks: [] };
    const tasks: string[] = [];
    for (const { id, message, url } of commits) {
      for (const [, line = ""] of message.matchAll(marker)) {
        const made = await step.do("make a task", async () => {
          const title = `${line.slice(0, 250)} (${repository.full_name}@${id.slice(0, 7)})`;
          if ((await crm.tasks.count({ filter: { title } })) > 0) return null;
          const number = /#(\d+)/.exec(line)?.[1];
          const [ticket] = number === undefined ? [] : await crm.tickets.find({ filter: { number: Number(number) }, limit: 1 });
          const task = await actions.createTask({ title, description: url, ...(ticket ? { about: { type: "ticket", id: ticket.id } } : {}) });
          return task.id;
        });
        if (made !== null) tasks.push(made);
      }
    }
    return { tasks };
  },
);
