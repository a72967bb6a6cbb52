/** Where somebody came from, and where things happen. */
export const channels = ["website", "whatsapp", "instagram", "messenger", "email", "phone", "referral", "event", "partner", "ads", "import", "api", "other"] as const;
