import { actions, crm, workflow } from "everstep";

type Compensation = { name: string; undo: () => Promise<unknown> };

export const bookTrip = workflow({ id: "book-trip", title: "Book a trip" }, async ({ input, step }) => {
  const trip = input as { user: string; hotel: string; flight: string; car?: string };
  const compensations: Compensation[] = [];

  try {
    compensations.unshift({ name: "hotel", undo: () => step.do("cancel hotel", async () => cancel("hotel", trip.hotel)) });
    const hotel = await step.do("book hotel", { retries: { limit: 2 } }, async () => book("hotel", trip.hotel));

    compensations.unshift({ name: "flight", undo: () => step.do("cancel flight", async () => cancel("flight", trip.flight)) });
    const flight = await step.do("book flight", async () => book("flight", trip.flight));

    let car: string | null = null;
    if (trip.car !== undefined) {
      compensations.unshift({ name: "car", undo: () => step.do("cancel car", async () => cancel("car", trip.car!)) });
      car = await step.do("book car", async () => book("car", trip.car!));
    }
    return { hotel, flight, car };
  } catch (error) {
    for (const { name, undo } of compensations) {
      try {
        await undo();
      } catch (again) {
        await actions.notify({ to: { role: "manager" }, title: `Could not cancel ${name}: ${String(again)}` });
      }
    }
    throw error;
  } finally {
    await crm.contacts.addTag(trip.user, "trip", { create: true });
  }
});

async function book(what: string, id: string): Promise<string> {
  const response = await fetch(`https://book.example.com/${what}/${id}`, { method: "PUT" });
  return response.text();
}

const cancel = (what: string, id: string) => fetch(`https://book.example.com/${what}/${id}`, { method: "DELETE" });
