/** What the page behind the link of a request for approval says. Plain text that needs no escaping. */
import type { Language } from "./account-texts.ts";

export interface ApprovalTexts {
  title: string;
  /** Followed by a name. */
  as: string;
  until: string;
  comment: string;
  approve: string;
  reject: string;
  approved: string;
  rejected: string;
  /** Others are still to decide. */
  pending: string;
  /** It was decided or is over already. */
  over: string;
  yes: string;
  missing: string;
}

export const approvalTexts: Readonly<Record<Language, ApprovalTexts>> = {
  en: { title: "Your decision", as: "You decide as", until: "Until", comment: "Comment", approve: "Approve", reject: "Reject", approved: "Approved. Thank you.", rejected: "Rejected. Thank you.", pending: "Your decision is noted; others are still to decide.", over: "This is decided or over already.", yes: "Yes", missing: "The link was not copied whole. Open it from the mail again." },
  es: { title: "Tu decisión", as: "Decides como", until: "Hasta", comment: "Comentario", approve: "Aprobar", reject: "Rechazar", approved: "Aprobado. Gracias.", rejected: "Rechazado. Gracias.", pending: "Tu decisión queda anotada; faltan otras personas.", over: "Esto ya está decidido o ha terminado.", yes: "Sí", missing: "El enlace no se copió entero. Ábrelo de nuevo desde el correo." },
  pt: { title: "Sua decisão", as: "Você decide como", until: "Até", comment: "Comentário", approve: "Aprovar", reject: "Rejeitar", approved: "Aprovado. Obrigado.", rejected: "Rejeitado. Obrigado.", pending: "Sua decisão foi registrada; outras pessoas ainda vão decidir.", over: "Isto já foi decidido ou terminou.", yes: "Sim", missing: "O link não foi copiado por inteiro. Abra-o de novo a partir do e-mail." },
};
