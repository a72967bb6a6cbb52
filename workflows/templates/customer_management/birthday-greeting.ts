import { actions, crm, on, workflow } from "everstep";

/** A filter takes as many values. */
const oldest = 100;

/**
 * Every morning writes to the contacts whose birthday is today, and logs that it did.
 *
 * @variable [BIRTHDAY_SUBJECT=Happy birthday!] Subject of the mail
 * @variable [BIRTHDAY_TEXT=we wish you a wonderful day.] What it says after the name
 * @needs Birthdays and addresses of contacts
 */
export default workflow(
  {
    id: "birthday-greeting",
    title: "Birthday greeting",
    description: "Write to contacts on the morning of their birthday",
    on: [on.schedule("0 9 * * *", { missed: "last", overlap: "skip" })],
  },
  async ({ input, vars, step }) => {
    const subject = String(vars["BIRTHDAY_SUBJECT"] ?? "Happy birthday!");
    const text = String(vars["BIRTHDAY_TEXT"] ?? "we wish you a wonderful day.");
    const year = Number(input.scheduled_at.slice(0, 4));
    const day = input.scheduled_at.slice(4, 10);
    const days = Array.from({ length: oldest }, (_, age) => `${year - age}${day}`);

    const born = await crm.contacts.find({ filter: { birthday: days, status: "active", do_not_contact: false }, limit: 200 });
    let greeted = 0;
    for (const { id, name, email } of born) {
      if (email === null) continue;
      await step.do("greet", async () => {
        await actions.sendEmail({ to: email, subject, text: `Dear ${name},\n\n${text}` });
        await actions.logActivity({ about: { type: "contact", id }, type: "email", subject });
      });
      greeted++;
    }
    return { greeted };
  },
);
