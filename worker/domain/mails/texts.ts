/**
 * What the platform writes to people about their accounts, in the languages of the interface.
 * @module
 */
import { z } from "zod";

export const locale = z.enum(["en", "es", "pt"]);
export type Locale = z.infer<typeof locale>;

export interface Text {
  subject: string;
  text: string;
}

interface Texts {
  /** Somebody registered with this address. */
  confirm(fields: { name: string; tenant: string; link: string }): Text;
  /** Somebody registered with an address that has an account. */
  known(fields: { name: string; link: string }): Text;
  reset(fields: { name: string; link: string }): Text;
  changed(fields: { name: string; at: string }): Text;
  /** A tenant asks somebody in, who may have an account or not. */
  invited(fields: { tenant: string; link: string }): Text;
}

const lines = (...parts: string[]): string => `${parts.join("\n\n")}\n`;

const texts: Readonly<Record<Locale, Texts>> = {
  en: {
    confirm: ({ name, tenant, link }) => ({
      subject: "Confirm your Everstep account",
      text: lines(`Hello ${name},`, `open this link within 24 hours to confirm your address and create ${tenant}:`, link, "If you did not ask for this, ignore this mail: nothing is created without the link."),
    }),
    known: ({ name, link }) => ({
      subject: "You already have an Everstep account",
      text: lines(`Hello ${name},`, "somebody, probably you, registered with this address, which has an account already. Sign in with it, or set a new password here:", link, "If it was not you, ignore this mail: nothing has changed."),
    }),
    reset: ({ name, link }) => ({
      subject: "Reset your Everstep password",
      text: lines(`Hello ${name},`, "open this link within one hour to set a new password:", link, "If you did not ask for this, ignore this mail: your password stays as it is."),
    }),
    changed: ({ name, at }) => ({
      subject: "Your Everstep password was changed",
      text: lines(`Hello ${name},`, `your password was changed at ${at}, and other sign-ins were ended.`, "If it was not you, reset your password at once and tell your administrator."),
    }),
    invited: ({ tenant, link }) => ({
      subject: `You are invited to ${tenant} on Everstep`,
      text: lines("Hello,", `${tenant} invites you to work with them on Everstep. Open this link within seven days to join:`, link, "If you do not know them, ignore this mail: nothing happens without the link."),
    }),
  },
  es: {
    confirm: ({ name, tenant, link }) => ({
      subject: "Confirma tu cuenta de Everstep",
      text: lines(`Hola, ${name}:`, `abre este enlace en las próximas 24 horas para confirmar tu dirección y crear ${tenant}:`, link, "Si no lo has pedido, ignora este correo: sin el enlace no se crea nada."),
    }),
    known: ({ name, link }) => ({
      subject: "Ya tienes una cuenta de Everstep",
      text: lines(`Hola, ${name}:`, "alguien, probablemente tú, se ha registrado con esta dirección, que ya tiene una cuenta. Inicia sesión con ella o elige aquí una contraseña nueva:", link, "Si no has sido tú, ignora este correo: no ha cambiado nada."),
    }),
    reset: ({ name, link }) => ({
      subject: "Restablece tu contraseña de Everstep",
      text: lines(`Hola, ${name}:`, "abre este enlace en la próxima hora para elegir una contraseña nueva:", link, "Si no lo has pedido, ignora este correo: tu contraseña sigue siendo la misma."),
    }),
    changed: ({ name, at }) => ({
      subject: "Tu contraseña de Everstep ha cambiado",
      text: lines(`Hola, ${name}:`, `tu contraseña se cambió el ${at} y se cerraron las demás sesiones.`, "Si no has sido tú, restablece tu contraseña ahora mismo y avisa a tu administrador."),
    }),
    invited: ({ tenant, link }) => ({
      subject: `Te han invitado a ${tenant} en Everstep`,
      text: lines("Hola:", `${tenant} te invita a trabajar en Everstep. Abre este enlace en los próximos siete días para unirte:`, link, "Si no los conoces, ignora este correo: sin el enlace no ocurre nada."),
    }),
  },
  pt: {
    confirm: ({ name, tenant, link }) => ({
      subject: "Confirme sua conta do Everstep",
      text: lines(`Olá, ${name}!`, `Abra este link nas próximas 24 horas para confirmar seu endereço e criar ${tenant}:`, link, "Se não foi você que pediu, ignore este e-mail: sem o link nada é criado."),
    }),
    known: ({ name, link }) => ({
      subject: "Você já tem uma conta do Everstep",
      text: lines(`Olá, ${name}!`, "Alguém, provavelmente você, cadastrou-se com este endereço, que já tem uma conta. Entre com ela ou defina uma nova senha aqui:", link, "Se não foi você, ignore este e-mail: nada mudou."),
    }),
    reset: ({ name, link }) => ({
      subject: "Redefina sua senha do Everstep",
      text: lines(`Olá, ${name}!`, "Abra este link na próxima hora para definir uma nova senha:", link, "Se não foi você que pediu, ignore este e-mail: sua senha continua a mesma."),
    }),
    changed: ({ name, at }) => ({
      subject: "Sua senha do Everstep foi alterada",
      text: lines(`Olá, ${name}!`, `Sua senha foi alterada em ${at} e as outras sessões foram encerradas.`, "Se não foi você, redefina sua senha agora mesmo e avise seu administrador."),
    }),
    invited: ({ tenant, link }) => ({
      subject: `Você foi convidado para ${tenant} no Everstep`,
      text: lines("Olá!", `${tenant} convida você para trabalhar no Everstep. Abra este link nos próximos sete dias para participar:`, link, "Se você não os conhece, ignore este e-mail: sem o link nada acontece."),
    }),
  },
};

/** English for a language that is not one of ours. */
export function textsIn(language: string): Texts {
  const known = locale.safeParse(language);
  return texts[known.success ? known.data : "en"];
}
