import { sql, type SQL } from "drizzle-orm";
import type { MailRow } from "../../../db/mails.ts";
import { type MailRecipient, mails } from "../../../db/schema/mails.ts";

/** Mail of the platform has one, and no list of them. */
export function recipientsOf({ recipients, recipient, status, error }: Pick<MailRow, "recipients" | "recipient" | "status" | "error">): MailRecipient[] {
  return recipients ?? [{ address: recipient, name: null, kind: "to", status, error }];
}

/** Mail that goes to this address, openly or not; the case of letters does not matter. */
export function isAmongRecipients(address: string): SQL {
  const wanted = address.toLowerCase();
  return sql`(lower(${mails.recipient}) = ${wanted} or exists (select 1 from json_each(${mails.recipients}) where lower(value ->> 'address') = ${wanted}))`;
}
