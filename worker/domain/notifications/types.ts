/**
 * What people can be told of, and who is told unless they chose otherwise.
 * @module
 */
import { z } from "zod";

/** `managers`: admins and managers. */
type Whom = "all" | "managers" | "nobody";

interface NotificationType {
  title: string;
  in_app: Whom;
  email: Whom;
}

export const notificationTypes = {
  "approval.requested": { title: "You are asked to decide something", in_app: "all", email: "all" },
  "approval.reminder": { title: "You have not decided yet", in_app: "all", email: "all" },
  "approval.decided": { title: "What you were asked to decide was decided", in_app: "all", email: "nobody" },
  "approval.expired": { title: "What you were asked to decide is over", in_app: "all", email: "nobody" },
  "task.due": { title: "A task of yours is due", in_app: "all", email: "nobody" },
  "ticket.assigned": { title: "A ticket was given to you", in_app: "all", email: "nobody" },
  "deal.assigned": { title: "A deal was given to you", in_app: "all", email: "nobody" },
  "lead.assigned": { title: "A lead was given to you", in_app: "all", email: "nobody" },
  "execution.failed": { title: "An execution has failed", in_app: "managers", email: "nobody" },
  "webhook.disabled": { title: "A webhook was switched off", in_app: "managers", email: "nobody" },
  "mail.failed": { title: "A mail could not be delivered", in_app: "managers", email: "nobody" },
  "import.completed": { title: "Your import has ended", in_app: "all", email: "nobody" },
  "workflow.message": { title: "A workflow has something to tell you", in_app: "all", email: "nobody" },
  "dead_letter.created": { title: "Something was given up", in_app: "managers", email: "nobody" },
} as const satisfies Record<string, NotificationType>;

export type NotificationTypeName = keyof typeof notificationTypes;
export const notificationTypeNames = Object.keys(notificationTypes) as NotificationTypeName[];
export const notificationType = z.enum(notificationTypeNames);

export interface Channels {
  in_app: boolean;
  email: boolean;
}

const includes = (whom: Whom, role: string): boolean => whom === "all" || (whom === "managers" && (role === "admin" || role === "manager"));

/** Of somebody who has chosen nothing. */
export function defaultsFor(type: NotificationTypeName, role: string): Channels {
  const { in_app, email } = notificationTypes[type];
  return { in_app: includes(in_app, role), email: includes(email, role) };
}
