import { z } from "zod";
import { createTemplate, templateBody } from "../domain/email-templates/create.ts";
import { deleteTemplate } from "../domain/email-templates/delete.ts";
import { getTemplate, listTemplates, templatesQuery } from "../domain/email-templates/list.ts";
import { previewBody, previewTemplate, previewView } from "../domain/email-templates/preview.ts";
import { templateChange, updateTemplate } from "../domain/email-templates/update.ts";
import { templateView } from "../domain/email-templates/view.ts";
import { accountBody, accountView, deleteAccount, getAccount, putAccount, testAccount, triedView } from "../domain/emails/account.ts";
import { createEmail } from "../domain/emails/create.ts";
import { emailsQuery, getEmail, listEmails } from "../domain/emails/list.ts";
import { largestRequest, newEmail } from "../domain/emails/new-email.ts";
import { resendEmail } from "../domain/emails/resend.ts";
import { emailSummary, emailView } from "../domain/emails/view.ts";
import { pagination } from "../domain/page.ts";
import { uuidParams } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "emails";

const sending: readonly Route[] = [
  tenantRoute(
    { method: "post", path: "/emails", operation: "createEmail", tag, summary: "Send a mail: it is queued, and goes out a moment later", permission: "emails.write", body: newEmail, maxBytes: largestRequest, keyed: true, responses: { 202: emailSummary } },
    async ({ ctx, body, key }) => reply(202, await createEmail({ ctx, input: body, key })),
  ),
  tenantRoute(
    { method: "get", path: "/emails", operation: "listEmails", tag, summary: "Mails that were sent, the latest first", permission: "emails.read", query: emailsQuery, responses: { 200: z.object({ data: z.array(emailSummary), pagination }) } },
    async ({ ctx, query }) => reply(200, await listEmails({ ctx, input: query })),
  ),
  tenantRoute(
    { method: "get", path: "/emails/:id", operation: "getEmail", tag, summary: "One mail, and what came of it for each recipient", permission: "emails.read", params: uuidParams, responses: { 200: emailView } },
    async ({ ctx, params }) => reply(200, await getEmail({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "post", path: "/emails/:id/resend", operation: "resendEmail", tag, summary: "Try a mail that failed anew, for those who do not have it", permission: "emails.write", params: uuidParams, responses: { 202: emailSummary } },
    async ({ ctx, params }) => reply(202, await resendEmail({ ctx, input: params })),
  ),
];

const templates: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/email-templates", operation: "listEmailTemplates", tag, summary: "Templates of mails", permission: "emails.read", query: templatesQuery, responses: { 200: z.object({ data: z.array(templateView), pagination }) } },
    async ({ ctx, query }) => reply(200, await listTemplates({ ctx, input: query })),
  ),
  tenantRoute(
    { method: "post", path: "/email-templates", operation: "createEmailTemplate", tag, summary: "Make a template: {{contact.name}}, {{contact.name|friend}}", permission: "emails.write", body: templateBody, responses: { 201: templateView } },
    async ({ ctx, body }) => reply(201, await createTemplate({ ctx, input: body })),
  ),
  tenantRoute(
    { method: "get", path: "/email-templates/:id", operation: "getEmailTemplate", tag, summary: "One template, with the variables in it", permission: "emails.read", params: uuidParams, responses: { 200: templateView } },
    async ({ ctx, params }) => reply(200, await getTemplate({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "patch", path: "/email-templates/:id", operation: "updateEmailTemplate", tag, summary: "Change a template; queued mails stay as they are", permission: "emails.write", params: uuidParams, body: templateChange, responses: { 200: templateView } },
    async ({ ctx, params, body }) => reply(200, await updateTemplate({ ctx, input: { ...params, ...body } })),
  ),
  tenantRoute(
    { method: "delete", path: "/email-templates/:id", operation: "deleteEmailTemplate", tag, summary: "Delete a template", permission: "emails.write", params: uuidParams, responses: { 204: null } },
    async ({ ctx, params }) => {
      await deleteTemplate({ ctx, input: params });
      return reply(204);
    },
  ),
  tenantRoute(
    { method: "post", path: "/email-templates/:id/preview", operation: "previewEmailTemplate", tag, summary: "What a template becomes with these variables; nothing is sent", permission: "emails.read", params: uuidParams, body: previewBody, responses: { 200: previewView } },
    async ({ ctx, params, body }) => reply(200, await previewTemplate({ ctx, input: { ...params, ...body } })),
  ),
];

const account: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/email-account", operation: "getEmailAccount", tag, summary: "The tenant's own mail server; never its password", permission: "tenant.read", responses: { 200: accountView } },
    async ({ ctx }) => reply(200, await getAccount({ ctx })),
  ),
  tenantRoute(
    { method: "put", path: "/email-account", operation: "putEmailAccount", tag, summary: "Send the tenant's mail by its own server (SMTP)", permission: "tenant.write", body: accountBody, responses: { 200: accountView } },
    async ({ ctx, body }) => reply(200, await putAccount({ ctx, input: body })),
  ),
  tenantRoute(
    { method: "delete", path: "/email-account", operation: "deleteEmailAccount", tag, summary: "Send the tenant's mail by the platform again", permission: "tenant.write", responses: { 204: null } },
    async ({ ctx }) => {
      await deleteAccount({ ctx });
      return reply(204);
    },
  ),
  tenantRoute(
    { method: "post", path: "/email-account/test", operation: "testEmailAccount", tag, summary: "Connect and sign in, and say what failed; no mail is sent", permission: "tenant.write", responses: { 200: triedView } },
    async ({ ctx }) => reply(200, await testAccount({ ctx })),
  ),
];

export const emailRoutes: readonly Route[] = [...sending, ...templates, ...account];
