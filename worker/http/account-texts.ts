/** What the pages behind mailed links say. Plain text that needs no escaping. */
export type AccountPage = "confirm" | "reset" | "invitation";

interface PageText {
  title: string;
  lead: string;
  button: string;
  done: string;
}

export type Language = "en" | "es" | "pt";

export const accountTexts: Readonly<Record<Language, Record<AccountPage, PageText> & { name: string; password: string; missing: string }>> = {
  en: {
    confirm: { title: "Confirm your account", lead: "One click, and your account and its workspace are made.", button: "Confirm", done: "Done. You can sign in now." },
    reset: { title: "Set a new password", lead: "At least 12 characters; a sentence is easy to remember. You are signed out everywhere else.", button: "Set password", done: "Your password is set. You can sign in now." },
    invitation: { title: "Accept the invitation", lead: "Enter the password of your account, or choose a name and a password for a new one.", button: "Join", done: "You have joined. You can sign in now." },
    name: "Name",
    password: "Password",
    missing: "The link was not copied whole. Open it from the mail again.",
  },
  es: {
    confirm: { title: "Confirma tu cuenta", lead: "Un clic y se crean tu cuenta y su espacio de trabajo.", button: "Confirmar", done: "Listo. Ya puedes iniciar sesión." },
    reset: { title: "Elige una contraseña nueva", lead: "Al menos 12 caracteres; una frase es fácil de recordar. Se cerrarán tus demás sesiones.", button: "Guardar contraseña", done: "Contraseña guardada. Ya puedes iniciar sesión." },
    invitation: { title: "Acepta la invitación", lead: "Escribe la contraseña de tu cuenta, o elige un nombre y una contraseña para una nueva.", button: "Unirme", done: "Ya formas parte. Ya puedes iniciar sesión." },
    name: "Nombre",
    password: "Contraseña",
    missing: "El enlace no se copió entero. Ábrelo de nuevo desde el correo.",
  },
  pt: {
    confirm: { title: "Confirme sua conta", lead: "Um clique e sua conta e o espaço de trabalho dela são criados.", button: "Confirmar", done: "Pronto. Você já pode entrar." },
    reset: { title: "Defina uma nova senha", lead: "Pelo menos 12 caracteres; uma frase é fácil de lembrar. Suas outras sessões serão encerradas.", button: "Salvar senha", done: "Senha salva. Você já pode entrar." },
    invitation: { title: "Aceite o convite", lead: "Digite a senha da sua conta, ou escolha um nome e uma senha para uma nova.", button: "Participar", done: "Você já faz parte. Você já pode entrar." },
    name: "Nome",
    password: "Senha",
    missing: "O link não foi copiado por inteiro. Abra-o de novo a partir do e-mail.",
  },
};

/** The first of ours that the browser asks for; English otherwise. */
export function languageOf(acceptLanguage: string | null): Language {
  const asked = (acceptLanguage ?? "").toLowerCase().split(",").map((one) => one.trim().slice(0, 2));
  return asked.find((one): one is Language => Object.hasOwn(accountTexts, one)) ?? "en";
}
